import { formatByteSize } from '../model/go/byte-size.js';

/** Structurally the `Progress` of a command's context. */
export interface ProgressLine {
  update(doneBytes: number, totalBytes?: number): void;
  stop(): void;
}

export interface ProgressTerminal {
  readonly stderr: NodeJS.WriteStream;
  /** Monotonic nanoseconds. */
  readonly now: () => bigint;
}

const SILENT: ProgressLine = { update: () => undefined, stop: () => undefined };
const REDRAW_NS = 100_000_000n;

/** A spinner with bytes and rate on stderr; nothing at all where stderr is no terminal. It leaves stdin alone. */
export async function startProgress(label: string, { stderr, now }: ProgressTerminal): Promise<ProgressLine> {
  if (!stderr.isTTY) return SILENT;
  const { default: ora } = await import('ora');
  const spinner = ora({ text: label, stream: stderr, discardStdin: false }).start();
  const began = now();
  let drawn = began;
  return {
    update(doneBytes, totalBytes) {
      const moment = now();
      if (moment - drawn < REDRAW_NS) return;
      drawn = moment;
      spinner.text = `${label}  ${describe(doneBytes, totalBytes, moment - began)}`;
    },
    stop: () => spinner.stop(),
  };
}

/** `120 MB of 1.3 GB (9%), 240 MB/s` */
export function describe(doneBytes: number, totalBytes: number | undefined, elapsedNs: bigint): string {
  const rate = `${formatByteSize(Math.round(doneBytes / (Number(elapsedNs) / 1e9)))}/s`;
  const done = formatByteSize(doneBytes);
  if (totalBytes === undefined || totalBytes <= doneBytes) return `${done}, ${rate}`;
  const percent = Math.floor((doneBytes / totalBytes) * 100);
  return `${done} of ${formatByteSize(totalBytes)} (${percent}%), ${rate}`;
}
