import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { labFolder } from '../../scripts/lib/etcd/watchdog.mjs';
import { startEtcd } from '../../scripts/lib/etcd-server.mjs';
import { readDatabase } from '../storage/support/databases.js';
import { inFolder, newestEtcdutl } from '../support/lab/files-side-by-side.js';
import { type Lab, references, startLab } from '../support/lab/lab.js';
import { writeLargeDatabase } from '../support/lab/large-database.js';
import {
  ourEtcdctl,
  ourEtcdutl,
  type Program,
  programAt,
  type Running,
  type RunResult,
  run,
  start,
} from '../support/lab/program.js';
import { type SavedFiles, saveFiles } from '../support/lab/saved-files.js';

const DB = 'member/snap/db';

async function succeed(program: Program, args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, { cwd });
  expect(code, `${args.join(' ')}\n${stderr}`).toBe(0);
  return stdout.toString();
}

describe.each(references)('database files of etcd $version', (reference) => {
  let saved: SavedFiles;
  beforeAll(async () => {
    saved = await saveFiles(reference);
  });
  afterAll(() => saved?.remove());

  const contents = (folder: string) =>
    readDatabase(Uint8Array.from(readFileSync(path.join(folder, 'data', DB))));

  it.each([
    ['etcdutl', ourEtcdutl()],
    ['etcdctl', ourEtcdctl()],
  ])('keep all pairs after %s defrag, and the server starts with them', async (_name, program) => {
    await inFolder(saved, {}, async (folder) => {
      const before = contents(folder);
      const { size, mode } = statSync(path.join(folder, 'data', DB));
      await succeed(program, ['defrag', '--data-dir=data'], folder);
      expect(contents(folder)).toEqual(before);
      const after = statSync(path.join(folder, 'data', DB));
      expect(after.mode).toBe(mode);
      expect(after.size).toBeLessThan(size);
      expect(readdirSync(path.join(folder, 'data/member/snap')).filter((name) => /tmp/.test(name))).toEqual(
        [],
      );
      const cluster = await startEtcd({ program: reference.etcd, dataDir: path.join(folder, 'data') });
      try {
        const args = [`--endpoints=${cluster.endpoints.join(',')}`, 'get', 'key-2', '--print-value-only'];
        expect(await succeed(programAt(reference.etcdctl), args, folder)).toBe('again\n');
      } finally {
        await cluster.stop();
      }
    });
  });

  it.skipIf(newestEtcdutl === undefined)(
    'have the same records after our migrate as after etcdutl migrate',
    async () => {
      for (const version of ['3.5', '3.6', '3.7']) {
        const results = [newestEtcdutl ?? programAt(''), ourEtcdutl()].map((program) =>
          inFolder(saved, {}, async (folder) => {
            const line = ['migrate', '--data-dir=data', `--target-version=${version}`];
            const { code } = await run(program, line, { cwd: folder });
            return { code, contents: contents(folder) };
          }),
        );
        const [real, ours] = await Promise.all(results);
        expect(ours, version).toEqual(real);
      }
    },
  );

  it('are not changed by commands that only read', async () => {
    await inFolder(saved, {}, async (folder) => {
      const file = path.join(folder, 'data', DB);
      const before = { bytes: readFileSync(file), ...statSync(file, { bigint: true }) };
      for (const line of [
        ['snapshot', 'status', `data/${DB}`],
        ['snapshot', 'verify', `data/${DB}`],
        ['hashkv', `data/${DB}`],
        ['list-bucket', 'data'],
        ['iterate-bucket', 'data', 'key', '--decode'],
        ['hash', 'data'],
      ]) {
        expect(await succeed(ourEtcdutl(), line, folder), line.join(' ')).not.toBe('');
      }
      const { mtimeNs, ino } = statSync(file, { bigint: true });
      expect({ mtimeNs, ino }).toEqual({ mtimeNs: before.mtimeNs, ino: before.ino });
      expect(readFileSync(file).equals(before.bytes)).toBe(true);
    });
  });
});

