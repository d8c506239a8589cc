import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Lab, rootPassword, startLab } from '../support/lab/lab.js';
import { installedEtcdctl, ourEtcdctl, type RunOptions, run, start } from '../support/lab/program.js';
import { startOnTerminal, terminalsMissing } from '../support/lab/terminal.js';

let lab: Lab;
let home: string;
let pw: string;
let userFile: string;

beforeAll(async () => {
  lab = await startLab({ profile: 'tls', members: 3 });
  await lab.real(['user', 'add', `root:${rootPassword}`]);
  await lab.real(['user', 'grant-role', 'root', 'root']);
  await lab.real(['role', 'add', 'reader']);
  await lab.real(['auth', 'enable']);
  pw = secretFile('pw', `${rootPassword}\n`);
  userFile = secretFile('user', `root:${rootPassword}`);
});
afterAll(() => lab?.stop());

/** A file that only this user can read. */
function secretFile(name: string, content: string): string {
  const file = path.join(lab.folder, name);
  writeFileSync(file, content, { mode: 0o600 });
  return file;
}

/** Runs ours with the text of both streams. */
async function ours(args: readonly string[], options: RunOptions = {}) {
  const { code, stdout, stderr } = await run(ourEtcdctl(), args, options);
  return { code, out: stdout.toString(), err: stderr.toString() };
}

const done = (out: string) => ({ code: 0, out, err: '' });
const refused = (message: string) => ({ code: 1, out: '', err: `Error: ${message}\n` });

