import type { StatsFs } from 'node:fs';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { restoreOnNode } from '../../../../src/commands/files/local-restore/restore-on-node.js';
import type { SnapshotRestoreOptions } from '../../../../src/commands/files/snapshot-restore.js';
import { DataReplacement, oldDirectory } from '../../../../src/storage/restore/data-replacement.js';
import { snapshotOf } from '../../../storage/support/fixtures.js';
import { type FakeContextSettings, fakeContext } from '../../../support/fake-context.js';

const disk = vi.hoisted(() => ({ freeBytes: 1 << 30 }));
vi.mock('node:fs', async (importActual) => ({
  ...(await importActual<typeof import('node:fs')>()),
  statfsSync: () => ({ bsize: 1, bavail: disk.freeBytes }) as StatsFs,
}));

let root = '';
let data = '';
beforeEach(() => {
  disk.freeBytes = 1 << 30;
  root = realpathSync(mkdtempSync(join(tmpdir(), 'restore-on-node-')));
  data = join(root, 'var/lib/etcd');
  mkdirSync(join(root, 'etc'));
  mkdirSync(join(data, 'member'), { recursive: true });
  writeFileSync(join(data, 'which'), 'old');
  writeFileSync(
    join(root, 'etc/etcd.env'),
    'ETCD_NAME=m1\nETCD_DATA_DIR=/var/lib/etcd\nETCD_INITIAL_ADVERTISE_PEER_URLS=http://127.0.0.1:2380\n',
  );
  writeFileSync(join(root, 'backup.db'), snapshotOf('3.7.1'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function restore(
  { isConfirmed = true, ...settings }: FakeContextSettings & { readonly isConfirmed?: boolean } = {},
  change: (fake: ReturnType<typeof fakeContext>) => void = () => undefined,
) {
  const fake = fakeContext(settings);
  change(fake);
  const local = { program: 'etcdctl', given: new Set<string>(), root, isDryRun: false, isConfirmed };
  const options: SnapshotRestoreOptions = {
    snapshotPath: join(root, 'backup.db'),
    dataDirectory: 'm1.etcd',
    walDirectory: undefined,
    name: 'default',
    initialCluster: 'default=http://localhost:2380',
    clusterToken: 'etcd-cluster',
    advertisedUrls: ['http://localhost:2380'],
    skipHashCheck: false,
    revisionBump: 0n,
    targetVersion: undefined,
    local,
  };
  const error = await restoreOnNode(options, local, fake.context).then(
    () => undefined,
    (failure: Error) => failure,
  );
  return { ...fake, error };
}

const besideData = () => readdirSync(join(root, 'var/lib')).map((name) => name.replace(/\.old-.*/, '.old'));
const isOld = () => existsSync(join(data, 'which'));

describe('a restore on a node', () => {
  it('replaces the data', async () => {
    const { error } = await restore();
    expect(error).toBeUndefined();
    expect(isOld()).toBe(false);
    expect(besideData()).toEqual(['etcd', 'etcd.old']);
  });

  it('is refused without room for the new data', async () => {
    disk.freeBytes = 1000;
    const { error } = await restore();
    expect(error?.message).toMatch(/^nothing was changed, because there is no room in /);
  });

  it('clears a killed one whose files fill the disk', async () => {
    const request = { data: oldDirectory(data, '20260131T120000Z'), wal: undefined };
    const killed = await DataReplacement.begin({ ...request, snapshotPath: 'a.db', began: '2026-01-31' });
    const journal = join(killed.newData, '../journal.json');
    const { owner, ...rest } = JSON.parse(readFileSync(journal, 'utf8'));
    writeFileSync(journal, JSON.stringify({ ...rest, owner: { ...owner, started: '1' } }));
    disk.freeBytes = 1000;
    const { error } = await restore();
    expect(error).toBeUndefined();
    expect(besideData()).toEqual(['etcd', 'etcd.old']);
  });

  it('leaves the old data when it is interrupted at the end of writing', async () => {
    const interrupt = new Error('interrupted');
    const { error } = await restore({}, ({ context, abort }) => {
      const { progress } = context.notices;
      context.notices.progress = (text) => ({ ...progress(text), stop: () => abort(interrupt) });
    });
    expect(error).toBe(interrupt);
    expect(isOld()).toBe(true);
    expect(besideData()).toEqual(['etcd']);
  });

  it.each([
    ['simple', true],
    ['json', false],
  ] as const)('asks after it has shown the plan, with the format %s: %s', async (format, asks) => {
    const confirm = vi.fn(async () => false);
    const prompt = { isInteractive: true, confirm };
    const { error, emitted } = await restore({ format, isConfirmed: false, prompt });
    expect(confirm).toHaveBeenCalledTimes(asks ? 1 : 0);
    expect(error?.message).toBe(
      asks
        ? 'stopped before step 1; run the command again to go on'
        : 'nothing was changed: --yes does these steps without questions',
    );
    expect(emitted).toMatchObject([{ kind: 'local-restore', report: { problems: [] } }]);
    expect(isOld()).toBe(true);
  });
});
