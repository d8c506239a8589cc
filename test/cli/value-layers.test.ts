import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Environment } from '../../src/cli/environment.js';
import type { GlobalFlagValues } from '../../src/cli/global-flags.js';
import { resolveGlobals } from '../../src/cli/globals.js';
import { listProfiles } from '../../src/cli/profile.js';
import { valueLayers } from '../../src/cli/value-layers.js';

const home = mkdtempSync(join(tmpdir(), 'profiles-'));
const directory = join(home, '.config', 'etcdctl');
afterAll(() => rmSync(home, { recursive: true }));
beforeEach(() => {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
});

function write(name: string, text: string | Buffer, mode = 0o600): string {
  const file = join(directory, `${name}.yaml`);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

async function resolve(given: Partial<GlobalFlagValues>, variables: Environment = {}) {
  const env = { HOME: home, ...variables };
  const warn = () => undefined;
  return resolveGlobals(given, env, warn, { layers: await valueLayers(given, env, warn) });
}

const problemOf = (text: string | Buffer, mode?: number): Promise<string> => {
  const file = write('p', text, mode);
  return resolve({ profile: 'p' }).then(
    () => 'valid',
    (error: Error) => error.message.replaceAll(file, 'FILE'),
  );
};

describe('a profile', () => {
  it('gives any global flag a value, by its type', async () => {
    write(
      'prod',
      [
        'endpoints: [https://a:2379, "https://b:2379"]',
        'cacert: ca.crt',
        'cert: ~/client.crt',
        'key: /etc/client.key',
        'dial-timeout: 1m',
        'command-timeout: 7s',
        'insecure-transport: false',
        'max-recv-bytes: 0x10',
        'write-out: json',
        'ids: string',
        'user: root',
        'password-file: ../secret',
      ].join('\n'),
      0o644,
    );
    expect(await resolve({ profile: 'prod' })).toMatchObject({
      connection: {
        endpoints: ['https://a:2379', 'https://b:2379'],
        tls: {
          caFile: join(directory, 'ca.crt'),
          certFile: join(home, 'client.crt'),
          keyFile: '/etc/client.key',
          insecureTransport: false,
        },
        dialTimeoutMs: 60_000,
        maxReceiveBytes: 16,
      },
      user: { username: 'root', passwordFile: join(home, '.config', 'secret') },
      commandTimeoutMs: 7000,
      commandTimeoutGiven: true,
      format: 'json',
      textIds: true,
    });
  });

  it.each([
    ['endpoints: a:1,b:2', ['a:1', 'b:2']],
    ['all: &all [a:1]\nendpoints: *all', undefined],
    ['endpoints: &all\n  - a:1\n  - b:2\n', ['a:1', 'b:2']],
    ['', ['127.0.0.1:2379']],
    ['# nothing\n', ['127.0.0.1:2379']],
    ['{}', ['127.0.0.1:2379']],
  ])('may be written as %j', async (text, endpoints) => {
    write('p', text);
    const resolved = resolve({ profile: 'p' });
    if (endpoints === undefined) await expect(resolved).rejects.toThrow('there is no global flag all');
    else expect((await resolved).connection.endpoints).toEqual(endpoints);
  });

  it('is found by its variable, below XDG_CONFIG_HOME if that is an absolute path', async () => {
    write('p', 'endpoints: here:1');
    const endpointsWith = async (env: Environment) =>
      (await resolve({}, { ETCDCTL_PROFILE: 'p', ...env })).connection.endpoints;
    expect(await endpointsWith({})).toEqual(['here:1']);
    expect(await endpointsWith({ HOME: '', XDG_CONFIG_HOME: join(home, '.config') })).toEqual(['here:1']);
    expect(await endpointsWith({ XDG_CONFIG_HOME: '.config' })).toEqual(['here:1']);
    await expect(endpointsWith({ XDG_CONFIG_HOME: home })).rejects.toThrow(`in ${home}/etcdctl`);
    await expect(endpointsWith({ HOME: '' })).rejects.toThrow('neither XDG_CONFIG_HOME nor HOME is set');
  });

  it('is not used when its name is empty', async () => {
    expect((await resolve({ profile: '' })).connection.endpoints).toEqual(['127.0.0.1:2379']);
  });

  it.each([
    ['endpoint: a:1', 'FILE, line 1: there is no global flag endpoint: did you mean endpoints?'],
    ['hex: true\ncommand_timeout: 5s', /^FILE, line 2: .* did you mean command-timeout\?$/],
    ['prefix: true', 'FILE, line 1: there is no global flag prefix: see etcdctl options'],
    ['profile: q', 'FILE, line 1: a profile cannot use another profile'],
    ['\ncommand-timeout: 5', /^FILE, line 2: invalid value "5" for command-timeout: time: missing unit/],
    ['hex: maybe', /^FILE, line 1: invalid value "maybe" for hex: strconv.ParseBool/],
    ['max-recv-bytes: 1k', /^FILE, line 1: invalid value "1k" for max-recv-bytes: strconv/],
    ['write-out: xml', /^FILE, line 1: invalid value "xml" for write-out: it must be one of fields, json/],
    ['endpoints:\n  a: 1', 'FILE, line 2: endpoints must have a list of texts'],
    ['endpoints:\n  - a:1\n  -', /^FILE, line 3: an item of endpoints must have a single value$/],
    ['cacert: [a]', 'FILE, line 1: cacert must have a single value'],
    ['hex:\n', 'FILE, line 1: hex must have a single value'],
    ['password: [s3cret]', 'FILE, line 1: password must have a single value'],
    ['- a', 'FILE, line 1: a profile must consist of lines `flag: value`'],
    ['hex: true\n? cacert\n', 'FILE, line 2: cacert has no value'],
    ['a: 1\n b: [', /^FILE, line 1: not valid YAML: Nested mappings/],
    ['hex: true\nhex: false', 'FILE, line 2: not valid YAML: Map keys must be unique'],
    ['hex: true\n---\nhex: false', /^FILE, line 2: not valid YAML: Source contains multiple documents/],
    ['? [a]\n: b', /^FILE, line 1: there is no global flag/],
    ['endpoints: *missing', /^FILE, line 1: /],
    [Buffer.alloc(1024 * 1024 + 1, '#'), 'FILE is larger than 1024 KiB'],
  ])('%j is refused', async (text, problem) => {
    const message = await problemOf(text);
    if (typeof problem === 'string') expect(message).toBe(problem);
    else expect(message).toMatch(problem);
  });

  it('with malformed YAML is refused without its text', async () => {
    expect(await problemOf('password: "s3cret" s3cret')).not.toContain('s3cret');
    expect(await problemOf('password: s3cret: s3cret')).not.toContain('s3cret');
    expect(await problemOf('s3cret\npassword: x')).not.toContain('s3cret');
  });

  it.each([
    ['password: x\nuser: root', 0o640],
    ['user: root:x', 0o604],
    ['auth-jwt-token: x', 0o620],
  ])('with the secret %j must not be accessible to others', async (text, mode) => {
    expect(await problemOf(text, mode)).toBe(
      'FILE has a password, and other users have access to it: run chmod 600 FILE',
    );
    expect(await problemOf(text, 0o400)).toBe('valid');
  });

  it('takes passwords as they are written', async () => {
    for (const [written, password] of [
      ['0123', '0123'],
      ['1e3', '1e3'],
      ['true', 'true'],
      ['" a "', ' a '],
    ]) {
      write('p', `user: root\npassword: ${written}`);
      expect((await resolve({ profile: 'p' })).user).toEqual({ username: 'root', password });
    }
  });

  it('that does not exist is refused with the nearest ones', async () => {
    await expect(resolve({ profile: 'prod' })).rejects.toThrow(
      `there is no profile prod in ${directory}: it has no profiles`,
    );
    write('prod', '');
    write('staging', '');
    await expect(resolve({ profile: 'prdo' })).rejects.toThrow(`in ${directory}: did you mean prod?`);
    await expect(resolve({ profile: 'prod.yaml' })).rejects.toThrow('did you mean prod?');
    await expect(resolve({ profile: 'x' })).rejects.toThrow(`in ${directory}: it has prod, staging`);
  });

  it('that is a link to nothing is named with its file', async () => {
    symlinkSync('nowhere', join(directory, 'p.yaml'));
    await expect(resolve({ profile: 'p' })).rejects.toThrow(
      `open ${directory}/p.yaml: no such file or directory`,
    );
  });

  it.each(['../prod', '/etc/passwd', '.hidden', 'a\nb'])('cannot have the name %j', async (profile) => {
    await expect(resolve({ profile })).rejects.toThrow(`invalid profile name ${profile}`);
  });

  it('that is a directory is refused', async () => {
    mkdirSync(join(directory, 'p.yaml'));
    await expect(resolve({ profile: 'p' })).rejects.toThrow(`${directory}/p.yaml is not a regular file`);
  });
});

describe('precedence', () => {
  it('flags, then variables, then the profile', async () => {
    write('p', 'endpoints: c:1\nhex: true\ndial-timeout: 9s\ndebug: true');
    const { connection, hex, debugLines } = await resolve(
      { profile: 'p', endpoints: ['a:1'], hex: false },
      { ETCDCTL_DIAL_TIMEOUT: '8s' },
    );
    expect(connection).toMatchObject({ endpoints: ['a:1'], dialTimeoutMs: 8000 });
    expect(hex).toBe(false);
    expect(debugLines).toEqual(
      expect.arrayContaining([
        'ETCDCTL_CACERT= (default)',
        `ETCDCTL_DEBUG=true (profile p, ${directory}/p.yaml)`,
        'ETCDCTL_DIAL_TIMEOUT=8s (variable ETCDCTL_DIAL_TIMEOUT)',
        'ETCDCTL_ENDPOINTS=[a:1] (flag)',
        'ETCDCTL_PROFILE=p (flag)',
      ]),
    );
    expect(debugLines.join()).not.toContain('USER_FILE');
  });

  it('conflicts of flags and variables come first', async () => {
    await expect(resolve({ profile: 'none', endpoints: [] }, { ETCDCTL_ENDPOINTS: 'a' })).rejects.toThrow(
      'conflicting environment variable',
    );
    await expect(resolve({ profile: 'none' }, { ETCDCTL_PROFILE: 'p' })).rejects.toThrow(
      'conflicting environment variable "ETCDCTL_PROFILE"',
    );
  });

  it('masks secrets with their origin', async () => {
    const file = write('p', 'user: root:s3cret\ndebug: true');
    const lines = (await resolve({ profile: 'p' })).debugLines.join('\n');
    expect(lines).toContain(`ETCDCTL_PASSWORD=******** (profile p, ${file})`);
    expect(lines).not.toContain('s3cret');
  });

  it.each([
    [{ user: 'bob' }, {}, { username: 'bob' }],
    [{}, { ETCDCTL_USER: 'bob' }, { username: 'bob' }],
    [{ password: 'other' }, {}, { username: 'root', password: 'other' }],
    [{ 'password-file': 'f' }, {}, { username: 'root', passwordFile: 'f' }],
    [{ 'user-file': 'f' }, {}, { userFile: 'f' }],
    [{}, { ETCDCTL_USER_FILE: 'f' }, { userFile: 'f' }],
    [{ 'auth-jwt-token': 'token' }, {}, undefined],
  ])("the profile's password belongs to its user: %j, %j", async (given, env, user) => {
    write('p', 'user: root:s3cret');
    expect((await resolve({ profile: 'p', ...given }, env)).user).toEqual(user);
  });

  it("a profile's password without a user goes with any user", async () => {
    write('p', 'password: x');
    expect((await resolve({ profile: 'p', user: 'bob' })).user).toEqual({ username: 'bob', password: 'x' });
    expect((await resolve({ profile: 'p', user: 'bob:y' })).user).toEqual({ username: 'bob', password: 'y' });
  });

  it('a contradiction within a profile names it', async () => {
    const file = write('p', 'user: root\npassword: x\npassword-file: y');
    await expect(resolve({ profile: 'p' })).rejects.toThrow(
      `password (profile p, ${file}) and password-file (profile p, ${file}) cannot be used together`,
    );
  });
});

it('lists profiles with their endpoints and problems', async () => {
  expect(await listProfiles(join(home, 'none', 'etcdctl'), home)).toEqual([]);
  const good = write('prod', 'endpoints: [a:1, b:2]\ncacert: ~/ca.crt');
  const bad = write('bad', 'endpoint: a:1');
  writeFileSync(join(directory, 'notes.txt'), '');
  writeFileSync(join(directory, '.hidden.yaml'), '');
  expect(await listProfiles(directory, home)).toEqual([
    {
      name: 'bad',
      file: bad,
      endpoints: [],
      problem: `${bad}, line 1: there is no global flag endpoint: did you mean endpoints?`,
    },
    { name: 'prod', file: good, endpoints: ['a:1', 'b:2'], problem: undefined },
  ]);
});
