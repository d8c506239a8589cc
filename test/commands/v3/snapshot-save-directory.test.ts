import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runSnapshotList, verifyDirectory } from '../../../src/commands/files/snapshot-directory.js';
import { snapshotVerifyCommand } from '../../../src/commands/files/snapshot-verify.js';
import { runSnapshotSave, type SnapshotSaveOptions } from '../../../src/commands/v3/snapshot/save.js';
import { registerSnapshot } from '../../../src/commands/v3/snapshot/snapshot.js';
import { CommandError, ServerError } from '../../../src/model/errors.js';
import type { SnapshotEntry } from '../../../src/model/file-reports.js';
import type { SnapshotResponse } from '../../../src/model/messages/maintenance.js';
import { readManifest, type SnapshotManifest } from '../../../src/storage/snapshot-directory/manifest.js';
import { rotate } from '../../../src/storage/snapshot-directory/rotation.js';
import { snapshotOf } from '../../storage/support/fixtures.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';

const whole = snapshotOf('3.7.1');
const cutShort = new ServerError('rpc error: code = Unavailable desc = closed', 'Unavailable');

async function* stream(bytes: Uint8Array, end?: Error): AsyncGenerator<SnapshotResponse> {
  for (let offset = 0; offset < bytes.length; offset += 20_000) {
    const blob = bytes.subarray(offset, offset + 20_000);
    yield { remainingBytes: BigInt(bytes.length - offset - blob.length), blob, version: '3.7.0' };
  }
  if (end !== undefined) throw end;
}

/** Which sync of a directory fails, counted from the moment it is set. */
const faults = vi.hoisted(() => ({ failingSync: 0 }));
vi.mock('../../../src/storage/directory.js', async (importActual) => {
  const actual = await importActual<typeof import('../../../src/storage/directory.js')>();
  return {
    ...actual,
    async syncDirectory(path: string) {
      if (faults.failingSync > 0 && --faults.failingSync === 0) {
        throw new CommandError('sync: input/output error');
      }
      return actual.syncDirectory(path);
    },
  };
});

