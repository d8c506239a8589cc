import { UsageError } from '../../model/errors.js';

/** Far above what a server accepts as a value; escapes make text up to six times as long. */
const MAX_LINE_BYTES = 32 * 1024 * 1024;

const LINE_FEED = 0x0a;

/** A line without its line feed. Its bytes are valid until the next lines are asked for. */
export interface NumberedLine {
  /** From 1. */
  readonly number: number;
  readonly bytes: Uint8Array;
}

/**
 * Splits bytes into lines, those of a chunk at a time. The last line may lack its line feed. A chunk may be overwritten when the next one
 * is asked for.
 * Throws a `UsageError` for a line of more than 32 MiB.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes = MAX_LINE_BYTES,
): AsyncGenerator<readonly NumberedLine[], void, undefined> {
  let number = 0;
  let begun: Uint8Array[] = [];
  let begunBytes = 0;
  for await (const chunk of chunks) {
    const lines: NumberedLine[] = [];
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      const rest = chunk.subarray(from, at);
      lines.push({ number: ++number, bytes: begun.length === 0 ? rest : Buffer.concat([...begun, rest]) });
      begun = [];
      begunBytes = 0;
      from = at + 1;
    }
    if (lines.length > 0) yield lines;
    if (from === chunk.length) continue;
    begun.push(Buffer.from(chunk.subarray(from)));
    begunBytes += chunk.length - from;
    if (begunBytes > maxBytes) {
      throw new UsageError(`line ${number + 1}: it is longer than ${maxBytes} bytes`, 'input');
    }
  }
  if (begunBytes > 0) yield [{ number: number + 1, bytes: Buffer.concat(begun) }];
}
