import type { KeyValue, RangeResponse } from '../model/messages/kv.js';
import type { ResultOf } from '../model/results.js';
import { ByteWriter } from './byte-writer.js';
import type { Sink } from './printer.js';

/** How a format writes a range: each part once, `pairs` as often as there are pages. */
export interface RangeParts {
  begin(): void;
  pairs(kvs: readonly KeyValue[]): void;
  end(more: boolean): void;
}

/** All parts of a range that is there. */
export function writeParts(parts: RangeParts, { kvs, more }: RangeResponse): void {
  parts.begin();
  parts.pairs(kvs);
  parts.end(more);
}

/**
 * Writes what is there of a range at once, and the rest page by page, each when the output has taken the one before.
 * The parts write to the given writer, or to the sink itself.
 */
export function renderRange(
  { response, rest }: ResultOf<'range'>,
  sink: Sink,
  partsFor: (writer: ByteWriter) => RangeParts,
): Promise<void> | void {
  const writer = new ByteWriter(sink);
  const parts = partsFor(writer);
  if (rest !== undefined) return writePages({ response, rest }, { sink, writer, parts });
  writeParts(parts, response);
  writer.flush();
}

interface Pen {
  readonly sink: Sink;
  readonly writer: ByteWriter;
  readonly parts: RangeParts;
}

async function writePages(
  { response, rest }: Required<Pick<ResultOf<'range'>, 'response' | 'rest'>>,
  { sink, writer, parts }: Pen,
): Promise<void> {
  let { more } = response;
  parts.begin();
  parts.pairs(response.kvs);
  writer.flush();
  await sink.flush?.();
  for await (const page of rest) {
    parts.pairs(page.kvs);
    more = page.more;
    writer.flush();
    await sink.flush?.();
  }
  parts.end(more);
  writer.flush();
}