describe('profiles', () => {
  let directory: string;
  beforeAll(() => {
    home = mkdtempSync(path.join(lab.folder, 'home-'));
    directory = path.join(home, '.config', 'etcdctl');
    mkdirSync(path.join(directory, 'tls'), { recursive: true });
    const { caCert = '', client } = lab.pki ?? {};
    copyFileSync(caCert, path.join(directory, 'tls', 'ca.crt'));
    copyFileSync(client?.cert ?? '', path.join(home, 'client.crt'));
    copyFileSync(client?.key ?? '', path.join(home, 'client.key'));
    copyFileSync(pw, path.join(directory, 'pw'));
    write('prod', [
      `endpoints: [${lab.cluster.endpoints.join(', ')}]`,
      'cacert: tls/ca.crt',
      'cert: ~/client.crt',
      'key: ~/client.key',
      'user: root',
      'password-file: pw',
      'command-timeout: 20s',
    ]);
  });
  afterEach(() => rmSync(path.join(directory, 'other.yaml'), { force: true }));

  const write = (name: string, lines: readonly string[], mode = 0o600) => {
    const file = path.join(directory, `${name}.yaml`);
    writeFileSync(file, `${lines.join('\n')}\n`);
    chmodSync(file, mode);
    return file;
  };
  const atHome = (env: Readonly<Record<string, string>> = {}) => ({ env: { HOME: home, ...env } });

  it('have endpoints, TLS files relative to them, and a login', async () => {
    expect(await ours(['--profile', 'prod', 'put', 'a', 'b'], atHome())).toEqual(done('OK\n'));
    expect(await ours(['get', 'a'], atHome({ ETCDCTL_PROFILE: 'prod' }))).toEqual(done('a\nb\n'));
    expect(await ours(['user', 'list', '--profile=prod'], atHome())).toEqual(done('root\n'));
  });

  it('give way to variables and flags, and --debug says so', async () => {
    const file = path.join(directory, 'prod.yaml');
    const { code, out, err } = await ours(
      ['--profile=prod', 'get', 'a', '--debug', '--endpoints', lab.cluster.endpoints[1] ?? ''],
      atHome({ ETCDCTL_WRITE_OUT: 'fields' }),
    );
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('"Key" : "a"') });
    expect(err).toContain(`ETCDCTL_ENDPOINTS=[${lab.cluster.endpoints[1]}] (flag)\n`);
    expect(err).toContain('ETCDCTL_WRITE_OUT=fields (variable ETCDCTL_WRITE_OUT)\n');
    expect(err).toContain(`ETCDCTL_COMMAND_TIMEOUT=20s (profile prod, ${file})\n`);
    expect(err).toContain('ETCDCTL_HEX=false (default)\n');
    expect(err).not.toContain(rootPassword);
  });

  it('keep a password from being used for another user', async () => {
    write('other', ['user: root', `password: ${rootPassword}`]);
    const connection = ['--endpoints', lab.cluster.endpoints[0] ?? '', ...lab.flags().slice(1)];
    expect(await ours(['--profile=other', ...connection, 'user', 'list'], atHome())).toEqual(done('root\n'));
    const { code, err } = await ours(
      ['--profile=other', ...connection, '--user=eve:x', 'get', 'a'],
      atHome(),
    );
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('authentication failed') });
  });

  it('are listed', async () => {
    const file = write('other', ['endpoint: x']);
    const problem = `${file}, line 1: there is no global flag endpoint: did you mean endpoints?`;
    expect(await ours(['profile', 'list'], atHome())).toEqual(
      done(`other  invalid: ${problem}\nprod   ${lab.cluster.endpoints.join(',')}\n`),
    );
    const { out } = await ours(['profile', 'list', '-w', 'json'], atHome());
    expect(JSON.parse(out)).toEqual({
      directory,
      profiles: [
        { name: 'other', file, endpoints: [], problem },
        { name: 'prod', file: path.join(directory, 'prod.yaml'), endpoints: lab.cluster.endpoints },
      ],
    });
    expect(await ours(['profile', 'list'], atHome({ XDG_CONFIG_HOME: lab.folder }))).toEqual(done(''));
  });

  it.each([
    ['there is no such profile', 'prd', [], 'there is no profile prd in {}: did you mean prod?'],
    [
      'a key is unknown',
      'other',
      ['hex: true', 'cacerts: x'],
      /^{}\/other.yaml, line 2: .* did you mean cacert/,
    ],
    ['it is no YAML', 'other', ['hex: true: x'], /^{}\/other.yaml, line 1: not valid YAML: /],
    [
      'a duration is none',
      'other',
      ['', 'dial-timeout: 5'],
      /^{}\/other.yaml, line 2: invalid value "5" for dial-tim/,
    ],
  ] as const)('are refused when %s', async (_what, name, lines, message) => {
    if (lines.length > 0) write('other', lines);
    const { code, err } = await ours(['--profile', name, 'get', 'a'], atHome());
    const [reason] = err
      .replaceAll(directory, '{}')
      .split('\n')
      .filter((line) => line.startsWith('Error: '));
    expect(code).toBe(1);
    if (typeof message === 'string') expect(reason).toBe(`Error: ${message}`);
    else expect(reason?.slice('Error: '.length)).toMatch(message);
  });

  it('with a password must be private', async () => {
    const file = write('other', ['user: root', `password: ${rootPassword}`], 0o644);
    expect(await ours(['--profile=other', 'get', 'a'], atHome())).toEqual(
      refused(`${file} has a password, and other users have access to it: run chmod 600 ${file}`),
    );
  });
});

