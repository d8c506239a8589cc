import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Lab, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, ourEtcdutl, programAt, run, start } from '../support/lab/program.js';
import { TamperingProxy } from '../support/lab/tampering-proxy.js';

/** More than the pipe, the buffers and what is held back: the reader has much of it when the stream breaks. */
const LARGE_VALUES = 8;
const hasZstd = spawnSync('zstd', ['--version']).status === 0;

let lab: Lab;
let port = 0;
let folder = '';
let path = '';
beforeAll(async () => {
  lab = await startLab();
  port = Number(new URL(lab.cluster.endpoints[0] ?? '').port);
  for (let index = 0; index < LARGE_VALUES; index++) {
    await lab.real(['put', `large-${index}`], { stdin: randomBytes(900_000) });
  }
});
afterAll(() => lab?.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapshot-backups-'));
  path = join(folder, 'backup.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const save = (args: readonly string[], flags = lab.flags()) =>
  run(ourEtcdctl(), [...flags, 'snapshot', 'save', ...args]);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function statusOf(file: string): Promise<unknown> {
  const result = await run(ourEtcdutl(), ['snapshot', 'status', file, '-w', 'json']);
  expect(result.code, result.stderr.toString()).toBe(0);
  return JSON.parse(result.stdout.toString());
}

/** How `snapshot verify` and a restore of the file end. */
async function verdicts(file: string): Promise<(number | null)[]> {
  const restored = ['snapshot', 'restore', file, `--data-dir=${join(folder, 'restored.etcd')}`];
  const results = await Promise.all([
    run(ourEtcdctl(), ['snapshot', 'verify', file]),
    run(ourEtcdutl(), restored),
  ]);
  return results.map(({ code }) => code);
}

describe('snapshot save to standard output', () => {
  it('writes a snapshot that the real etcdutl accepts, and nothing else', async () => {
    const { code, stdout, stderr } = await save(['-']);
    expect(code).toBe(0);
    writeFileSync(path, stdout);
    expect(sha256(stdout.subarray(0, -32))).toBe(stdout.subarray(-32).toString('hex'));
    expect(stderr.toString()).toMatch(
      new RegExp(`^Snapshot of ${stdout.length} bytes written to standard output\n(?:Server version .*\n)?$`),
    );
    const real = await run(lab.etcdutl ?? lab.etcdctl, ['snapshot', 'status', path]);
    expect(real.code, real.stderr.toString()).toBe(0);
    expect(await verdicts(path)).toEqual([0, 0]);
  });

  it('compresses to what zstd decompresses', async () => {
    const { code, stdout } = await save(['-', '--compress']);
    expect(code).toBe(0);
    writeFileSync(`${path}.zst`, stdout);
    expect(await verdicts(`${path}.zst`)).toEqual([0, 0]);
    if (hasZstd) {
      execFileSync('zstd', ['-dq', `${path}.zst`, '-o', path]);
      expect(await statusOf(path)).toEqual(await statusOf(`${path}.zst`));
    }
  });

  it.each([[[]], [['--compress']]])(
    'never ends as a valid snapshot when the stream breaks: %j',
    async (args) => {
      for (const limit of [100_000, 3_000_000, 7_000_000]) {
        const proxy = await TamperingProxy.start(port, (chunk, sent) => (sent > limit ? 'cut' : chunk));
        const { code, stdout } = await save(['-', ...args], [`--endpoints=127.0.0.1:${proxy.port}`]);
        await proxy.close();
        expect(code).toBe(5);
        writeFileSync(path, stdout);
        for (const verdict of await verdicts(path)) expect(verdict).not.toBe(0);
      }
    },
  );

  it('never ends as a valid snapshot when a bit is flipped at its end', async () => {
    const whole = (await save(['-'])).stdout;
    for (const args of [[], ['--compress']]) {
      let received = 0;
      const proxy = await TamperingProxy.start(port, (chunk) => {
        received += chunk.length;
        if (received < whole.length) return chunk;
        const damaged = Buffer.from(chunk);
        damaged[damaged.length >> 1] = (damaged[damaged.length >> 1] ?? 0) ^ 1;
        return damaged;
      });
      const { code, stdout } = await save(['-', ...args], [`--endpoints=127.0.0.1:${proxy.port}`]);
      await proxy.close();
      expect(code).toBe(5);
      writeFileSync(path, stdout);
      for (const verdict of await verdicts(path)) expect(verdict).not.toBe(0);
    }
  });

  it('is terminated as by SIGPIPE when the reader goes away', async () => {
    const { command, leadingArgs } = ourEtcdctl();
    const line = [command, ...leadingArgs, ...lab.flags(), 'snapshot', 'save', '-'].join(' ');
    const { stdout } = await run(programAt('bash'), [
      '-c',
      `${line} 2>${folder}/stderr | head -c 100000 >/dev/null; echo "\${PIPESTATUS[0]}"`,
    ]);
    expect(stdout.toString()).toBe('141\n');
    expect(readFileSync(join(folder, 'stderr'), 'utf8')).not.toContain('written to standard output');
  });
});

describe('a compressed snapshot', () => {
  it('is read by the commands for snapshots as the plain one', async () => {
    expect((await save([path])).code).toBe(0);
    expect((await save([`${path}.zst`, '--compress'])).code).toBe(0);
    if (hasZstd) execFileSync('zstd', ['-qf', path, '-o', join(folder, 'foreign.zst')]);
    execFileSync('gzip', ['-k', path]);
    for (const args of [['hashkv'], ['snapshot', 'verify'], ['list-bucket']]) {
      const outputs = [];
      for (const file of ['backup.db', 'backup.db.zst', 'backup.db.gz']) {
        const { code, stdout, stderr } = await run(ourEtcdutl(), [...args, file], { cwd: folder });
        expect(code, stderr.toString()).toBe(0);
        outputs.push(stdout.toString().replaceAll(file, 'file'));
      }
      expect(new Set(outputs).size).toBe(1);
    }
  });
});

describe('snapshot save into a directory', () => {
  const files = () => readdirSync(folder).sort();
  const into = (args: readonly string[] = [], flags = lab.flags()) =>
    save([`${folder}/`, '--cluster-name=prod', ...args], flags);

  it('keeps the newest, which verify', async () => {
    for (let count = 0; count < 3; count++) {
      const { code, stderr } = await into(['--keep=2', '--compress']);
      expect(code, stderr.toString()).toBe(0);
    }
    expect(files()).toHaveLength(4);
    for (const program of [ourEtcdctl(), ourEtcdutl()]) {
      const { code, stdout } = await run(program, ['snapshot', 'verify', folder, '-w', 'json']);
      expect(code).toBe(0);
      const { snapshots } = JSON.parse(stdout.toString());
      expect(snapshots.map(({ state }: { state: string }) => state)).toEqual(['good', 'good']);
    }
    const { stdout } = await run(ourEtcdutl(), ['snapshot', 'list', folder]);
    for (const line of stdout.toString().split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('leaves the older one and a part when it is killed, and a later save works', async () => {
    await into();
    const older = files();
    let stall: () => void = () => undefined;
    const stalled = new Promise<void>((resolve) => {
      stall = resolve;
    });
    const proxy = await TamperingProxy.start(port, (chunk, sent) => {
      if (sent <= 3_000_000) return chunk;
      stall();
      return 'stall';
    });
    const line = ['snapshot', 'save', `${folder}/`, '--cluster-name=prod', '--keep=1'];
    const running = start(ourEtcdctl(), [`--endpoints=127.0.0.1:${proxy.port}`, ...line]);
    await stalled;
    running.kill('SIGKILL');
    await running.result;
    await proxy.close();
    const [part, ...rest] = files().filter((name) => !older.includes(name));
    expect(part).toMatch(/\.db\.part$/);
    expect(rest).toEqual([]);
    const { stdout } = await run(ourEtcdctl(), ['snapshot', 'list', folder]);
    expect(stdout.toString()).toMatch(/\.part .* unfinished\n/);
    expect((await into(['--keep=1'])).code).toBe(0);
    expect((await run(ourEtcdctl(), ['snapshot', 'verify', folder])).code).toBe(0);
  });

  it('leaves everything as it was when the disk is full', async () => {
    await into();
    const older = files();
    const { command, leadingArgs } = ourEtcdctl();
    const line = [command, ...leadingArgs, ...lab.flags(), 'snapshot', 'save', `${folder}/`, '--keep=1'];
    const { code, stderr } = await run(programAt('bash'), ['-c', `ulimit -f 2000; ${line.join(' ')}`]);
    expect(code).toBe(5);
    expect(stderr.toString()).toContain('file too large');
    expect(files()).toEqual(older);
  });

  it('fails to verify a directory with a damaged snapshot', async () => {
    await into();
    const [name = ''] = files();
    const bytes = readFileSync(join(folder, name));
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(join(folder, name), bytes);
    const { code, stderr } = await run(ourEtcdutl(), ['snapshot', 'verify', folder]);
    expect(code).toBe(1);
    expect(stderr.toString()).toContain('Error: 1 of 1 snapshots are damaged\n');
  });

  it('takes a directory that does not exist for an error', async () => {
    const { code, stderr } = await save([`${folder}/none/`, '--keep=1']);
    expect(code).toBe(5);
    expect(stderr.toString()).toContain(`Error: ${folder}/none/ is not a directory\n`);
    mkdirSync(join(folder, 'none'));
    expect((await save([`${folder}/none/`, '--keep=1'])).code).toBe(0);
  });
});

describe('snapshot save --pick', () => {
  let three: Lab;
  beforeAll(async () => {
    three = await startLab({ members: 3 });
  });
  afterAll(() => three?.stop());

  async function leaderIndex(): Promise<number> {
    const { stdout } = await run(three.newestEtcdctl, [...three.flags(), 'endpoint', 'status', '-w', 'json']);
    const statuses = JSON.parse(stdout.toString()) as {
      Endpoint: string;
      Status: { leader: number; header: { member_id: number } };
    }[];
    return statuses.findIndex(({ Status }) => Status.leader === Status.header.member_id);
  }

  it('takes a follower, and says which one and why', async () => {
    const leader = await leaderIndex();
    const { code, stderr } = await save([path, '--pick'], three.flags());
    expect(code, stderr.toString()).toBe(0);
    const [, endpoint] =
      /^taking the snapshot from \S+ \((\S+)\): a healthy follower, .+$/m.exec(stderr.toString()) ?? [];
    expect(endpoint).toBeDefined();
    expect(three.cluster.endpoints.indexOf(endpoint ?? '')).not.toBe(leader);
    expect((await run(ourEtcdctl(), ['snapshot', 'verify', path])).code).toBe(0);
  });

  it('goes on to the next member before the first byte, and says why', async () => {
    const leader = await leaderIndex();
    const [follower = ''] = three.cluster.endpoints.filter((_, index) => index !== leader);
    // Its answers about itself are short; the first part of a snapshot is not.
    const proxy = await TamperingProxy.start(Number(new URL(follower).port), (chunk, sent) =>
      sent + chunk.length > 8000 ? 'cut' : chunk,
    );
    const rest = three.cluster.endpoints[leader] ?? '';
    const flags = [`--endpoints=127.0.0.1:${proxy.port},${rest},http://127.0.0.1:1`];
    const { code, stdout, stderr } = await save(['-', '--pick'], flags);
    await proxy.close();
    expect(code, stderr.toString()).toBe(0);
    const lines = stderr.toString().split('\n');
    const about = (text: RegExp) => lines.findIndex((line) => text.test(line));
    const order = [
      about(/^http:\/\/127\.0\.0\.1:1 does not answer: /),
      about(/^taking the snapshot from \S+ \(127\.0\.0\.1:\d+\): a healthy follower/),
      about(/ sends no snapshot: /),
      about(/^taking the snapshot from \S+ \(\S+\): the leader, /),
    ];
    expect(
      order.every((line, index) => line > (order[index - 1] ?? -1)),
      stderr.toString(),
    ).toBe(true);
    writeFileSync(path, stdout);
    expect(await verdicts(path)).toEqual([0, 0]);
  });

  it('does not go on to another member after the first byte', async () => {
    const proxies = await Promise.all(
      lab.cluster.endpoints.map((endpoint) =>
        TamperingProxy.start(Number(new URL(endpoint).port), (chunk, sent) =>
          sent > 3_000_000 ? 'cut' : chunk,
        ),
      ),
    );
    const flags = [`--endpoints=${proxies.map((proxy) => `127.0.0.1:${proxy.port}`).join(',')}`];
    const { code, stderr } = await save([path, '--pick'], flags);
    for (const proxy of proxies) await proxy.close();
    expect(code).toBe(5);
    expect(stderr.toString().match(/taking the snapshot/g)).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  });
});
