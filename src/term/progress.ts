import { formatByteSize } from '../model/go/byte-size.js';

/** Structurally the `Progress` of a command's context. */
export interface ProgressLine {
  update(done: number, total?: number): void;
  stop(): void;
}

export interface ProgressTerminal {
  readonly stderr: NodeJS.WriteStream;
  /** Monotonic nanoseconds. */
  readonly now: () => bigint;
}

export type ProgressUnit = 'bytes' | 'count' | 'seconds';

const SILENT: ProgressLine = { update: () => undefined, stop: () => undefined };
const REDRAW_NS = 100_000_000n;

/** A spinner with what is done and how fast on stderr; nothing at all where that is no terminal. It leaves stdin alone. */
export async function startProgress(
  label: string,
  { stderr, now }: ProgressTerminal,
  unit: ProgressUnit = 'bytes',
): Promise<ProgressLine> {
  if (!stderr.isTTY) return SILENT;
  const { default: ora } = await import('ora');
  const spinner = ora({ text: label, stream: stderr, discardStdin: false }).start();
  const began = now();
  let drawn = began;
  return {
    update(done, total) {
      const moment = now();
      if (moment - drawn < REDRAW_NS) return;
      drawn = moment;
      spinner.text = `${label}  ${DESCRIPTIONS[unit](done, total, moment - began)}`;
    },
    stop: () => spinner.stop(),
  };
}

type Describe = (done: number, total: number | undefined, elapsedNs: bigint) => string;

const DESCRIPTIONS: Readonly<Record<ProgressUnit, Describe>> = {
  bytes: describe,
  count: describeCount,
  seconds: (done, total) => (total === undefined ? `${done} s` : `${done} of ${total} s`),
};

/** `4320 of 10000 (43%), 870/s` */
export function describeCount(done: number, total: number | undefined, elapsedNs: bigint): string {
  const rate = `${Math.round(done / (Number(elapsedNs) / 1e9))}/s`;
  if (total === undefined) return `${done}, ${rate}`;
  return `${done} of ${total} (${Math.floor((done / total) * 100)}%), ${rate}`;
}

/** `120 MB of 1.3 GB (9%), 240 MB/s` */
export function describe(doneBytes: number, totalBytes: number | undefined, elapsedNs: bigint): string {
  const rate = `${formatByteSize(Math.round(doneBytes / (Number(elapsedNs) / 1e9)))}/s`;
  const done = formatByteSize(doneBytes);
  if (totalBytes === undefined || totalBytes <= doneBytes) return `${done}, ${rate}`;
  const percent = Math.floor((doneBytes / totalBytes) * 100);
  return `${done} of ${formatByteSize(totalBytes)} (${percent}%), ${rate}`;
}