describe('passwords', () => {
  const as = (...args: readonly string[]) => [...lab.flags(), ...args];

  it('come from files and from standard input', async () => {
    expect(await ours(as('--user=root', '--password-file', pw, 'user', 'list'))).toEqual(done('root\n'));
    expect(await ours(as('--user-file', userFile, 'user', 'list'))).toEqual(done('root\n'));
    const env = { ETCDCTL_USER: 'root', ETCDCTL_PASSWORD_FILE: pw };
    expect(await ours(as('user', 'list'), { env })).toEqual(done('root\n'));
    const stdin = `${rootPassword}\n`;
    expect(await ours(as('--user=root', '--password-file=-', 'user', 'list'), { stdin })).toEqual(
      done('root\n'),
    );
    expect(await ours(as('--user-file=-', 'user', 'list'), { stdin: `root:${rootPassword}` })).toEqual(
      done('root\n'),
    );
  });

  it('of new users come from files too, with their spaces', async () => {
    const first = secretFile('first', ' s3 cret \n');
    const second = secretFile('second', 'other');
    const login = as('--user-file', userFile);
    expect(await ours([...login, 'user', 'add', 'eve', '--new-user-password-file', first])).toEqual(
      done('User eve created\n'),
    );
    expect(await ours(as('--user=eve: s3 cret ', 'user', 'get', 'eve'))).toEqual(done('User: eve\nRoles:\n'));
    expect(
      await ours([...login, 'user', 'passwd', 'eve', '--new-user-password-file=-'], { stdin: 'changed\n' }),
    ).toEqual(done('Password updated\n'));
    expect(await ours([...login, 'user', 'passwd', 'eve', '--new-user-password-file', second])).toEqual(
      done('Password updated\n'),
    );
    expect(await ours(as('--user=eve:other', 'user', 'get', 'eve'))).toEqual(done('User: eve\nRoles:\n'));
    await lab.real([`--user=root:${rootPassword}`, 'user', 'delete', 'eve']);
  });

  it('may come through the pipe of a shell, however late', async () => {
    const { command, leadingArgs } = ourEtcdctl();
    const words = [command, ...leadingArgs, ...as('--user=root', 'user', 'list')].map((word) => `'${word}'`);
    const script = `${words.join(' ')} --password-file <(sleep 0.3; cat '${pw}')`;
    const { stdout, stderr } = await run({ command: 'bash', leadingArgs: ['-c'] }, [script]);
    expect([stdout.toString(), stderr.toString()]).toEqual(['root\n', '']);
  });

  it.each([
    ['lock', ['lock', 'l', '--', 'sh', '-c']],
    ['watch', ['watch', 'w', '--rev=1', '--', 'sh', '-c']],
  ])('are in no arguments and no environment when %s runs a program', async (name, words) => {
    await lab.real([`--user=root:${rootPassword}`, 'put', 'w', 'x']);
    const look =
      "tr '\\0' '\\n' </proc/$PPID/cmdline; echo; tr '\\0' '\\n' </proc/self/environ; echo loo\"\"ked";
    const running = start(installedEtcdctl(), as('--user-file', userFile, '--debug', ...words, look));
    if (name === 'watch') {
      await running.waitFor('looked');
      running.kill('SIGINT');
    }
    const { stdout, stderr } = await running.result;
    const all = `${stdout}${stderr}`;
    expect(all).toContain('--user-file');
    expect(all).toContain('looked');
    expect(all).not.toContain(rootPassword);
  });

  describe('that cannot be used', () => {
    let trap: Server;
    let connections = 0;
    let endpoint: string;
    beforeAll(async () => {
      trap = createServer((socket) => {
        connections++;
        socket.destroy();
      });
      await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
      const address = trap.address();
      endpoint = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    });
    afterAll(() => trap.close());

    it.each<[string, (folder: string) => string[], string]>([
      [
        'no file',
        () => ['--user=root', '--password-file=/none'],
        '--password-file: open /none: no such file or directory',
      ],
      ['a directory', () => ['--user-file=/tmp'], '--user-file: read /tmp: is a directory'],
      ['empty', () => ['--user-file=/dev/null'], '--user-file: /dev/null is empty'],
      ['no end', () => ['--user-file=/dev/zero'], '--user-file: /dev/zero is larger than 4 KiB'],
      ['no colon', (folder) => [`--user-file=${folder}/pw`], '--user-file: {}/pw must contain name:password'],
      [
        'two passwords',
        () => ['--user=root', '--password=x', '--password-file=/none'],
        '--password and --password-file cannot be used together: give only one of them',
      ],
      [
        'two users',
        () => ['--user=root', '--user-file=/none'],
        '--user and --user-file cannot be used together: give only one of them',
      ],
      ['no user', () => ['--password-file=/none'], '--password-file needs a user name: give --user NAME'],
    ])('%s: one sentence, and no connection', async (_what, flags, message) => {
      for (const command of [
        ['get', 'a'],
        ['endpoint', 'health'],
        ['snapshot', 'save', `${lab.folder}/x`],
      ]) {
        expect(await ours([`--endpoints=${endpoint}`, ...flags(lab.folder), ...command])).toEqual(
          refused(message.replace('{}', lab.folder)),
        );
      }
      expect(connections).toBe(0);
    });

    it('standard input is read by one reader only', async () => {
      const message = '--password-file reads standard input: nothing else can be read from it';
      const flags = [`--endpoints=${endpoint}`, '--user=root', '--password-file=-'];
      const add = ['user', 'add', 'eve', '--new-user-password-file=-'];
      expect(await ours([...flags, ...add], { stdin: 'x\n' })).toEqual(refused(message));
      const { code, err } = await ours([...flags, 'put', 'a'], { stdin: 'x' });
      expect([code, err.split('\n')[0]]).toEqual([128, message]);
      expect(connections).toBe(0);
    });
  });

  describe.skipIf(terminalsMissing !== undefined)('on a terminal', () => {
    const onTerminal = (...args: readonly string[]) =>
      startOnTerminal(ourEtcdctl(), as(...args), { env: { NO_COLOR: '1' } });
    const questions = (screen: string) => screen.match(/[^\r\n]*: (?=\r\n)/g);

    it.each([
      ['endpoint health', ['endpoint', 'health']],
      ['endpoint status --cluster', ['endpoint', 'status', '--cluster']],
      ['defrag --cluster', ['defrag', '--cluster']],
    ])('are asked for once by %s', async (_name, words) => {
      const running = onTerminal('--user=root', ...words);
      await running.waitFor('Password: ');
      running.send(`${rootPassword}\r`);
      const { code, stdout } = await running.result;
      expect(questions(stdout.toString())).toEqual(['Password: ']);
      expect(stdout.toString()).not.toContain(rootPassword);
      expect(code).toBe(0);
    });

    it('are not asked for again after Ctrl-C', async () => {
      const running = onTerminal('--user=root', 'endpoint', 'health');
      await running.waitFor('Password: ');
      running.send('\u0003');
      const { code, stdout } = await running.result;
      expect(questions(stdout.toString())).toEqual(['Password: ']);
      expect(code).toBe(130);
    });

    it('are asked for once each, with the name of their user', async () => {
      const running = onTerminal('--user=root', 'user', 'add', 'eve');
      for (const [question, answer] of [
        ['Password of eve: ', 's3cret'],
        ['Type password of eve again for confirmation: ', 's3cret'],
        ['To log in as root:\r\nPassword: ', rootPassword],
      ] as const) {
        await running.waitFor(question);
        running.send(`${answer}\r`);
      }
      const { code, stdout } = await running.result;
      expect(stdout.toString()).toBe(
        'Password of eve: \r\nType password of eve again for confirmation: \r\n' +
          'To log in as root:\r\nPassword: \r\nUser eve created\r\n',
      );
      expect(code).toBe(0);
      await lab.real([`--user=root:${rootPassword}`, 'user', 'delete', 'eve']);
    });

    it('in a file that all users can read cause a warning', async () => {
      const open = secretFile('open', rootPassword);
      chmodSync(open, 0o644);
      const { stdout } = await onTerminal('--user=root', '--password-file', open, 'get', 'a', '--keys-only')
        .result;
      expect(stdout.toString()).toContain(
        `warning: all users of this machine can read the password in ${open}: run chmod o-rwx on it\r\n`,
      );
    });
  });
});