let folder = '';
beforeEach(() => {
  faults.failingSync = 0;
  folder = mkdtempSync(join(tmpdir(), 'snapshot-directory-'));
  vi.setSystemTime('2026-11-29T11:22:33.456Z');
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

interface Server {
  readonly snapshot?: () => AsyncIterable<SnapshotResponse>;
  readonly dbSize?: bigint;
}

const DEFAULTS: SnapshotSaveOptions = {
  path: '',
  isDirectory: true,
  compresses: true,
  keep: 0,
  clusterName: 'prod',
  picks: false,
};

async function save(options: Partial<SnapshotSaveOptions> = {}, server: Server = {}) {
  const header = { clusterId: 0xabcn, memberId: 0x123n, revision: 9n, raftTerm: 2n };
  const fake = fakeContext({
    connect: () =>
      ({
        maintenance: {
          status: async () => ({ header, version: '3.7.1', dbSize: server.dbSize ?? 53_248n }),
          snapshot: server.snapshot ?? (() => stream(whole)),
        },
        cluster: { memberList: async () => ({ members: [{ id: 0x123n, name: 'm1' }] }) },
      }) as never,
  });
  const error = await runSnapshotSave({ ...DEFAULTS, path: folder, ...options }, fake.context).then(
    () => undefined,
    (failure: Error) => failure,
  );
  return { ...fake, error };
}

/** Saves with --pick; the first member answers the choice, and then fails. */
async function savePicked(fails: 'status' | 'snapshot', endpoints: readonly string[]) {
  let calls = 0;
  const fake = fakeContext({
    endpoints,
    connect: ([endpoint = '']) => {
      const memberId = BigInt(endpoints.indexOf(endpoint) + 1);
      const isFirst = memberId === 1n;
      const header = { clusterId: 0xabcn, memberId, revision: 9n, raftTerm: 2n };
      const status = async () => {
        if (isFirst && fails === 'status' && ++calls > 1) throw tooMany;
        return { ...STATUS, header };
      };
      const empty = isFirst && fails === 'snapshot';
      const members = [1n, 2n].map((id) => ({ id, name: `m${id}` }));
      return {
        maintenance: { status, snapshot: () => stream(empty ? Buffer.alloc(0) : whole) },
        cluster: { memberList: async () => ({ members }) },
      } as never;
    },
  });
  const error = await runSnapshotSave({ ...DEFAULTS, path: folder, picks: true }, fake.context).then(
    () => undefined,
    (failure: Error) => failure,
  );
  return { ...fake, error };
}

const tooMany = new ServerError('etcdserver: too many requests', 'ResourceExhausted');
const STATUS = {
  version: '3.7.1',
  dbSize: 53_248n,
  leader: 9n,
  raftIndex: 5n,
  raftAppliedIndex: 5n,
  isLearner: false,
  errors: [],
};

/** Saves one each minute. */
async function saveSome(count: number, options: Partial<SnapshotSaveOptions> = {}): Promise<string[]> {
  for (let index = 0; index < count; index++) {
    vi.setSystemTime(`2026-11-29T10:0${index}:00Z`);
    expect((await save(options)).error).toBeUndefined();
  }
  return files();
}

const files = () => readdirSync(folder).filter((name) => !name.endsWith('.json'));
const damage = (name: string) => {
  const bytes = readFileSync(join(folder, name));
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  writeFileSync(join(folder, name), bytes);
};

async function entries(work: typeof verifyDirectory): Promise<[SnapshotEntry[], Error | undefined]> {
  const { context, emitted } = fakeContext();
  const error = await work(folder, context).then(
    () => undefined,
    (failure: Error) => failure,
  );
  const [result] = emitted;
  return [result?.kind === 'snapshot-list' ? [...result.snapshots] : [], error];
}
const list = async () =>
  (await entries((directory, context) => runSnapshotList({ directory }, context)))[0].map(
    ({ file, state }) => [file, state],
  );
const verify = async () => {
  const [snapshots, error] = await entries(verifyDirectory);
  return { states: snapshots.map(({ state, problem }) => problem ?? state), error: error?.message };
};

describe('snapshot save into a directory', () => {
  it.each([
    ['a directory by its slash', ['dir/'], { path: 'dir/', isDirectory: true, keep: 0 }],
    ['--keep', ['dir', '--keep', '3', '--compress'], { isDirectory: true, keep: 3, compresses: true }],
    ['a file', ['dir'], { isDirectory: false }],
    ['standard output', ['-', '--pick'], { path: '-', isDirectory: false, picks: true }],
  ])('takes %s', (_name, args, expected) => {
    const options = parseCommand(registerSnapshot, ['snapshot', 'save', ...args]);
    expect(options).toMatchObject(expected);
  });

  it.each([
    [['-', '--keep', '2'], '--keep and --cluster-name need a directory'],
    [['file', '--cluster-name', 'a'], '--keep and --cluster-name need a directory'],
    [['dir/', '--cluster-name', '../a'], '--cluster-name can have letters'],
  ])('rejects %j', (args, message) => {
    expect(() => parseCommand(registerSnapshot, ['snapshot', 'save', ...args])).toThrow(message);
  });

  it('writes the snapshot and a manifest that describes it', async () => {
    const { error, emitted } = await save();
    expect(error).toBeUndefined();
    const name = 'prod-20261129T112233Z.db.zst';
    expect(emitted).toEqual([{ kind: 'snapshot-saved', path: join(folder, name), serverVersion: '3.7.0' }]);
    expect(readdirSync(folder).sort()).toEqual([name, `${name}.json`]);
    const bytes = readFileSync(join(folder, name));
    expect(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))).toMatchObject({
      kind: 'etcd-snapshot',
      version: 1,
      file: name,
      cluster: 'prod',
      clusterId: 'abc',
      memberId: '123',
      memberName: 'm1',
      endpoint: '127.0.0.1:2379',
      sequence: 1,
      revision: expect.any(Number),
      size: bytes.length,
      snapshotSize: whole.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      compression: 'zstd',
      etcdVersion: '3.7.1',
      begin: '2026-11-29T11:22:33.456Z',
    });
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(await verify()).toEqual({ states: ['good'], error: undefined });
  });

  it('begins names with the cluster id when there is no name', async () => {
    await save({ clusterName: '', compresses: false });
    expect(files()).toEqual(['abc-20261129T112233Z.db']);
    expect(readFileSync(join(folder, files()[0] ?? '')).equals(whole)).toBe(true);
  });

  it('removes the older ones, and no other cluster, no other file', async () => {
    const others = ['prod-20200101T000000Z.db', 'notes.txt', 'other.db.json'];
    for (const name of others) writeFileSync(join(folder, name), 'mine');
    await save({ clusterName: 'another' });
    const [first] = (await saveSome(3)).filter((name) => name.startsWith('prod-2026'));
    const { emitted, lines } = await save({ keep: 3 });
    expect(emitted.at(-1)).toEqual({ kind: 'text', text: `Removed ${join(folder, first ?? '')}\n` });
    expect(lines).toEqual([]);
    expect(files().filter((name) => name.startsWith('prod-2026'))).toHaveLength(3);
    expect(existsSync(join(folder, `${first}.json`))).toBe(false);
    for (const name of others) expect(readFileSync(join(folder, name), 'utf8')).toBe('mine');
    expect(files().filter((name) => name.startsWith('another'))).toHaveLength(1);
  });

  it('keeps the newest when the clock has gone back', async () => {
    await saveSome(2);
    vi.setSystemTime('2025-01-01T00:00:00Z');
    await save();
    vi.setSystemTime('2025-01-01T00:01:00Z');
    await save({ keep: 2 });
    expect(files()).toEqual(['prod-20250101T000000Z.db.zst', 'prod-20250101T000100Z.db.zst']);
  });

  it('does not count a damaged one, and does not remove it', async () => {
    const [oldest = '', second = '', third = ''] = await saveSome(3);
    damage(third);
    const { emitted, lines } = await save({ keep: 2 });
    expect(lines).toEqual([`${join(folder, third)} does not count: its SHA-256 is not that of its manifest`]);
    expect(emitted.at(-1)).toEqual({ kind: 'text', text: `Removed ${join(folder, oldest)}\n` });
    expect(files()).toEqual([second, 'prod-20261129T100200Z-2.db.zst', third]);
  });

  it('neither counts nor removes one that is shorter than its manifest says', async () => {
    const [first = ''] = await saveSome(2);
    writeFileSync(join(folder, first), 'short');
    await save({ keep: 1 });
    expect(files()).toContain(first);
    expect((await verify()).states).toContain(`it has 5 bytes instead of ${manifestSize(first)}`);
  });

  const manifestSize = (name: string) => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')).size;

  it.each([
    ['a stream that breaks off', { snapshot: () => stream(whole.subarray(0, 30_000), cutShort) }],
    ['a stream with a flipped bit', { snapshot: () => stream(flipped()) }],
    ['a disk without room', { dbSize: 1n << 60n }],
  ])('leaves everything as it was after %s', async (_name, server) => {
    const before = await saveSome(2);
    const { error, emitted } = await save({ keep: 1 }, server);
    expect(error).toMatchObject({ name: 'InterruptedError' });
    expect(emitted).toEqual([]);
    expect(files()).toEqual(before);
    expect(await verify()).toEqual({ states: ['good', 'good'], error: undefined });
  });

  function flipped(): Uint8Array {
    const bytes = Uint8Array.from(whole);
    bytes[9000] = (bytes[9000] ?? 0) ^ 1;
    return bytes;
  }

  it('removes nothing, and the new snapshot, when the manifest cannot be written', async () => {
    const before = await saveSome(2);
    vi.setSystemTime('2026-11-29T11:00:00Z');
    mkdirSync(join(folder, 'prod-20261129T110000Z.db.zst.json'));
    const { error } = await save({ keep: 1 });
    expect(error?.message).toContain('(it is a directory)');
    expect(files()).toEqual(before);
  });

  it('leaves at least one good snapshot when two processes save at the same moment', async () => {
    await saveSome(1);
    const both = await Promise.all([save({ keep: 1 }), save({ keep: 1 })]);
    expect(both.map(({ error }) => error)).toEqual([undefined, undefined]);
    const { states, error } = await verify();
    expect(error).toBeUndefined();
    expect(states.length).toBeGreaterThanOrEqual(1);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('does not remove what another process has saved since', async () => {
    const [, second = ''] = await saveSome(2);
    const manifest = readManifest(join(folder, `${second}.json`), second) as SnapshotManifest;
    for (const sequence of [2, 1]) {
      const newest = { ...manifest, file: 'ours.db', sequence };
      await rotate(folder, { newest, keep: 1 }, {});
      expect(files()).toContain(second);
    }
    await rotate(folder, { newest: { ...manifest, file: 'ours.db', sequence: 3 }, keep: 1 }, {});
    expect(files()).toEqual([]);
  });

  it('removes what a killed save has left an hour ago, and says so', async () => {
    const left = [
      'prod-20261129T090000Z.db.part',
      'prod-20261129T090100Z.db.zst.part',
      'mine.db.part',
      'prod-20261129T090200Z.db.zst.json.part',
    ];
    const now = Date.now() / 1000;
    for (const [index, name] of left.entries()) {
      writeFileSync(join(folder, name), 'begun');
      const age = index === 1 ? 60 : 3700;
      utimesSync(join(folder, name), now - age, now - age);
    }
    const { lines } = await save();
    const removed = [left[0], left[3]].map((name) => join(folder, name ?? ''));
    expect(lines).toEqual(removed.map((path) => `removed ${path}, which a save had left unfinished`));
    expect(files()).toEqual([left[2], left[1], 'prod-20261129T112233Z.db.zst']);
  });

  it.each([
    ['whose status fails', { fails: 'status' }, 'm1 sends no snapshot: etcdserver: too many requests'],
    ['that sends no part', { fails: 'snapshot' }, 'm1 sends no snapshot: EOF'],
  ] as const)('takes the next member after one %s', async (_name, { fails }, line) => {
    const { error, lines } = await savePicked(fails, ['e0', 'e1']);
    expect(error).toBeUndefined();
    expect(lines).toContain(line);
    expect(files()).toEqual(['prod-20261129T112233Z.db.zst']);
  });

  it.each([
    ['status', 'etcdserver: too many requests', []],
    ['snapshot', 'EOF', ['the server sent no data']],
  ] as const)(
    'fails with the reason of the only member when its %s fails',
    async (fails, message, reasons) => {
      const { error } = await savePicked(fails, ['e0']);
      expect(error).toMatchObject({ name: 'InterruptedError', message, reasons });
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it.each([1, 2])(
    'leaves neither a snapshot nor a manifest when sync %i of the directory fails',
    async (failing) => {
      const before = await saveSome(1);
      faults.failingSync = failing;
      const { error } = await save({ keep: 1 });
      expect(error).toMatchObject({ name: 'InterruptedError', message: 'sync: input/output error' });
      expect(files()).toEqual(before);
      expect(readdirSync(folder)).toHaveLength(2);
    },
  );

  it('requires a directory', async () => {
    const { error } = await save({ path: join(folder, 'none') });
    expect(error?.message).toBe(`${join(folder, 'none')} is not a directory`);
  });
});

describe('the snapshots in a directory', () => {
  it('are listed with their states', async () => {
    const [first = '', second = '', third = '', fourth = ''] = await saveSome(4, { compresses: false });
    writeFileSync(join(folder, first), 'short');
    rmSync(join(folder, second));
    rmSync(join(folder, `${third}.json`));
    writeFileSync(join(folder, 'prod-20261129T120000Z.db.part'), '');
    expect(Object.fromEntries(await list())).toEqual({
      [first]: 'size differs',
      [second]: 'no file',
      [third]: 'no manifest',
      [fourth]: 'complete',
      'prod-20261129T120000Z.db.part': 'unfinished',
    });
    expect((await verify()).error).toBe('2 of 4 snapshots are damaged');
  });

  it('are listed cluster by cluster, the newest one last', async () => {
    const at = async (time: string, clusterName: string) => {
      vi.setSystemTime(`2026-11-29T${time}Z`);
      await save({ clusterName });
    };
    await at('10:00:00', 'b');
    await at('11:00:00', 'a');
    await at('12:00:00', 'b');
    await at('13:00:00', 'a');
    const names = (await list()).map(([file]) => /^(.)-\d+T(\d\d)/.exec(String(file))?.slice(1).join(''));
    expect(names).toEqual(['b10', 'b12', 'a11', 'a13']);
  });

  it('are verified but for one that a save removes meanwhile', async () => {
    const [first = '', second = ''] = await saveSome(2);
    const { context, emitted } = fakeContext();
    const progress = context.notices.progress;
    context.notices.progress = (text) => {
      for (const name of [second, `${second}.json`]) rmSync(join(folder, name), { force: true });
      return progress(text);
    };
    await verifyDirectory(folder, context);
    expect(emitted).toMatchObject([{ snapshots: [{ file: first, state: 'good' }] }]);
  });

  it.each([
    ['of another file', (manifest: object) => ({ ...manifest, file: '../other.db' })],
    ['of another version', (manifest: object) => ({ ...manifest, version: 2 })],
    ['with a wrong type', (manifest: object) => ({ ...manifest, size: '12' })],
    ['with a negative size', (manifest: object) => ({ ...manifest, size: -1 })],
    ['without a field', ({ sha256: _none, ...manifest }: Record<string, unknown>) => manifest],
    ['that is no object', () => []],
  ])('have no manifest if it is one %s', async (_name, change) => {
    const [name = ''] = await saveSome(1);
    const path = join(folder, `${name}.json`);
    writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))));
    expect(await list()).toEqual([[name, 'no manifest']]);
    await save({ keep: 1 });
    expect(files()).toContain(name);
  });

  it('are a result of their own, so that a format that has none is refused before they are read', async () => {
    const [name = ''] = await saveSome(1);
    const { result } = snapshotVerifyCommand('etcdctl');
    expect([folder, join(folder, name)].map((path) => result({ path }))).toEqual([
      'snapshot-list',
      'snapshot-verified',
    ]);
  });

  it('fail to verify when there is none, or one is damaged', async () => {
    expect(await verify()).toEqual({ states: [], error: `there is no snapshot in ${folder}` });
    const [first = ''] = await saveSome(2);
    damage(first);
    expect(await verify()).toEqual({
      states: ['its SHA-256 is not that of its manifest', 'good'],
      error: '1 of 2 snapshots are damaged',
    });
  });
});
