import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, issue, writePair } from '../../scripts/lib/pki.mjs';
import { type Lab, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, programAt, type RunResult, run } from '../support/lab/program.js';

let lab: Lab;
let folder = '';
/** The flags with which the server accepts the client, by name. */
let good: Record<'cacert' | 'cert' | 'key', string>;

beforeAll(async () => {
  lab = await startLab({ profile: 'tls' });
  folder = mkdtempSync(join(tmpdir(), 'bad-input-'));
  if (lab.pki === undefined) throw new Error('a TLS lab has certificates');
  good = { cacert: lab.pki.caCert, cert: lab.pki.client.cert, key: lab.pki.client.key };
});
afterAll(async () => {
  await lab?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const ours = (...args: readonly string[]) => run(ourEtcdctl(), args);

async function withTls(files: Partial<typeof good>, ...args: readonly string[]): Promise<RunResult> {
  const flags = Object.entries({ ...good, ...files }).map(([name, file]) => `--${name}=${file}`);
  const endpoints = `--endpoints=${lab.cluster.endpoints.join(',')}`;
  return ours(endpoints, ...flags, '--command-timeout=1s', ...args);
}

/** Expects one or more reasons, the error on the last line, and no stack trace; returns stderr. */
function expectPlain({ stderr, stdout }: RunResult): string {
  const text = stderr.toString();
  expect(text).toMatch(/^Error: .+$/m);
  expect(text).not.toMatch(/^\s+at /m);
  expect(text).not.toContain('node:internal');
  expect(stdout.toString()).toBe('');
  return text;
}

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('certificates and keys', () => {
  it.each(['cacert', 'cert', 'key'] as const)(
    'are named in the error when the file is missing: --%s',
    async (name) => {
      const result = await withTls({ [name]: join(folder, 'nowhere.pem') }, 'get', 'k');
      expect(expectPlain(result)).toContain('nowhere.pem');
      expect(result.code).toBe(128);
    },
  );

  it.each(['cacert', 'cert', 'key'] as const)(
    'are named in the error when the file is not PEM: --%s',
    async (name) => {
      const result = await withTls({ [name]: file('garbage.pem', 'not a certificate\n') }, 'get', 'k');
      expect(expectPlain(result)).toContain('garbage.pem');
      expect(result.code).not.toBe(0);
    },
  );

  it('are refused when the key does not belong to the certificate, and the key is not printed', async () => {
    const authority = await createAuthority({ algorithm: 'ecdsa' });
    const other = await issue(authority, { usage: 'client', commonName: 'other', algorithm: 'ecdsa' });
    const { key } = writePair(folder, 'other', other);
    const text = expectPlain(await withTls({ key }, 'get', 'k'));
    expect(text).toMatch(/match/);
    const [, secret = ''] = readFileSync(key, 'utf8').split('\n');
    expect(text).not.toContain(secret);
  });

  it('of an unknown authority on the server are reported as such', async () => {
    const stranger = await createAuthority({ commonName: 'stranger', algorithm: 'ecdsa' });
    const text = expectPlain(await withTls({ cacert: file('stranger.crt', stranger.cert) }, 'get', 'k'));
    expect(text).toMatch(/certificate/);
    expect(text).toContain('Error: context deadline exceeded');
  });

  it('of a client are reported as missing when the server requires them', async () => {
    const endpoints = `--endpoints=${lab.cluster.endpoints.join(',')}`;
    const result = await ours(endpoints, `--cacert=${good.cacert}`, '--command-timeout=1s', 'get', 'k');
    expect(expectPlain(result)).toMatch(/certificate/);
    expect(result.code).toBe(1);
  });
});

describe('an invalid command line', () => {
  it.each([
    [['get'], 128],
    [['get', 'k', '--prefix', '--from-key'], 128],
    [['get', 'k', '--prefx'], 1],
    [['gte', 'k'], 1],
    [['endpoint', 'helth'], 1],
    [['get', 'k', '--command-timeout=5'], 1],
    [['get', 'k', '--limit=ten'], 1],
    [['--endpoints=', 'get', 'k'], 2],
    [['--endpoints=127.0.0.1:1,,127.0.0.1:2', 'get', 'k'], 1],
    [['--endpoints=127.0.0.1:99999', 'get', 'k'], 1],
    [['--write-out=yaml', 'get', 'k'], 4],
    [['put', 'k', 'v', '--write-out=table'], 4],
    [['snapshot', 'save', '/tmp'], 5],
  ])('%j ends with exit code %d and an error message', async (args, code) => {
    const result = await ours(...args);
    expectPlain(result);
    expect(result.code).toBe(code);
  });

  it.each([
    [['gett', 'k'], 'get'],
    [['get', 'k', '--prefx'], '--prefix'],
    [['endpoint', 'helth'], 'health'],
  ])('%j gets a suggestion', async (args, suggestion) => {
    expect((await ours(...args)).stderr.toString()).toContain(suggestion);
  });

  it('with a wrong endpoint gets the reason for the exceeded deadline', async () => {
    const result = await ours('--endpoints=127.0.0.1:1', '--command-timeout=500ms', 'get', 'k');
    const text = expectPlain(result);
    expect(text).toMatch(/127\.0\.0\.1:1.*connection refused/);
    expect(text.trimEnd().split('\n').at(-1)).toBe('Error: context deadline exceeded');
    expect(result.code).toBe(1);
  });
});

describe('standard output', () => {
  it('that is closed by its reader ends the program without a message', async () => {
    for (let index = 0; index < 20; index++)
      await lab.real(['put', `key-${index}`], { stdin: 'v'.repeat(100_000) });
    const { command, leadingArgs } = ourEtcdctl();
    const line = [command, ...leadingArgs, ...lab.flags(), 'get', '', '--prefix'];
    const script = '"$@" | head -n 1';
    const result = await run(programAt('/bin/sh'), ['-c', script, 'sh', ...line]);
    expect(result.stdout.toString()).toBe('key-0\n');
    expect(result.stderr.toString()).toBe('');
  });

  it('on a full disk is reported as an error', async () => {
    const { command, leadingArgs } = ourEtcdctl();
    const result = await run(programAt('/bin/sh'), [
      '-c',
      '"$@" > /dev/full',
      'sh',
      command,
      ...leadingArgs,
      'version',
    ]);
    expect(result.stderr.toString()).toBe('Error: write /dev/stdout: no space left on device\n');
    expect(result.code).toBe(1);
  });
});