describe('completion', () => {
  async function offered(words: readonly string[], options: RunOptions = {}) {
    const { code, out, err } = await ours(['__complete', ...words], options);
    expect({ code, err, end: out.slice(-3) }).toEqual({ code: 0, err: '', end: ':4\n' });
    return out.split('\n').slice(0, -2);
  }
  /** Completes until something is offered: on a busy machine, the answer of the cluster can be too late, and then nothing is. */
  function offeredInTime(words: readonly string[], options: RunOptions = {}): Promise<string[]> {
    const some = async () => {
      const candidates = await offered(words, options);
      expect(candidates).not.toEqual([]);
      return candidates;
    };
    return vi.waitFor(some, { timeout: 40_000 });
  }
  const asRoot = () => [...lab.flags(), '--user-file', userFile];

  it('offers members, users and roles of the cluster', async () => {
    const { stdout } = await lab.real([`--user=root:${rootPassword}`, 'member', 'list']);
    const members = stdout
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => line.split(', '));
    const ids = members.map(([id, , name]) => `${id}\t${name}`);
    for (const words of [
      ['member', 'remove'],
      ['member', 'update'],
      ['member', 'promote'],
      ['move-leader'],
    ]) {
      expect((await offeredInTime([...asRoot(), ...words, ''])).sort()).toEqual([...ids].sort());
    }
    const [first = ''] = ids;
    expect(await offeredInTime([...asRoot(), 'member', 'remove', first.slice(0, 8)])).toEqual([first]);
    expect(await offeredInTime([...asRoot(), 'user', 'get', ''])).toEqual(['root']);
    expect(await offeredInTime([...asRoot(), 'user', 'grant-role', 'root', 'r'])).toEqual(['reader']);
    expect(await offeredInTime([...asRoot(), 'role', 'grant-permission', ''])).toEqual(['reader']);
    expect(await offered([...asRoot(), 'role', 'get', 'x'])).toEqual([]);
  });

  it('offers the client URLs of the members', async () => {
    const urls = (await offeredInTime([...asRoot(), 'get', '--endpoints', ''])).map(
      (line) => line.split('\t')[0],
    );
    expect(urls.sort()).toEqual([...lab.cluster.endpoints].sort());
    const [url = ''] = urls;
    expect(await offeredInTime([...asRoot(), `--endpoints=${url},${url}`])).toEqual([
      expect.stringMatching(new RegExp(`^${url},${url}\t`)),
    ]);
  });

  it('offers profiles', async () => {
    const options = { env: { HOME: home } };
    expect(await offeredInTime(['get', '--profile', ''], options)).toEqual([
      `prod\t${lab.cluster.endpoints.join(',')}`,
    ]);
    expect(await offeredInTime(['--profile=prod', 'user', 'get', ''], options)).toEqual(['root']);
  });

  it.each([
    ['a password would have to be typed', ['--user=root']],
    ['it is wrong', ['--user=root:wrong']],
    ['a file is missing', ['--user=root', '--password-file=/none']],
    ['a flag is wrong', ['--command-timeout=x']],
    ['there is no such profile', ['--profile=none']],
  ])('offers nothing and says nothing when %s', async (_what, flags) => {
    expect(await offered([...lab.flags(), ...flags, 'user', 'get', ''], { env: { HOME: home } })).toEqual([]);
  });

  it('gives up on a silent member in time', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const endpoint = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const millisecondsOf = async (...words: readonly string[]) => {
      const start = performance.now();
      await offered(words);
      return performance.now() - start;
    };
    // The start of the program takes longer on a busy machine.
    const durations = [];
    for (let run = 0; run < 3; run++) {
      const started = await millisecondsOf('get', '--order', '');
      durations.push((await millisecondsOf('--endpoints', endpoint, 'member', 'remove', '')) - started);
    }
    expect(Math.min(...durations)).toBeLessThan(600);
    silent.close();
  });
});

