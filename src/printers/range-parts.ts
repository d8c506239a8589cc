import type { KeyValues } from '../model/key-values.js';
import type { ResultOf } from '../model/results.js';
import { ByteWriter } from './byte-writer.js';
import type { Sink } from './printer.js';

/** How a format writes a range: `begin` once, `pairs` for each page, `end` once. */
export interface RangeParts {
  begin(): void;
  pairs(kvs: KeyValues): void;
  end(more: boolean): void;
}

/**
 * Writes the response at once, and the rest page by page: the next page is taken when the output can take more. The
 * parts write to the given writer, or to the sink itself.
 */
export function renderRange(
  { response, rest }: ResultOf<'range'>,
  sink: Sink,
  partsFor: (writer: ByteWriter) => RangeParts,
): Promise<void> | void {
  const writer = new ByteWriter(sink);
  const parts = partsFor(writer);
  if (rest !== undefined) return writePages({ response, rest }, { sink, writer, parts });
  parts.begin();
  parts.pairs(response.kvs);
  parts.end(response.more);
  writer.flush();
}

interface RangeOutput {
  readonly sink: Sink;
  readonly writer: ByteWriter;
  readonly parts: RangeParts;
}

async function writePages(
  { response, rest }: Required<Pick<ResultOf<'range'>, 'response' | 'rest'>>,
  { sink, writer, parts }: RangeOutput,
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
