/** Puts in a loop and a watch through failures, compared with the history of the store. */
import { setTimeout as delay } from 'node:timers/promises';
import { countEvents, countWrites, type FaultCounts } from './fault-counts.js';
import type { FaultMeta } from './fault-reporter.js';
import { type Fault, NOTICE_SILENCE } from './faults.js';
import type { Lab } from './lab.js';
import { type Program, type Running, run, start } from './program.js';
import type { ProxiedLab } from './proxied-lab.js';

/** Loops of commands at a time. */
const WRITERS = 4;
/** A put with the default --command-timeout of 5 s has ended by then, on a busy machine too. */
const PUT_LIMIT_MS = 20_000;
/** For a watch to print the last event after the last failure. */
const WATCH_LIMIT_MS = 30_000;
/** The last write, which is made without the proxies. */
const LAST = 'k-last';
/** The end of its event: etcdctl writes each line of an event by itself, and can be ended between two of them. */
const LAST_LINES = `${LAST}\nv\n`;

/** What both programs say while the certificate is replaced already and the key is not: two files cannot be replaced at once. */
const MISMATCH = 'tls: private key does not match public key';

/** Writes a key of its own with each command while `isRunning`. */
class Writers {
  started = 0;
  hangs = 0;
  readonly acknowledged = new Set<string>();
  /** With what the command has printed. */
  readonly wrong: string[] = [];
  isRunning = true;
  /** Even while nothing fails, odd while something does; grows with each change. */
  phase = 0;
  /** The number of commands that began and ended in this phase. */
  endedInPhase = 0;

  constructor(
    readonly program: Program,
    readonly network: ProxiedLab,
  ) {}

  async run(): Promise<void> {
    await Promise.all(Array.from({ length: WRITERS }, () => this.#loop()));
  }

  async #loop(): Promise<void> {
    while (this.isRunning) await this.#put(this.started++);
  }

  async #put(index: number): Promise<void> {
    const key = `k-${index}`;
    const { phase } = this;
    const args = [...this.network.flags(index % 3), 'put', key, `v-${index}`];
    const ended = await run(this.program, args, { timeoutMs: PUT_LIMIT_MS }).catch(() => undefined);
    if (ended === undefined) {
      this.hangs++;
      return;
    }
    const { code, signal, stderr } = ended;
    if (code === 0) this.acknowledged.add(key);
    if (phase === this.phase) this.endedInPhase++;
    const isQuiet = phase === this.phase && phase % 2 === 0;
    // An error of the server, such as a new election on a busy machine, is not of the client's making.
    const mayFail = !isQuiet || stderr.includes('etcdserver: ');
    // 2: the login has failed, in both programs.
    const isFailure = code === 1 || code === 2 || (code === 128 && stderr.includes(MISMATCH));
    if (code !== 0 && !(isFailure && mayFail)) {
      this.wrong.push(`${key} ended with ${code ?? signal} ${isQuiet ? 'without a failure' : ''}: ${stderr}`);
    }
  }

  change(): void {
    this.phase++;
    this.endedInPhase = 0;
  }
}

async function withFault(fault: Fault, network: ProxiedLab, writers: Writers): Promise<void> {
  writers.change();
  await fault.begin(network, network.mostUsed());
  await delay(fault.durationMs);
  await network.heal();
  writers.change();
  while (writers.endedInPhase < WRITERS) await delay(20);
}

/** The events of a watch's output, as `key value`. */
const eventsIn = (output: string): string[] =>
  [...output.matchAll(/^PUT\n(.*)\n(.*)\n/gm)].map(([, key, value]) => `${key} ${value}`);

const watchAll = (program: Program, args: readonly string[]): Running =>
  start(program, [...args, 'watch', '--prefix', 'k-'], { timeoutMs: 600_000 });

/** Writes keys until the watch prints one. */
async function untilWatching(watch: Running, { real }: Lab): Promise<void> {
  const printsOne = watch.waitFor('k-ready').then(() => true);
  for (let index = 0; ; index++) {
    await real(['put', `k-ready-${index}`, 'v']);
    if (await Promise.race([printsOne, delay(200, false)])) return;
  }
}