describe('ETCDCTL_FLAGS_WIN', () => {
  it('lets flags win over variables, those of families too', async () => {
    const [first = '', second = ''] = lab.cluster.endpoints;
    const env = {
      ETCDCTL_ENDPOINTS: `${first},${second}`,
      ETCDCTL_CLUSTER: 'true',
      ETCDCTL_USER_FILE: userFile,
    };
    const args = [...lab.flags([first]), 'endpoint', 'hashkv', '--cluster=false'];
    const conflict = await ours(args, { env });
    expect([conflict.code, conflict.err]).toEqual([
      1,
      expect.stringContaining('conflicting environment variable'),
    ]);
    const { code, out, err } = await ours(args, { env: { ...env, ETCDCTL_FLAGS_WIN: 'true' } });
    expect({ code, err, lines: out.split('\n').length }).toEqual({ code: 0, err: '', lines: 2 });
  });

  it('helps snapshot save, which says so', async () => {
    const endpoints = lab.cluster.endpoints;
    const env = { ETCDCTL_ENDPOINTS: endpoints.join(','), ETCDCTL_USER_FILE: userFile };
    const save = [...lab.flags().slice(1), 'snapshot', 'save', `${lab.folder}/saved.db`];
    expect(await ours(save, { env })).toEqual({
      code: 5,
      out: '',
      err:
        'the endpoints come from ETCDCTL_ENDPOINTS: unset it, or set ETCDCTL_FLAGS_WIN=true, and choose one with --endpoints URL\n' +
        `Error: snapshot must be requested to one selected node, not multiple [${endpoints.join(' ')}]\n`,
    });
    const chosen = [...save, `--endpoints=${endpoints[0]}`];
    expect((await ours(chosen, { env: { ...env, ETCDCTL_FLAGS_WIN: '1' } })).code).toBe(0);
    const status = ['snapshot', 'status', `${lab.folder}/saved.db`, '-w', 'json'];
    const numbers = JSON.parse((await ours(status)).out);
    const texts = JSON.parse((await ours([...status, '--ids=string'])).out);
    expect(texts).toEqual({ ...numbers, revision: String(numbers.revision) });
  });
});

