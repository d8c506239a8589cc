import { textFromBytes } from '../go/bytes.js';
import { systemErrorText } from '../go/system-error.js';
import { UsageError } from '../model/errors.js';

const NEWLINE = 0x0a;

/**
 * All bytes of standard input. Takes memory for all of it: meant for values, whose size etcd limits. Rejects with a `UsageError` when
 * the system call fails: `read /dev/stdin: bad file descriptor`.
 */
export async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of withGoMessages(stream)) chunks.push(chunk);
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/**
 * The lines of standard input as text, without their newlines. Bytes that are not UTF-8 are escaped as in `go/bytes.ts`. Text after
 * the last newline is dropped, as in etcdctl. Rejects as `readAll` does.
 */
export async function* lines(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  let pieces: Uint8Array[] = [];
  for await (let chunk of withGoMessages(stream)) {
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE)) {
      yield textFromBytes(Buffer.concat([...pieces, chunk.subarray(0, end)]));
      pieces = [];
      chunk = chunk.subarray(end + 1);
    }
    pieces.push(chunk);
  }
}

async function* withGoMessages(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* stream;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
    throw new UsageError(`read /dev/stdin: ${systemErrorText(cause)}`, 'input', { cause });
  }
}
