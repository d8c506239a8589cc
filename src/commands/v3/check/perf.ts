import type { CommandParent } from '../../../cli/command.js';
import type { Clock, CommandContext } from '../../../cli/context.js';
import { type FlagValues, stringFlag } from '../../../cli/flags.js';
import { bytesFromText } from '../../../go/bytes.js';
import { AlreadyReportedError, Failure } from '../../../model/errors.js';
import { ExitCode } from '../../../model/exit-code.js';
import type { Client } from '../../../model/services.js';
import { compact, defragment, deleteKeys, hasKeys, prefixInUse, printLine } from './clean-up.js';
import { judge } from './judgement.js';
import {
  afterwardsFlags,
  connectWriters,
  type Load,
  loadFlag,
  putMaker,
  toLoad,
  type WriteOutcome,
  type Writers,
  write,
} from './load.js';

const DURATION_SECONDS = 60;
const SIZES = { keyBytes: 256, valueBytes: 1024 };

interface Workload {
  /** The intended rate of writes; see `judge`. */
  readonly writesPerSecond: number;
  readonly writers: number;
}

const WORKLOADS: Readonly<Record<Load, Workload>> = {
  s: { writesPerSecond: 150, writers: 50 },
  m: { writesPerSecond: 1000, writers: 200 },
  l: { writesPerSecond: 8000, writers: 500 },
  xl: { writesPerSecond: 15_000, writers: 1000 },
};

const BUSY_NOTICE =
  'this client was at its CPU limit: the cluster may sustain a higher load, at lower latency, than measured';

export interface CheckPerfOptions {
  readonly load: Load;
  /** As given: the message about existing keys repeats it. */
  readonly prefix: string;
  readonly compacts: boolean;
  readonly defragments: boolean;
}

const flags = {
  load: loadFlag,
  prefix: stringFlag('/etcdctl-check-perf/', 'prefix of the keys that the check writes'),
  ...afterwardsFlags,
};

export function registerCheckPerf(parent: CommandParent, run = runCheckPerf): void {
  parent.command({
    name: 'perf',
    summary: 'Check the write performance of the cluster for 60 seconds',
    description: [
      'Writes keys of 256 bytes with values of 1 KiB. The load is 150 writes per second by 50 clients (small), 1000 by 200',
      '(medium), 8000 by 500 (large) or 15000 by 1000 (xLarge). The check passes if at least 90% of that rate is reached, no',
      'write fails or takes longer than 500 ms, and the standard deviation is at most 100 ms. When interrupted, it prints the',
      'results so far and fails. The keys are deleted at the end.',
    ].join('\n'),
    examples: ['etcdctl check perf --load=medium --auto-compact --auto-defrag'],
    flags,
    deadline: 'none',
    result: 'text',
    toOptions: (_args, given: FlagValues<typeof flags>): CheckPerfOptions => ({
      load: toLoad(given.load),
      prefix: given.prefix,
      compacts: given['auto-compact'],
      defragments: given['auto-defrag'],
    }),
    run,
  });
}

export async function runCheckPerf(options: CheckPerfOptions, context: CommandContext): Promise<void> {
  const workload = WORKLOADS[options.load];
  const prefix = bytesFromText(options.prefix);
  const clients = await connectWriters(workload.writers, context);
  const [client] = clients as [Client];
  if (await hasKeys(prefix, client, context.signal)) {
    throw prefixInUse(prefix, `'etcdctl del --prefix ${options.prefix}'`);
  }
  const { statistics, isBusy, interruption } = await writeAtRate(
    workload,
    { clients, makePut: putMaker(prefix, SIZES) },
    context,
  );
  await cleanUp(prefix, { options, client, context });
  if (options.defragments) await defragment(context);
  if (isBusy) context.notices.line(BUSY_NOTICE);
  const { lines, isGood } = judge(statistics, workload.writesPerSecond, interruption);
  for (const line of lines) await printLine(line, context);
  if (!isGood) throw new AlreadyReportedError(ExitCode.error);
}

/** Writes for a minute, or until the signal aborts. */
async function writeAtRate(
  { writesPerSecond, writers }: Workload,
  { clients, makePut }: Pick<Writers, 'clients' | 'makePut'>,
  context: CommandContext,
): Promise<WriteOutcome & { readonly interruption: string | undefined }> {
  const { clock, signal } = context;
  const progress = context.notices.progress('Writing', 'seconds');
  const pacer = new Pacer({
    perSecond: writesPerSecond,
    durationMs: DURATION_SECONDS * 1000,
    clock,
    signal,
  });
  const elapsedSeconds = () => Math.floor(pacer.elapsedMs / 1000);
  try {
    const written = await write({
      clients,
      writers,
      makePut,
      nextTurn: () => pacer.turn(),
      clock,
      onDone: () => progress.update(elapsedSeconds(), DURATION_SECONDS),
    });
    const interruption = signal.aborted
      ? `interrupted after ${elapsedSeconds()} of ${DURATION_SECONDS} seconds`
      : undefined;
    return { ...written, interruption };
  } finally {
    progress.stop();
  }
}

/** Deletes the keys. A failure is printed, and does not change the judgement. */
async function cleanUp(
  prefix: Uint8Array,
  { options, client, context }: { options: CheckPerfOptions; client: Client; context: CommandContext },
): Promise<void> {
  let revision: bigint;
  try {
    revision = await deleteKeys(prefix, client);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    await printLine(`FAIL: Cleanup failed during key deletion: ERROR(${error.message})`, context);
    return;
  }
  if (options.compacts) await compact(revision, client, context);
}

const NS_PER_MS = 1e6;

/** Turns that were missed longer ago than this are dropped, to avoid a burst of writes after a server was stalled. */
const CATCH_UP_NS = 50 * NS_PER_MS;

interface PacerOptions {
  readonly perSecond: number;
  readonly durationMs: number;
  readonly clock: Clock;
  /** Ends the turns before the time is over. */
  readonly signal: AbortSignal;
}

/** Gives turns at a constant rate for a limited time, from its construction on (Go's rate.Limiter with a burst of one). */
export class Pacer {
  readonly #options: PacerOptions;
  readonly #intervalNs: number;
  readonly #began: bigint;
  /** The time of the next turn in nanoseconds since the start. For a minute, a double is exact. */
  #nextNs = 0;

  constructor(options: PacerOptions) {
    this.#options = options;
    this.#intervalNs = 1e9 / options.perSecond;
    this.#began = options.clock.now();
  }

  get elapsedMs(): number {
    return this.#elapsedNs() / NS_PER_MS;
  }

  /** Settles with true at the caller's turn; with false when there are no more turns. */
  async turn(): Promise<boolean> {
    const { clock, durationMs, signal } = this.#options;
    const now = this.#elapsedNs();
    const mine = Math.max(this.#nextNs, now - CATCH_UP_NS);
    if (signal.aborted || mine >= durationMs * NS_PER_MS) return false;
    this.#nextNs = mine + this.#intervalNs;
    if (mine <= now) return true;
    try {
      await clock.sleep((mine - now) / NS_PER_MS, signal);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    }
  }

  #elapsedNs(): number {
    return Number(this.#options.clock.now() - this.#began);
  }
}