describe.each(references)('a database that a server of etcd $version has locked', (reference) => {
  let lab: Lab;
  let dataDirectory = '';
  beforeAll(async () => {
    lab = await startLab({ reference });
    dataDirectory = lab.cluster.members[0]?.dataDir ?? '';
  });
  afterAll(() => lab?.stop());

  const linesOf = (database: string): readonly (readonly [Program, ...string[]])[] => [
    [ourEtcdutl(), 'defrag', `--data-dir=${dataDirectory}`],
    [ourEtcdutl(), 'migrate', `--data-dir=${dataDirectory}`, '--target-version=3.6'],
    [ourEtcdutl(), 'hashkv', database],
    [ourEtcdutl(), 'snapshot', 'status', database],
  ];

  it('is not defragmented while the server runs', async () => {
    const database = path.join(dataDirectory, DB);
    const { ino } = statSync(database);
    for (const [program, ...line] of linesOf(database)) {
      const { code, stdout, stderr } = await run(program, [...line, '--timeout=100ms']);
      expect(code, line.join(' ')).toBe(1);
      expect(stdout.toString()).toBe('');
      const pid = lab.cluster.members[0]?.pid;
      expect(stderr.toString()).toContain(
        `waiting 100ms for process ${pid}, which holds the lock on ${database}`,
      );
      expect(stderr.toString()).toMatch(/^Error: .*timeout waiting for the lock of .*db\)?$/m);
    }
    expect(statSync(database).ino).toBe(ino);
    await lab.real(['put', 'still', 'there']);
  });

  it('is defragmented when the server has stopped', async () => {
    const database = path.join(dataDirectory, DB);
    const { ino } = statSync(database);
    const running = start(ourEtcdctl(), ['defrag', `--data-dir=${dataDirectory}`]);
    await running.waitFor('waiting 10s for process');
    expect(statSync(database).ino).toBe(ino);
    await lab.cluster.kill(0);
    const { code, stderr } = await running.result;
    expect(code, stderr.toString()).toBe(0);
    expect(stderr.toString()).toContain(`finished defragmenting directory ${database}: `);
    await lab.cluster.restart(0);
    expect((await lab.real(['get', 'still', '--print-value-only'])).stdout.toString()).toBe('there\n');
  });
});

describe('defrag of a large database', () => {
  let folder = '';
  let database = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(labFolder(), 'large-'));
    database = path.join(folder, 'large', DB);
    mkdirSync(path.dirname(database), { recursive: true });
    writeLargeDatabase(database);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Calls `action` while the new file is being written. Afterwards only the old file may be left. */
  async function disturb(action: (running: Running) => Promise<void> | void): Promise<RunResult> {
    const { ino, mtimeMs, size } = statSync(database);
    const snap = path.dirname(database);
    const running = start(ourEtcdutl(), ['defrag', '--data-dir=large'], { cwd: folder });
    await vi.waitFor(() => expect(readdirSync(snap)).toHaveLength(2), { interval: 5, timeout: 20_000 });
    await action(running);
    const result = await running.result;
    expect(readdirSync(snap)).toEqual(['db']);
    expect(statSync(database)).toMatchObject({ ino, mtimeMs, size });
    return result;
  }

  it.each(['SIGINT', 'SIGTERM'] as const)('leaves only the old file after %s', async (signal) => {
    const result = await disturb((running) => running.kill(signal));
    expect(result.signal, result.stderr.toString()).toBe(signal);
  });

  it.skipIf(flockMissing())('leaves the old file when a server has started in the meantime', async () => {
    let server: Running | undefined;
    const result = await disturb(async (running) => {
      running.kill('SIGSTOP');
      // flock(1) stands for a server, which locks the file.
      server = start(programAt('flock'), [
        '--exclusive',
        '--nonblock',
        database,
        'sh',
        '-c',
        'echo held; cat',
      ]);
      await server.waitFor('held');
      running.kill('SIGCONT');
    });
    expect(result.code).toBe(1);
    expect(result.stderr.toString()).toMatch(
      /^Error: Failed to defragment etcd data\[large\] \(a server has opened large\/.*db meanwhile: process \d+\)$/m,
    );
    server?.endInput();
    await server?.result;
  });
});

/** Whether flock(1) of util-linux is missing. */
function flockMissing(): boolean {
  return spawnSync('flock', ['--version']).status !== 0;
}