/** Interrupts the watch when it has printed the last event, or when it does not in time. */
async function finish(watch: Running): Promise<{ events: string[]; hasEndedEarly: boolean; stderr: string }> {
  const hasEndedEarly = await Promise.race([
    watch.waitFor(LAST_LINES).then(
      () => false,
      () => true,
    ),
    delay(WATCH_LIMIT_MS, false),
  ]);
  watch.kill('SIGINT');
  const { stdout, stderr } = await watch.result;
  return { events: eventsIn(stdout.toString()), hasEndedEarly, stderr: stderr.toString() };
}

/** All events, from a watch of the real etcdctl that begins with the first revision and does not use the proxies. */
async function eventsOf({ lab }: ProxiedLab): Promise<string[]> {
  const watch = start(lab.etcdctl, [...lab.flags(), 'watch', '--prefix', 'k-', '--rev=1']);
  await watch.waitFor(LAST_LINES);
  watch.kill('SIGKILL');
  return eventsIn((await watch.result).stdout.toString());
}

async function versionsIn({ real }: Lab): Promise<Map<string, number>> {
  const { stdout } = await real(['get', '--prefix', 'k-', '-w', 'json']);
  const { kvs } = JSON.parse(stdout.toString()) as {
    readonly kvs: readonly { readonly key: string; readonly version: number }[];
  };
  return new Map(kvs.map(({ key, version }) => [Buffer.from(key, 'base64').toString(), version]));
}

export interface History {
  readonly counts: FaultCounts;
  readonly puts: number;
  readonly acknowledged: number;
  /** What the commands with a wrong exit code have printed. */
  readonly wrong: readonly string[];
  /** The standard error of the watch. */
  readonly notices: string;
}

interface HistoryOptions {
  readonly program: Program;
  /** The program is the real etcdctl. */
  readonly isEtcdctl: boolean;
  readonly network: ProxiedLab;
  /** They follow each other. */
  readonly faults: readonly Fault[];
}

/** Puts in a loop and a watch, while these failures follow each other. */
export async function historyOf(options: HistoryOptions): Promise<History> {
  const watch = await startWatch(options);
  try {
    return await recorded(options, watch);
  } finally {
    watch.kill('SIGKILL');
  }
}

/**
 * Starts the watch, and writes keys until it prints one. etcdctl's ends when a member does not know its new token yet: it is started
 * again, because this is before the first failure.
 */
async function startWatch({ program, isEtcdctl, network }: HistoryOptions): Promise<Running> {
  for (;;) {
    const watch = watchAll(program, [...network.flags(), ...NOTICE_SILENCE]);
    try {
      await untilWatching(watch, network.lab);
      return watch;
    } catch (error) {
      watch.kill('SIGKILL');
      if (!isEtcdctl || !String(error).includes('invalid auth token')) throw error;
    }
  }
}

async function recorded({ program, network, faults }: HistoryOptions, watch: Running): Promise<History> {
  const { lab } = network;
  const writers = new Writers(program, network);
  const written = writers.run();
  try {
    for (const fault of faults) await withFault(fault, network, writers);
  } finally {
    writers.isRunning = false;
    await written;
  }
  await lab.real(['put', LAST, 'v']);
  const { events, hasEndedEarly, stderr } = await finish(watch);
  const all = await eventsOf(network);
  return {
    counts: {
      faults: faults.length,
      ...countWrites(writers.acknowledged, await versionsIn(lab)),
      ...countEvents(events, all.slice(all.indexOf(events[0] ?? ''))),
      hangs: writers.hangs,
      wrongExitCodes: writers.wrong.length + (hasEndedEarly ? 1 : 0),
    },
    puts: writers.started,
    acknowledged: writers.acknowledged.size,
    wrong: writers.wrong,
    notices: stderr,
  };
}

/** Runs the whole history; the counts are printed at the end of the run. */
export async function measureHistory(
  name: string,
  meta: object,
  record: () => Promise<History>,
): Promise<History> {
  const began = performance.now();
  const history = await record();
  const { puts, acknowledged, counts } = history;
  const seconds = Math.round((performance.now() - began) / 1000);
  const faultSuite = `${name}, ${puts} puts in ${seconds} s, ${acknowledged} acknowledged`;
  Object.assign(meta, { faultSuite, counts } satisfies FaultMeta);
  return history;
}

export const NOTHING_WRONG = {
  lost: 0,
  appliedTwice: 0,
  missed: 0,
  repeated: 0,
  hangs: 0,
  wrongExitCodes: 0,
};