describe('--ids=string', () => {
  const ID =
    /("(?:ID|id|cluster_id|member_id|memberID|leader|lease|revision|create_revision|mod_revision|compact_revision|hash_revision|authRevision|CompactRevision)":)(-?[0-9]+)/g;

  it('writes what etcdctl writes, with ids and revisions as text', async () => {
    const login = [`--user=root:${rootPassword}`, '-w', 'json'];
    await lab.real([...login, 'lease', 'grant', '1000']);
    await lab.real([...login, 'put', 'ids', 'x']);
    const endpoint = lab.flags([lab.cluster.endpoints[0] ?? '']);
    for (const args of [
      ['get', 'ids'],
      ['get', '', '--prefix', '--limit=1'],
      ['lease', 'list'],
      ['member', 'list'],
      ['alarm', 'list'],
      ['user', 'get', 'root'],
      ['auth', 'status'],
      ['endpoint', 'hashkv'],
      ['endpoint', 'status'],
    ]) {
      const real = await run(lab.newestEtcdctl, [...endpoint, ...login, ...args]);
      const { code, out, err } = await ours([...endpoint, ...login, ...args, '--ids=string']);
      // The login itself changes the term of nothing, but the index of the log.
      const settled = (text: string) =>
        text.replace(/"raft(?:Applied)?Index":\d+/gi, '').replace(ID, '$1"$2"');
      expect({ args, code, err, out: settled(out) }).toEqual({
        args,
        code: 0,
        err: '',
        out: settled(real.stdout.toString()),
      });
      expect(out, args.join(' ')).toMatch(/"(?:cluster_id|revision)":"\d+"/);
    }
  });

  it('holds for transactions and watches, and as a variable', async () => {
    const options = {
      env: { ETCDCTL_IDS: 'string', ETCDCTL_USER_FILE: userFile, ETCDCTL_WRITE_OUT: 'json' },
    };
    const txn = await ours([...lab.flags(), 'txn'], { ...options, stdin: '\nput ids y\nget ids\n\n\n' });
    const [put, range] = JSON.parse(txn.out).responses;
    expect(put.Response.response_put.header.revision).toMatch(/^\d+$/);
    const [kv] = range.Response.response_range.kvs;
    expect([kv.mod_revision, typeof kv.version]).toEqual([
      put.Response.response_put.header.revision,
      'number',
    ]);
    const watching = start(
      ourEtcdctl(),
      [...lab.flags(), 'watch', 'ids', `--rev=${kv.create_revision}`],
      options,
    );
    await watching.waitFor('"mod_revision":"');
    watching.kill('SIGINT');
    await watching.result;
  });

  it('must be number or string', async () => {
    expect(await ours([...lab.flags(), 'get', 'a', '--ids=hex'])).toEqual({
      code: 1,
      out: '',
      err: '--ids must be number or string\nError: unsupported format of ids\n',
    });
  });
});
