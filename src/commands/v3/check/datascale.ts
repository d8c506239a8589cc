import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { type FlagValues, stringFlag } from '../../../cli/flags.js';
import { bytesFromText } from '../../../go/bytes.js';
import { AlreadyReportedError, CommandError, Failure } from '../../../model/errors.js';
import { ExitCode } from '../../../model/exit-code.js';
import type { Client } from '../../../model/services.js';
import { compact, defragment, deleteKeys, hasKeys, prefixInUse, printLine } from './clean-up.js';
import { failureLines } from './judgement.js';
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

const SIZES = { keyBytes: 512, valueBytes: 512 };
const PAIR_BYTES = SIZES.keyBytes + SIZES.valueBytes;

interface Workload {
  readonly pairs: number;
  readonly writers: number;
}

const WORKLOADS: Readonly<Record<Load, Workload>> = {
  s: { pairs: 10_000, writers: 50 },
  m: { pairs: 100_000, writers: 200 },
  l: { pairs: 1_000_000, writers: 500 },
  xl: { pairs: 3_000_000, writers: 1000 },
};

export interface CheckDatascaleOptions {
  readonly load: Load;
  /** As given: the message about existing keys repeats it. */
  readonly prefix: string;
  readonly compacts: boolean;
  readonly defragments: boolean;
}

const flags = {
  load: loadFlag,
  prefix: stringFlag('/etcdctl-check-datascale/', 'prefix of the keys that the check writes'),
  ...afterwardsFlags,
};

export function registerCheckDatascale(parent: CommandParent, run = runCheckDatascale): void {
  parent.command({
    name: 'datascale',
    summary: 'Check the memory usage of a member for a large number of keys',
    description: [
      'Writes keys of 512 bytes with values of 512 bytes as fast as the cluster accepts them: 10000 by 50 clients (small), 100000',
      'by 200 (medium), 1 million by 500 (large) or 3 million by 1000 (xLarge). The memory usage is that of the first endpoint; its',
      'metrics are read before and after over HTTP, with the same certificates. The keys are deleted at the end, also when',
      'interrupted.',
    ].join('\n'),
    examples: ['etcdctl check datascale --load=medium --auto-compact --auto-defrag'],
    flags,
    deadline: 'none',
    result: 'text',
    toOptions: (_args, given: FlagValues<typeof flags>): CheckDatascaleOptions => ({
      load: toLoad(given.load),
      prefix: given.prefix,
      compacts: given['auto-compact'],
      defragments: given['auto-defrag'],
    }),
    run,
  });
}

export async function runCheckDatascale(
  options: CheckDatascaleOptions,
  context: CommandContext,
): Promise<void> {
  const workload = WORKLOADS[options.load];
  const prefix = bytesFromText(options.prefix);
  const clients = await connectWriters(workload.writers, context);
  const [client] = clients as [Client];
  if (await hasKeys(prefix, client, context.signal)) {
    throw prefixInUse(prefix, `etcdctl del --prefix ${options.prefix}`);
  }
  const bytesBefore = await readMemory('before', context);
  await printLine(
    `Start data scale check for work load [${workload.pairs} key-value pairs, ${PAIR_BYTES} bytes per key-value, ${workload.writers} concurrent clients].`,
    context,
  );
  const { statistics } = await writeAll(workload, { clients, makePut: putMaker(prefix, SIZES) }, context);
  const bytesAfter = context.signal.aborted ? bytesBefore : await readMemory('after', context);
  const revision = await deleteKeys(prefix, client, null);
  context.signal.throwIfAborted();
  if (options.compacts) await compact(revision, client, context);
  if (options.defragments) await defragment(context);
  const failures = failureLines(statistics);
  for (const line of failures) await printLine(line, context);
  if (failures.length > 0) throw new AlreadyReportedError(ExitCode.error);
  await printLine(
    `PASS: Approximate system memory used : ${mebibytes(bytesAfter - bytesBefore)} MB.`,
    context,
  );
}

/** Writes until all pairs are written, or the signal aborts. */
async function writeAll(
  { pairs, writers }: Workload,
  { clients, makePut }: Pick<Writers, 'clients' | 'makePut'>,
  context: CommandContext,
): Promise<WriteOutcome> {
  const progress = context.notices.progress('Writing', 'count');
  let begun = 0;
  try {
    return await write({
      clients,
      writers,
      makePut,
      nextTurn: () => !context.signal.aborted && begun++ < pairs,
      clock: context.clock,
      onDone: (done) => progress.update(done, pairs),
    });
  } finally {
    progress.stop();
  }
}

/** As in etcdctl, a failure is printed on stdout; after the writes, it also leaves the keys in the store. */
async function readMemory(when: 'before' | 'after', context: CommandContext): Promise<number> {
  const [endpoint = ''] = context.endpoints;
  try {
    return residentMemory(await context.fetchMetrics(endpoint));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    for (const reason of [...error.reasons, `${endpoint}: ${error.message}`]) context.notices.line(reason);
    await printLine(
      `FAIL: Could not read process_resident_memory_bytes ${when} the put operations.`,
      context,
    );
    throw new AlreadyReportedError(ExitCode.error);
  }
}

const MEBIBYTE = 1024n * 1024n;

/** The resident memory of a member in bytes, from its metrics in Prometheus' text format. */
function residentMemory(metrics: string): number {
  const [, text] = /^process_resident_memory_bytes[ \t]+(\S+)/m.exec(metrics) ?? [];
  const bytes = text === undefined ? Number.NaN : Number(text);
  if (Number.isFinite(bytes)) return bytes;
  throw new CommandError('its metrics do not include process_resident_memory_bytes', {
    reasons: ['only members on Linux report their memory usage'],
  });
}

/** Mebibytes with two decimals, rounded half to even as by Go's `%.2f`. */
function mebibytes(bytes: number): string {
  const scaled = BigInt(Math.round(Math.abs(bytes))) * 100n;
  const remainder = scaled % MEBIBYTE;
  const floor = scaled / MEBIBYTE;
  const isUp = remainder * 2n > MEBIBYTE || (remainder * 2n === MEBIBYTE && floor % 2n === 1n);
  const digits = (isUp ? floor + 1n : floor).toString().padStart(3, '0');
  return `${bytes < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
