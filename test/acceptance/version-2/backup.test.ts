import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labFolder } from '../../../scripts/lib/etcd/watchdog.mjs';
import { startEtcd } from '../../../scripts/lib/etcd-server.mjs';
import { DirectoryImage } from '../../support/lab/directory-image.js';
import { ourEtcdctl, type Program, programAt, type RunResult, run } from '../../support/lab/program.js';
import { ENABLE_V2, v2References } from '../../support/lab/version-2.js';

const ENV = { ETCDCTL_API: '2' };
/** The server's --snapshot-count: low, so that there are raft snapshots, and entries after the newest one. */
const SNAPSHOT_COUNT = 30;

interface Contents {
  readonly version2: string;
  readonly version3: string;
}

describe.each(v2References)('version 2, backup of etcd $version', (reference) => {
  const folder = mkdtempSync(path.join(labFolder(), 'backup-'));
  const dataDir = path.join(folder, 'data');
  const etcdctl = programAt(reference.etcdctl);
  let before: Contents;

  async function contents(endpoint: string): Promise<Contents> {
    const version2 = await run(
      etcdctl,
      ['--endpoints', endpoint, '--no-sync', '-o', 'json', 'ls', '--recursive', '--sort'],
      { env: ENV },
    );
    const version3 = await run(etcdctl, [`--endpoints=${endpoint}`, 'get', '', '--prefix'], {
      env: { ETCDCTL_API: '3' },
    });
    return { version2: version2.stdout.toString(), version3: version3.stdout.toString() };
  }

  /** Starts a server from the backup; returns its contents and whether it accepts new keys. */
  async function startFromBackup(backup: string, more: readonly string[] = []): Promise<Contents> {
    const cluster = await startEtcd({
      program: reference.etcd,
      dataDir: backup,
      extraArgs: ['--force-new-cluster', ...ENABLE_V2, ...more],
    });
    try {
      const [endpoint = ''] = cluster.endpoints;
      const there = await contents(endpoint);
      const set = await run(etcdctl, ['--endpoints', endpoint, 'set', '/after', 'the backup'], { env: ENV });
      expect(set.stdout.toString()).toBe('the backup\n');
      return there;
    } finally {
      await cluster.stop();
    }
  }

  async function backUp(program: Program, name: string, ...flags: string[]): Promise<string> {
    const target = path.join(folder, name);
    const args = ['backup', '--data-dir', dataDir, '--backup-dir', target, ...flags];
    const result = await run(program, args, { env: ENV });
    expect([result.code, result.stdout.toString()], result.stderr.toString()).toEqual([0, '']);
    return target;
  }

  const refused = (...args: string[]): Promise<RunResult> =>
    run(ourEtcdctl(), ['backup', ...args], { env: ENV });

  beforeAll(async () => {
    const cluster = await startEtcd({
      program: reference.etcd,
      dataDir,
      extraArgs: [...ENABLE_V2, `--snapshot-count=${SNAPSHOT_COUNT}`],
    });
    const [endpoint = ''] = cluster.endpoints;
    const set = (key: string, value: string) =>
      fetch(`${endpoint}/v2/keys${key}`, { method: 'PUT', body: new URLSearchParams({ value }) });
    for (let index = 0; index < 2.5 * SNAPSHOT_COUNT; index++)
      await set(`/many/${index % 40}`, `${index} <&> ü`);
    await fetch(`${endpoint}/v2/keys/many/7`, { method: 'DELETE' });
    await run(etcdctl, [`--endpoints=${endpoint}`, 'put', 'third', 'version'], { env: { ETCDCTL_API: '3' } });
    await set('/last', 'one');
    before = await contents(endpoint);
    await cluster.stop();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is tested with entries in a raft snapshot and after it', () => {
    expect(before.version2).toContain('"key":"/many/39"');
    expect(before.version3).toBe('third\nversion\n');
    expect(readdirSync(path.join(dataDir, 'member', 'snap')).join()).toMatch(/\.snap/);
  });

  it('starts with all keys of version 2, and none of version 3', async () => {
    const source = readFileSync(path.join(dataDir, 'member', 'snap', 'db'));
    const backup = await backUp(ourEtcdctl(), 'ours');
    expect(await startFromBackup(backup)).toEqual({ ...before, version3: '' });
    expect(readFileSync(path.join(dataDir, 'member', 'snap', 'db'))).toEqual(source);
  });

  /** etcdctl 3.5 increments the store's index for its changes of the members, so later changes get other indexes than before. */
  it('starts with the same contents as the backup of etcdctl, whose indexes differ', async () => {
    const withoutIndexes = ({ version2, version3 }: Contents) => ({
      version2: version2.replace(/"(created|modified)Index":\d+/g, ''),
      version3,
    });
    const real = await startFromBackup(await backUp(etcdctl, 'real-2'));
    const ours = await startFromBackup(await backUp(ourEtcdctl(), 'ours-2'));
    expect(withoutIndexes(ours)).toEqual(withoutIndexes(real));
  });

  it('of one of three members starts', async () => {
    const cluster = await startEtcd({ program: reference.etcd, members: 3, extraArgs: ENABLE_V2 });
    const [endpoint = ''] = cluster.endpoints;
    try {
      // A killed member need not know that its last entry is committed: make one more change.
      for (const value of ['members', 'last']) {
        await run(etcdctl, ['--endpoints', endpoint, 'set', '/of/three', value], { env: ENV });
      }
      await cluster.kill(0);
      new DirectoryImage(cluster.members[0]?.dataDir ?? '').writeTo(path.join(folder, 'member'));
    } finally {
      await cluster.stop();
    }
    const [real, ours] = [etcdctl, ourEtcdctl()].map(async (program, at) => {
      const target = path.join(folder, `of-three-${at}`);
      const args = ['backup', '--data-dir', path.join(folder, 'member'), '--backup-dir', target];
      expect((await run(program, args, { env: ENV })).code).toBe(0);
      return startFromBackup(target);
    });
    expect(await ours).toEqual(await real);
    expect((await ours)?.version2).toContain('"key":"/of/three"');
  });

  it('with --with-v3 starts with the keys of version 3 too', async () => {
    const backup = await backUp(ourEtcdctl(), 'ours-3', '--with-v3');
    expect(await startFromBackup(backup)).toEqual(before);
  });

  it('supports separate WAL directories for source and backup', async () => {
    const wal = path.join(folder, 'source-wal');
    new DirectoryImage(path.join(dataDir, 'member', 'wal')).writeTo(wal);
    const target = path.join(folder, 'target-wal');
    const backup = await backUp(ourEtcdctl(), 'ours-4', '--wal-dir', wal, '--backup-wal-dir', target);
    expect(readdirSync(path.join(backup, 'member'))).toEqual(['snap']);
    expect(await startFromBackup(backup, [`--wal-dir=${target}`])).toEqual({ ...before, version3: '' });
  });

  it('overwrites no files, and creates none when there is no data', async () => {
    const backup = await backUp(ourEtcdctl(), 'ours-5');
    const again = await refused('--data-dir', dataDir, '--backup-dir', backup);
    expect(again.code).toBe(1);
    expect(again.stderr.toString()).toContain('to be empty');
    const target = path.join(folder, 'never');
    const missing = await refused('--data-dir', path.join(folder, 'nowhere'), '--backup-dir', target);
    expect(missing.code).toBe(1);
    expect(missing.stderr.toString()).toMatch(/^open .*nowhere.member.snap: no such file or directory\n$/);
    expect(existsSync(target)).toBe(false);
  });

  it('does not copy a database that a server has locked', async () => {
    const cluster = await startEtcd({ program: reference.etcd, dataDir, extraArgs: ENABLE_V2 });
    try {
      const target = path.join(folder, 'locked');
      const result = await refused('--data-dir', dataDir, '--backup-dir', target, '--with-v3');
      expect(result.code).toBe(1);
      expect(result.stderr.toString()).toContain(`process ${cluster.members[0]?.pid} uses the database`);
      expect(existsSync(target)).toBe(false);
    } finally {
      await cluster.stop();
    }
  });
});
