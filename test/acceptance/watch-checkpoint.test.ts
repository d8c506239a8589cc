import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ask } from '../support/lab/gateway.js';
import { type Lab, type LabOptions, startLab } from '../support/lab/lab.js';
import { bareEnvironment, ourEtcdctl, programAt, run, start } from '../support/lab/program.js';
import { Dice } from '../support/lab/random/dice.js';
import { eventLines, historyOf, SteadyWriter } from '../support/lab/steady-writer.js';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function lab(options: LabOptions = {}): Promise<Lab> {
  const started = await startLab(options);
  open.push(() => started.stop());
  return started;
}

/** How the watch is started: its arguments, the file of its output and how to stop it. */
class CheckpointedWatch {
  readonly checkpoint: string;
  readonly output: string;
  readonly #servers: Lab;
  readonly #args: readonly string[];

  constructor(servers: Lab, args: readonly string[] = []) {
    this.#servers = servers;
    this.checkpoint = path.join(servers.folder, 'checkpoint');
    this.output = path.join(servers.folder, 'output');
    this.#args = args;
  }

  get line(): string[] {
    return [
      ...this.#servers.flags(),
      ...['watch', 'w/', '--prefix', `--checkpoint=${this.checkpoint}`, ...this.#args],
    ];
  }

  /** Starts the watch with its output appended to the file. */
  start(extra: readonly string[] = []) {
    const { command, leadingArgs } = ourEtcdctl();
    const descriptor = openSync(this.output, 'a');
    const child = spawn(command, [...leadingArgs, ...this.line, ...extra], {
      env: bareEnvironment(),
      stdio: ['ignore', descriptor, 'pipe'],
    });
    closeSync(descriptor);
    let stderr = '';
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    const ended = once(child, 'close');
    open.push(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    return {
      async end(signal: NodeJS.Signals) {
        child.kill(signal);
        await ended;
        return stderr;
      },
      ended,
      stderr: () => stderr,
    };
  }

  /** The state in the file; undefined before the first one. */
  state(): Record<string, unknown> | undefined {
    return existsSync(this.checkpoint) ? JSON.parse(readFileSync(this.checkpoint, 'utf8')) : undefined;
  }

  async begun(): Promise<void> {
    while (this.state() === undefined) await delay(5);
  }

  events(): string[] {
    const lines = readFileSync(this.output, 'utf8').split('\n').filter(Boolean);
    return lines.flatMap((line) => eventLines(JSON.parse(line)));
  }

  async prints(last: string): Promise<void> {
    while (!readFileSync(this.output, 'latin1').includes(last)) await delay(10);
  }
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const put = (servers: Lab, key: string, value: string) =>
  ask(servers, 'kv/put', { key: base64(key), value: base64(value) });

const cannotMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status !== 0;

const KILLS = Number(process.env.CHECKPOINT_KILLS ?? 12);

describe('watch --checkpoint', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'prints each event exactly once to a file across restarts by %s at any moment',
    async (signal) => {
      const servers = await lab();
      const dice = new Dice(Number(process.env.CHECKPOINT_SEED ?? 15));
      const watch = new CheckpointedWatch(servers, ['-w', 'json']);
      const writer = new SteadyWriter(servers, dice);
      let running = watch.start(['--rev=1']);
      await watch.begun();
      writer.start();
      for (let kill = 0; kill < KILLS; kill++) {
        await delay(dice.below(700));
        if (kill === 4) await servers.cluster.restart(0);
        await running.end(signal);
        running = watch.start();
      }
      await writer.stop();
      const history = await historyOf(servers, 1);
      await watch.prints(base64(history.at(-1)?.split(' ').slice(3).join(' ') ?? ''));
      await running.end('SIGTERM');
      expect(history.length).toBeGreaterThan(100);
      expect(watch.events()).toEqual(history);
    },
    120_000,
  );

  it('loses no event when stdout is a pipe and the watch is killed, and repeats only the last response', async () => {
    const servers = await lab();
    const dice = new Dice(7);
    const watch = new CheckpointedWatch(servers, ['-w', 'json']);
    const writer = new SteadyWriter(servers, dice);
    const outputs: string[][] = [];
    let first: readonly string[] = ['--rev=1'];
    for (let kill = 0; kill <= KILLS; kill++) {
      const running = start(ourEtcdctl(), [...watch.line, ...first], { timeoutMs: 120_000 });
      if (kill === 0) {
        await watch.begun();
        writer.start();
        first = [];
      }
      if (kill === KILLS) await writer.stop();
      const last = kill === KILLS ? (await historyOf(servers, 1)).at(-1) : undefined;
      if (last === undefined) await delay(dice.below(700));
      else await running.waitFor(base64(last.split(' ').slice(3).join(' ')));
      running.kill('SIGKILL');
      const { stdout } = await running.result;
      const lines = stdout.toString().split('\n').slice(0, -1);
      outputs.push(lines.flatMap((line) => eventLines(JSON.parse(line))));
    }
    const history = await historyOf(servers, 1);
    const printed: string[] = [];
    for (const events of outputs) {
      const repeated = events.findIndex((event) => !printed.includes(event));
      // Repeated events are the last ones of the run before.
      const again = events.slice(0, repeated < 0 ? events.length : repeated);
      expect(again).toEqual(again.length === 0 ? [] : printed.slice(-again.length));
      printed.push(...events.slice(again.length));
    }
    expect(printed).toEqual(history.slice(0, printed.length));
    expect(printed.length).toBe(history.length - 1);
  }, 120_000);

  it('runs the command once for each event when it is stopped by SIGTERM', async () => {
    const servers = await lab();
    const watch = new CheckpointedWatch(servers);
    const log = path.join(servers.folder, 'log');
    const command = ['--', 'sh', '-c', `echo "$ETCD_WATCH_KEY $ETCD_WATCH_VALUE" >> ${log}`];
    let running = watch.start(['--rev=1', ...command]);
    await watch.begun();
    const success = Array.from({ length: 20 }, (_, index) => ({
      requestPut: { key: base64(`w/${index}`), value: base64('v') },
    }));
    await ask(servers, 'kv/txn', { success });
    for (let stop = 0; stop < 4; stop++) {
      const logged = () => (existsSync(log) ? readFileSync(log, 'latin1') : '');
      const before = logged().length;
      // On a busy machine, all commands can have run before the watch is stopped.
      while (logged().length <= before && !logged().includes('w/19')) await delay(5);
      await running.end('SIGTERM');
      running = watch.start(command);
    }
    await put(servers, 'w/last', 'v');
    while (!readFileSync(log, 'latin1').includes('w/last')) await delay(10);
    const expected = success.map((_, index) => `"w/${index}" "v"`);
    expect(readFileSync(log, 'latin1').split('\n').slice(0, -1)).toEqual([...expected, '"w/last" "v"']);
  });

  it('runs the command again for an event whose command has failed', async () => {
    const servers = await lab();
    const watch = new CheckpointedWatch(servers);
    const failing = watch.start(['--rev=1', '--', 'false']);
    await watch.begun();
    await put(servers, 'w/a', '1');
    expect(await failing.ended).toEqual([1, null]);
    const working = watch.start(['--', 'sh', '-c', 'echo "again $ETCD_WATCH_KEY"']);
    await watch.prints('again "w/a"');
    await working.end('SIGTERM');
  });

  it('ends with status 7 when the events after the checkpoint have been compacted, also the second time', async () => {
    const servers = await lab();
    const watch = new CheckpointedWatch(servers);
    const running = watch.start();
    await watch.begun();
    await put(servers, 'w/a', '1');
    await watch.prints('w/a');
    await running.end('SIGTERM');
    for (const value of ['2', '3', '4']) await put(servers, 'w/a', value);
    await servers.real(['compact', '5']);
    for (let time = 0; time < 2; time++) {
      const { code, stderr } = await run(ourEtcdctl(), watch.line);
      expect(code).toBe(7);
      expect(stderr.toString()).toContain('the events from revision 3 to 4 are lost\nread the keys anew');
      expect(stderr.toString()).toMatch(/^Error: the events after the checkpoint have been compacted\n$/m);
    }
  });

  it('advances while there are no events, so that a compaction does not overtake it', async () => {
    const servers = await lab({ extraArgs: ['--watch-progress-notify-interval=300ms'] });
    const watch = new CheckpointedWatch(servers);
    const running = watch.start();
    await watch.begun();
    for (let index = 0; index < 30; index++) await put(servers, 'other', String(index));
    while (Number(watch.state()?.nextRevision) < 32) await delay(20);
    await running.end('SIGKILL');
    await servers.real(['compact', '31']);
    await put(servers, 'w/a', 'next');
    const again = watch.start();
    await watch.prints('next');
    await again.end('SIGTERM');
    expect(readFileSync(watch.output, 'utf8')).toBe('PUT\nw/a\nnext\n');
  });

  it('refuses a checkpoint that is in use, of other keys, of another cluster, or no checkpoint', async () => {
    const [servers, others] = await Promise.all([lab(), lab()]);
    const watch = new CheckpointedWatch(servers);
    const running = watch.start();
    await watch.begun();
    const messageOf = async (args: readonly string[]) => {
      const { code, stderr } = await run(ourEtcdctl(), args);
      return `${code} ${/^Error: (.*)$/m.exec(stderr.toString())?.[1]}`;
    };
    expect(await messageOf(watch.line)).toMatch(/^1 the checkpoint \S+ is in use by process \d+$/);
    await running.end('SIGTERM');
    const { checkpoint } = watch;
    const flag = `--checkpoint=${checkpoint}`;
    expect(await messageOf([...servers.flags(), 'watch', 'w/', flag])).toBe(
      `128 ${checkpoint} is the checkpoint of a watch of other keys`,
    );
    expect(await messageOf([...others.flags(), 'watch', 'w/', '--prefix', flag])).toBe(
      `1 ${checkpoint} is the checkpoint of a watch of another cluster`,
    );
    for (const content of ['', '{', '[]', '{"kind":"x"}']) {
      writeFileSync(checkpoint, content);
      expect(await messageOf(watch.line)).toMatch(new RegExp(`^1 ${checkpoint} is not a checkpoint`));
      expect(readFileSync(checkpoint, 'utf8')).toBe(content);
    }
  });

  it('ends when another process takes the checkpoint over', async () => {
    const servers = await lab();
    const watch = new CheckpointedWatch(servers);
    const running = watch.start();
    await watch.begun();
    const { writer: _writer, ...rest } = watch.state() ?? {};
    writeFileSync(watch.checkpoint, JSON.stringify(rest));
    await put(servers, 'w/a', '1');
    expect(await running.ended).toEqual([1, null]);
    expect(running.stderr()).toContain(`the checkpoint ${watch.checkpoint} was changed by another process`);
  });

  it('refuses to go on in a store that was restored from a backup', async () => {
    const servers = await lab();
    const watch = new CheckpointedWatch(servers);
    const running = watch.start();
    await watch.begun();
    await put(servers, 'w/a', '1');
    await watch.prints('w/a');
    await running.end('SIGTERM');
    const state = { ...watch.state(), nextRevision: '900' };
    writeFileSync(watch.checkpoint, JSON.stringify(state));
    const { code, stderr } = await run(ourEtcdctl(), watch.line);
    expect(code).toBe(1);
    expect(stderr.toString()).toContain('Error: the store is older than the checkpoint');
  });

  it('ends with status 7 also on its first start when --rev is compacted', async () => {
    const servers = await lab();
    const watch = new CheckpointedWatch(servers);
    for (const value of ['2', '3', '4']) await put(servers, 'w/a', value);
    await servers.real(['compact', '4']);
    const { code } = await run(ourEtcdctl(), [...watch.line, '--rev=2']);
    expect([code, watch.state()?.nextRevision]).toEqual([7, '2']);
  });

  it.skipIf(cannotMount)('repeats nothing after the disk of its output was full', async () => {
    const servers = await lab();
    const { checkpoint, line } = new CheckpointedWatch(servers);
    const folder = path.join(servers.folder, 'small');
    const { command, leadingArgs } = ourEtcdctl();
    for (const value of ['1', '2', '3']) await put(servers, `w/${value}`, value.repeat(20_000));
    const script = [
      `mkdir ${folder} && mount -t tmpfs -o size=72k none ${folder}`,
      `head -c 28000 /dev/zero > ${folder}/fill`,
      `"$@" --rev=1 >> ${folder}/output; echo "status $?"`,
      `rm ${folder}/fill`,
      `timeout 3 "$@" >> ${folder}/output; cat ${folder}/output`,
    ].join('\n');
    const { stdout, stderr } = await run(programAt('unshare'), [
      ...['-m', 'sh', '-c', script, 'sh', command, ...leadingArgs, ...line],
    ]);
    expect(stderr.toString()).toContain('write /dev/stdout: no space left on device');
    const events = ['1', '2', '3'].map((value) => `PUT\nw/${value}\n${value.repeat(20_000)}\n`).join('');
    expect(stdout.toString() === `status 1\n${events}`, stderr.toString()).toBe(true);
    expect(JSON.parse(readFileSync(checkpoint, 'utf8'))).toMatchObject({ nextRevision: '5' });
  });

  it.skipIf(cannotMount)(
    'ends with the reason when the disk of the checkpoint is full, and leaves the last checkpoint',
    async () => {
      const servers = await lab();
      const folder = path.join(servers.folder, 'small');
      const { command, leadingArgs } = ourEtcdctl();
      const line = [
        ...servers.flags(),
        ...['watch', 'w/', '--prefix', '--rev=1', `--checkpoint=${folder}/c`, '--', 'sh', '-c'],
        `cat /dev/zero > ${folder}/fill 2>&1; true`,
      ];
      const script = `mkdir ${folder} && mount -t tmpfs -o size=64k none ${folder} && "$@"; code=$?; cat ${folder}/c; exit $code`;
      await put(servers, 'w/a', '1');
      const { code, stdout, stderr } = await run(programAt('unshare'), [
        ...['-m', 'sh', '-c', script, 'sh', command, ...leadingArgs, ...line],
      ]);
      expect(stderr.toString()).toContain('c.part: no space left on device');
      expect(code).toBe(1);
      expect(JSON.parse(stdout.toString().split('\n').at(-2) ?? '')).toMatchObject({ nextRevision: '1' });
    },
  );
});
