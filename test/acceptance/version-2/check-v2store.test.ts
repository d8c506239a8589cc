/** `etcdutl check v2store` and `backup`, which etcdutl has up to 3.5, compared with the last such etcdutl on files of its servers. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labFolder } from '../../../scripts/lib/etcd/watchdog.mjs';
import { startEtcd } from '../../../scripts/lib/etcd-server.mjs';
import { committedSnapshots } from '../../../src/storage/wal/wal-directory.js';
import { DirectoryImage } from '../../support/lab/directory-image.js';
import { ourEtcdutl, programAt, run } from '../../support/lab/program.js';
import { ENABLE_V2, v2References } from '../../support/lab/version-2.js';

const SNAPSHOT_COUNT = 20;

const reference = v2References.at(-1);

describe.skipIf(reference?.etcdutl === undefined)('our etcdutl, compared with etcdutl 3.5,', () => {
  const real = programAt(reference?.etcdutl ?? '');
  const folder = mkdtempSync(path.join(labFolder(), 'check-v2store-'));
  const at = (name: string) => path.join(folder, name);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  beforeAll(async () => {
    const dataDir = at('server');
    const cluster = await startEtcd({
      program: reference?.etcd ?? '',
      dataDir,
      extraArgs: [...ENABLE_V2, `--snapshot-count=${SNAPSHOT_COUNT}`],
    });
    const [endpoint = ''] = cluster.endpoints;
    const ask = async (method: string, key: string, body?: object | URLSearchParams) => {
      const isForm = body === undefined || body instanceof URLSearchParams;
      const response = await fetch(`${endpoint}${key}`, {
        method,
        ...(body && { body: isForm ? body : JSON.stringify(body) }),
        ...(!isForm && { headers: { 'content-type': 'application/json' } }),
      });
      if (!response.ok) throw new Error(`${key}: ${await response.text()}`);
      return response.text();
    };
    // The WAL has the record of a raft snapshot a little later than the file exists.
    const imageIndex = () => committedSnapshots(path.join(dataDir, 'member', 'wal')).at(-1)?.index ?? 0n;
    /** Puts keys until there is a raft snapshot of all that was written before; one that is under way may be of less. */
    const putUntilImage = async () => {
      const { raftIndex } = JSON.parse(await ask('POST', '/v3/maintenance/status', {}));
      const body = { key: 'aw==', value: 'dg==' };
      while (imageIndex() < BigInt(raftIndex)) await ask('POST', '/v3/kv/put', body);
    };
    const keep = async (name: string) => {
      await putUntilImage();
      new DirectoryImage(dataDir).writeTo(at(name));
    };
    const value = new URLSearchParams({ value: 'v' });
    new DirectoryImage(dataDir).writeTo(at('young'));
    await keep('meta');
    await ask('PUT', '/v2/keys/_hidden', value);
    await keep('hidden');
    await ask('PUT', '/v2/keys/d/key', value);
    new DirectoryImage(dataDir).writeTo(at('key-in-the-log'));
    await keep('key');
    await ask('DELETE', '/v2/keys/d?recursive=true');
    await keep('deleted');
    await ask('PUT', '/v2/auth/users/u', { user: 'u', password: 'p' });
    await keep('user');
    await ask('DELETE', '/v2/auth/users/u');
    await keep('user-deleted');
    await cluster.stop();
    mkdirSync(at('no-log/member/wal'), { recursive: true });
  });

  it.each([
    ['young', 0],
    ['meta', 0],
    ['hidden', 0],
    ['key', 1],
    ['key-in-the-log', 0],
    ['deleted', 0],
    ['user', 1],
    ['user-deleted', 0],
    ['no-log', 0],
    ['missing', 1],
  ])('has the same result for check v2store of "%s"', async (name, code) => {
    const args = ['check', 'v2store', '--data-dir', name];
    const [theirs, ours] = [
      await run(real, args, { cwd: folder }),
      await run(ourEtcdutl(), args, { cwd: folder }),
    ];
    expect(ours.code).toBe(code);
    expect(ours).toEqual(theirs);
  });

  it.each([
    ['check', 'v2store'],
    ['backup'],
    ['backup', '--data-dir', 'meta'],
    ['backup', '--backup-dir', 'b'],
  ])('refuses a command without its flags: %s %s', async (...args) => {
    const lastLine = ({ code, stderr }: { code: number | null; stderr: Buffer }) => [
      code,
      stderr.toString().trim().split('\n').at(-1),
    ];
    const theirs = await run(real, args, { cwd: folder });
    expect(lastLine(await run(ourEtcdutl(), args, { cwd: folder }))).toEqual(lastLine(theirs));
  });

  it('reads a separate WAL directory', async () => {
    new DirectoryImage(at('key/member/wal')).writeTo(at('wal'));
    const args = ['check', 'v2store', '--data-dir', 'key', '--wal-dir', 'wal'];
    expect(await run(ourEtcdutl(), args, { cwd: folder })).toEqual(await run(real, args, { cwd: folder }));
  });

  /** Starts a server from the backup of one of the two programs; returns its contents. */
  async function restarted(program: typeof real, name: string, flags: readonly string[]) {
    const args = ['backup', '--data-dir', 'key', '--backup-dir', name, ...flags];
    const { code, stdout, stderr } = await run(program, args, { cwd: folder });
    expect([code, stdout.toString()], stderr.toString()).toEqual([0, '']);
    const cluster = await startEtcd({
      program: reference?.etcd ?? '',
      dataDir: at(name),
      extraArgs: ['--force-new-cluster', ...ENABLE_V2],
    });
    try {
      const [endpoint = ''] = cluster.endpoints;
      const range = { method: 'POST', body: '{"key":"aw=="}' };
      const { kvs = [] } = (await (await fetch(`${endpoint}/v3/kv/range`, range)).json()) as {
        kvs?: readonly { value: string }[];
      };
      const { node } = (await (await fetch(`${endpoint}/v2/keys/d/key`)).json()) as {
        node?: { value: string };
      };
      return { version2: node?.value, version3: kvs.map(({ value }) => value) };
    } finally {
      await cluster.stop();
    }
  }

  it.each([
    ['with the data of version 3', [], ['dg==']],
    ['without the data of version 3', ['--with-v3=false'], []],
  ])('makes the same backup %s', async (what, flags, version3) => {
    const ours = await restarted(ourEtcdutl(), `ours ${what}`, flags);
    expect(ours).toEqual({ version2: 'v', version3 });
    expect(ours).toEqual(await restarted(real, `real ${what}`, flags));
  });

  it('makes no backup, and no files, when there is no data', async () => {
    const args = ['backup', '--data-dir', 'missing', '--backup-dir', 'never'];
    const { code, stderr } = await run(ourEtcdutl(), args, { cwd: folder });
    expect([code, stderr.toString()]).toEqual([
      1,
      'Error: open missing/member/snap: no such file or directory\n',
    ]);
    expect(readdirSync(folder)).not.toContain('never');
  });
});
