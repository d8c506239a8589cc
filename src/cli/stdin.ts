import { textFromBytes } from '../model/bytes.js';

const NEWLINE = 0x0a;

/** All bytes of a stream in one piece. Its memory is the caller's concern: meant for values, which etcd limits. */
export async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/**
 * The lines of a stream as text, without their newlines; a byte that is not UTF-8 as in `model/bytes`. What follows the
 * last newline is no line.
 */
export async function* lines(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  let pieces: Uint8Array[] = [];
  for await (let chunk of stream) {
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE)) {
      yield textFromBytes(Buffer.concat([...pieces, chunk.subarray(0, end)]));
      pieces = [];
      chunk = chunk.subarray(end + 1);
    }
    pieces.push(chunk);
  }
}
