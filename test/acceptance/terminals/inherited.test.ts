/** State that a program inherits from its parent: ignored signals, closed descriptors, variables with unusual names. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, startLab } from '../../support/lab/lab.js';
import {
  installedEtcdctl,
  type Program,
  programAt,
  type Running,
  run,
  start,
} from '../../support/lab/program.js';

/** Ignored signals are read from /proc, which only Linux has. */
const isLinux = process.platform === 'linux';
/** Long enough for a program to end that does not ignore the signal. */
const SOON_MS = 400;

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());

/** The program, executed by a shell after the script. */
function after(script: string, { command, leadingArgs }: Program): Program {
  return { command: 'sh', leadingArgs: ['-c', `${script}; exec "$@"`, 'sh', command, ...leadingArgs] };
}

describe.skipIf(!isLinux)('ignored signals', () => {
  async function survives(running: Running, signal: NodeJS.Signals): Promise<boolean> {
    running.kill(signal);
    return Promise.race([running.result.then(() => false), sleep(SOON_MS).then(() => true)]);
  }

  it.each([
    ['nohup', "trap '' HUP", ['SIGHUP'], 'SIGINT'],
    ['a job in the background of a script', "trap '' INT QUIT", ['SIGINT', 'SIGQUIT'], 'SIGHUP'],
    ['all of them', "trap '' HUP INT QUIT", ['SIGHUP', 'SIGINT', 'SIGQUIT'], 'SIGTERM'],
    ['none', ':', [], 'SIGHUP'],
  ] as const)('stay ignored: %s', async (_what, script, ignored, other) => {
    for (const args of [
      ['watch', 'k', '--rev=1'],
      ['lock', `ignored-${other}`],
    ]) {
      const running = start(after(script, installedEtcdctl()), [...lab.flags(), ...args]);
      if (args[0] === 'watch') await lab.real(['put', 'k', 'v']);
      await running.waitFor(args[0] === 'watch' ? 'PUT' : 'ignored-');
      for (const signal of ignored)
        expect({ signal, lives: await survives(running, signal) }).toEqual({ signal, lives: true });
      running.kill(other);
      expect((await running.result).stderr.toString()).toBe('');
    }
  });

  it.each([
    ["trap '' HUP", '0000000000000001'],
    [':', '0000000000000000'],
    // Go keeps only SIGHUP and SIGINT ignored, and etcdctl's lock installs a handler for SIGINT.
    ["trap '' INT QUIT TERM", '0000000000004006'],
  ])('are inherited by child programs: %s', async (script, mask) => {
    const line = ['lock', 'l', '--', 'grep', 'SigIgn', '/proc/self/status'];
    const { stdout } = await run(after(script, installedEtcdctl()), [...lab.flags(), ...line]);
    expect(stdout.toString()).toBe(`SigIgn:\t${mask}\n`);
  });

  it('do not hide the error for a missing child program', async () => {
    const program = after("trap '' HUP", installedEtcdctl());
    const { stderr, code } = await run(program, [...lab.flags(), 'lock', 'm', 'no-such-program']);
    expect([code, stderr.toString()]).toEqual([
      1,
      'Error: exec: "no-such-program": executable file not found in $PATH\n',
    ]);
  });
});

describe('closed descriptors', () => {
  const folderOf = () => mkdtempSync(path.join(lab.folder, 'closed-'));

  async function outcome(program: Program, closed: readonly string[], args: readonly string[]) {
    const cwd = folderOf();
    const redirections = closed.join(' ');
    const shell: Program = {
      command: 'sh',
      leadingArgs: ['-c', `exec "$@" ${redirections}`, 'sh', program.command, ...program.leadingArgs],
    };
    const { code, signal, stdout, stderr } = await run(shell, [...lab.flags(), ...args], { cwd });
    const last = stderr
      .toString()
      .split('\n')
      .findLast((line) => line.startsWith('Error: '));
    const files = readdirSync(cwd).map((name) => ({
      name,
      head: readFileSync(path.join(cwd, name)).subarray(16, 20).toString('hex'),
    }));
    return { code, signal, stdout: stdout.toString(), last, files };
  }

  it.each([[['<&-']], [['>&-']], [['2>&-']], [['<&-', '>&-', '2>&-']]])(
    'have the same results as in etcdctl: %j',
    async (closed) => {
      const lines = [
        ['version'],
        ['get', 'missing'],
        ['put', 'from-stdin'],
        ['txn'],
        ['watch', '-i'],
        ['user', 'add', 'somebody'],
        ['get'],
        ['bogus'],
        ['snapshot', 'save', 'backup.db'],
        ['lock', 'l', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3'],
      ];
      for (const args of lines) {
        const real = await outcome(lab.newestEtcdctl, closed, args);
        const ours = await outcome(installedEtcdctl(), closed, args);
        expect({ args, ...ours }).toEqual({ args, ...real });
      }
    },
  );
});

describe.skipIf(process.env.ETCDCTL_UNDER_TEST)('the npm package', () => {
  it('passes variables on to children that a shell would drop or change', async () => {
    const env = {
      'a-b.c': '1',
      'BASH_FUNC_f%%': '() { :; }',
      PWD: '/else/where',
      IFS: 'x',
      _: 'y',
      k: 'v',
      '1x': '2',
    };
    const line = ['lock', 'v', '--', 'cat', '/proc/self/environ'];
    const variables = async (program: Program) => {
      const { stdout } = await run(program, [...lab.flags(), ...line], { env });
      return stdout
        .toString()
        .split('\0')
        .filter((each) => !each.startsWith('ETCD_LOCK_'))
        .sort();
    };
    expect(await variables(installedEtcdctl())).toEqual(await variables(lab.newestEtcdctl));
  });

  it('can be started by a symbolic link, and reports in one sentence that Node.js is missing', async () => {
    const folder = path.join(lab.folder, 'bin with space');
    mkdirSync(folder);
    const link = path.join(folder, 'etcdctl');
    symlinkSync(installedEtcdctl().command, link);
    const { stdout } = await run(programAt(link), ['version']);
    expect(stdout.toString()).toMatch(/^etcdctl version: /);
    for (const name of ['sh', 'grep', 'base64']) symlinkSync(`/bin/${name}`, path.join(folder, name));
    const without = await run(programAt(link), ['lock', 'x'], { env: { PATH: folder } });
    expect([without.code, without.stderr.toString()]).toEqual([
      127,
      `${link}: Node.js 20 or newer is needed, and there is no node in PATH\n`,
    ]);
  });
});
