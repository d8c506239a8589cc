import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ask } from '../support/lab/gateway.js';
import { type Lab, type LabOptions, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, type Running, run, start } from '../support/lab/program.js';
import { Dice } from '../support/lab/random/dice.js';
import { SteadyWriter } from '../support/lab/steady-writer.js';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function lab(options: LabOptions = {}): Promise<Lab> {
  const started = await startLab(options);
  open.push(() => started.stop());
  return started;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const put = (cluster: Lab, key: string, value: string) =>
  ask(cluster, 'kv/put', { key: base64(key), value: base64(value) });

/** Two clusters and a mirror between them. */
class Mirror {
  readonly source: Lab;
  readonly destination: Lab;
  readonly checkpoint: string;
  readonly #flags: readonly string[];

  constructor(source: Lab, destination: Lab, flags: readonly string[] = ['--prefix=w/']) {
    this.source = source;
    this.destination = destination;
    this.checkpoint = path.join(source.folder, 'checkpoint');
    this.#flags = flags;
  }

  static async between(flags?: readonly string[], options: LabOptions = {}): Promise<Mirror> {
    const [source, destination] = await Promise.all([lab(options), lab()]);
    return new Mirror(source, destination, flags);
  }

  get line(): string[] {
    const { source, destination, checkpoint } = this;
    return [
      ...source.flags(),
      ...['make-mirror', destination.cluster.endpoints[0] ?? '', `--checkpoint=${checkpoint}`],
      ...this.#flags,
    ];
  }

  start(extra: readonly string[] = []): Running {
    const running = start(ourEtcdctl(), [...this.line, ...extra], { timeoutMs: 120_000 });
    open.push(async () => {
      running.kill('SIGKILL');
      await running.result.catch(() => undefined);
    });
    return running;
  }

  state(): Record<string, unknown> {
    return existsSync(this.checkpoint) ? JSON.parse(readFileSync(this.checkpoint, 'utf8')) : {};
  }

  /** Waits until all revisions of the source so far are at the destination, and in the checkpoint, which is written a moment later. */
  async catchesUp(): Promise<void> {
    const marker = `marker ${Math.random()}`;
    const { header } = (await put(this.source, 'w/marker', marker)) as { header: { revision: string } };
    while (!(await this.destination.real(['get', '', '--prefix'])).stdout.includes(marker)) await delay(20);
    while (!(Number(this.state().nextRevision) > Number(header.revision))) await delay(20);
  }

  keysOf = async (cluster: Lab, prefix = 'w/') =>
    (await cluster.real(['get', prefix, '--prefix'])).stdout.toString();

  async expectEqual(): Promise<void> {
    expect(await this.keysOf(this.destination)).toBe(await this.keysOf(this.source));
  }
}

const KILLS = Number(process.env.CHECKPOINT_KILLS ?? 10);

describe('make-mirror --checkpoint', () => {
  it('ends with equal keys after SIGKILL at any moment, compactions and restarts of both clusters', async () => {
    const mirror = await Mirror.between();
    const { source, destination } = mirror;
    const dice = new Dice(Number(process.env.CHECKPOINT_SEED ?? 11));
    for (let index = 0; index < 40; index++) await put(source, `w/${index}`, 'first');
    const writer = new SteadyWriter(source, dice);
    writer.start();
    let running = mirror.start();
    for (let kill = 0; kill < KILLS; kill++) {
      await delay(dice.below(900));
      running.kill('SIGKILL');
      await running.result;
      if (dice.chance(0.5)) await compact(source);
      if (kill === 3) await source.cluster.restart(0);
      if (kill === 6) await destination.cluster.restart(0);
      running = mirror.start();
    }
    await delay(300);
    await writer.stop();
    await mirror.catchesUp();
    running.kill('SIGTERM');
    await running.result;
    await mirror.expectEqual();
  }, 120_000);

  it('removes after a compaction what is gone at the source, only with its prefix at the destination', async () => {
    const mirror = await Mirror.between(['--prefix=w/', '--dest-prefix=copy/']);
    const { source, destination } = mirror;
    for (const key of ['copx', 'copy', 'copy0', 'z']) await put(destination, key, 'not of the mirror');
    for (const key of ['w/a', 'w/b', 'w/c']) await put(source, key, '1');
    const first = mirror.start();
    await mirror.catchesUp();
    first.kill('SIGKILL');
    await first.result;
    await source.real(['del', 'w/a']);
    await put(source, 'w/b', '2');
    await compact(source);
    const before = await destination.real(['get', 'copy/c', '-w', 'json']);
    const second = mirror.start();
    await second.waitFor('copying all keys again');
    await mirror.catchesUp();
    second.kill('SIGTERM');
    const { stderr } = await second.result;
    expect(stderr.toString()).toContain('; the checkpoint continues with revision ');
    expect(await mirror.keysOf(destination, 'cop')).toMatch(
      /^copx\nnot of the mirror\ncopy\nnot of the mirror\ncopy\/b\n2\ncopy\/c\n1\ncopy\/marker\nmarker \S+\ncopy0\nnot of the mirror\n$/,
    );
    expect(await mirror.keysOf(destination, 'z')).toBe('z\nnot of the mirror\n');
    // A key that was equal is not written again.
    const version = ({ stdout }: { stdout: Buffer }) => /"mod_revision":(\d+)/.exec(stdout.toString())?.[1];
    expect(version(await destination.real(['get', 'copy/c', '-w', 'json']))).toBe(version(before));
  });

  it('goes on without a copy after it was stopped', async () => {
    const mirror = await Mirror.between();
    await put(mirror.source, 'w/a', '1');
    const first = mirror.start();
    await mirror.catchesUp();
    first.kill('SIGTERM');
    const said = (await first.result).stderr.toString();
    expect(mirror.state()).not.toHaveProperty('writer');
    expect(said).toContain(`; the checkpoint continues with revision ${mirror.state().nextRevision}\n`);
    await put(mirror.destination, 'w/only there', 'stays without a copy');
    const second = mirror.start();
    await mirror.catchesUp();
    second.kill('SIGTERM');
    const { stderr } = await second.result;
    expect(stderr.toString()).toMatch(/^1 keys were mirrored; the checkpoint continues with revision \d+\n$/);
    expect(await mirror.keysOf(mirror.destination)).toContain('stays without a copy');
  });

  it('advances while nothing changes, so that a compaction does not overtake it', async () => {
    const mirror = await Mirror.between(undefined, { extraArgs: ['--watch-progress-notify-interval=300ms'] });
    const running = mirror.start();
    await mirror.catchesUp();
    for (let index = 0; index < 20; index++) await put(mirror.source, 'other', String(index));
    while (Number(mirror.state().nextRevision) < 22) await delay(20);
    running.kill('SIGKILL');
    await running.result;
    await compact(mirror.source);
    const again = mirror.start();
    await mirror.catchesUp();
    again.kill('SIGTERM');
    expect((await again.result).stderr.toString()).not.toContain('again');
  });

  it('begins at a destination with keys only with --dest-replace, and then removes what the source lacks', async () => {
    const mirror = await Mirror.between();
    await put(mirror.destination, 'w/theirs', 'v');
    await put(mirror.source, 'w/ours', 'v');
    const { code, stderr } = await run(ourEtcdctl(), mirror.line);
    expect(code).toBe(1);
    expect(stderr.toString()).toContain('the first of them is "w/theirs"');
    expect(existsSync(mirror.checkpoint)).toBe(false);
    const running = mirror.start(['--dest-replace']);
    await mirror.catchesUp();
    running.kill('SIGTERM');
    await mirror.expectEqual();
  });

  it('refuses a checkpoint in use, of other clusters, and of another prefix', async () => {
    const mirror = await Mirror.between();
    const running = mirror.start();
    await mirror.catchesUp();
    const messageOf = async (line: readonly string[]) => {
      const { code, stderr } = await run(ourEtcdctl(), line);
      return `${code} ${/^Error: (.*)$/m.exec(stderr.toString())?.[1]}`;
    };
    expect(await messageOf(mirror.line)).toMatch(/^1 the checkpoint \S+ is in use by process \d+$/);
    running.kill('SIGTERM');
    await running.result;
    const swapped = (source: Lab, destination: Lab, prefix = 'w/') => [
      ...source.flags(),
      ...['make-mirror', destination.cluster.endpoints[0] ?? '', `--checkpoint=${mirror.checkpoint}`],
      `--prefix=${prefix}`,
    ];
    const { source, destination, checkpoint } = mirror;
    expect(await messageOf(swapped(destination, source))).toBe(
      `1 ${checkpoint} is the checkpoint of another source`,
    );
    expect(await messageOf(swapped(source, source))).toBe(
      `1 ${checkpoint} is the checkpoint of another destination`,
    );
    expect(await messageOf(swapped(source, destination, 'x/'))).toBe(
      `128 ${checkpoint} is the checkpoint of a mirror with another prefix`,
    );
  });

  it.each([
    ['source', { nextRevision: '900' }],
    ['destination', { destinationRevision: '900' }],
  ])('copies again when the %s was restored from a backup', async (_which, changed) => {
    const mirror = await Mirror.between();
    const first = mirror.start();
    await mirror.catchesUp();
    first.kill('SIGTERM');
    await first.result;
    await put(mirror.destination, 'w/stray', 'v');
    writeFileSync(mirror.checkpoint, JSON.stringify({ ...mirror.state(), ...changed }));
    const second = mirror.start();
    await second.waitFor('was restored from a backup: copying all keys again');
    await mirror.catchesUp();
    second.kill('SIGTERM');
    await mirror.expectEqual();
  });
});

/** Compacts the store at its current revision. */
async function compact(cluster: Lab): Promise<void> {
  const { header } = (await ask(cluster, 'kv/range', { key: base64('w') })) as {
    header: { revision: string };
  };
  await ask(cluster, 'kv/compaction', { revision: header.revision });
}
