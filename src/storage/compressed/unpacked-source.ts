import type { Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CommandError, CorruptFileError } from '../../model/errors.js';
import { hasMetaMagic } from '../bolt/meta.js';
import { type ByteSource, FileByteSource } from '../byte-source.js';
import { LongTask, type LongTaskOptions } from '../long-task.js';
import { TemporaryFile } from '../temporary-file.js';
import { FrameError, frameExtent } from './frame.js';
import { loadDecompressor } from './zstd-codec.js';

const PIECE_BYTES = 256 << 10;
/** The most memory that `zstd` needs to decompress what it made without --long or --ultra. */
const MAX_WINDOW_BYTES = 2 ** 27;

/** A part of the file that is decompressed by itself. */
interface Member {
  readonly start: number;
  readonly end: number;
  readonly decompressor: Transform;
}

/**
 * Decompresses a file that cannot be read at any offset, as `gzip` and `zstd` make them, into a file of the temporary directory. It is
 * deleted when it is opened, so that nothing is left behind however the process ends. Progress counts bytes of the compressed file.
 * Throws `CorruptFileError` and `CommandError`.
 */
export async function unpack(
  file: ByteSource,
  kind: 'gzip' | 'zstd',
  options: LongTaskOptions,
): Promise<FileByteSource> {
  const sink = new UnpackedFile(file.path, kind);
  const task = new LongTask(file.sizeBytes, options);
  try {
    const members = kind === 'gzip' ? [gzipMember(file)] : await zstdMembers(file);
    for (const member of members) await decompress(file, member, { sink, task });
    return FileByteSource.over(sink.file.descriptor, file.path);
  } catch (error) {
    sink.file.close();
    throw error;
  }
}

function gzipMember(file: ByteSource): Member {
  return { start: 0, end: file.sizeBytes, decompressor: createGunzip({ chunkSize: PIECE_BYTES }) };
}

/** Each frame by itself: not every runtime goes on after the first one, or reports that the last one is truncated. */
async function zstdMembers(file: ByteSource): Promise<Iterable<Member>> {
  const { createDecompressor } = await loadDecompressor();
  if (createDecompressor === undefined) {
    throw new CommandError(`${file.path} was compressed by another program`, {
      reasons: [`decompress it first: zstd -d ${file.path}`, 'or use Node.js 22.15 or newer'],
    });
  }
  return frames(file, createDecompressor);
}

function* frames(file: ByteSource, createDecompressor: () => Transform): Generator<Member> {
  for (let start = 0; start < file.sizeBytes; ) {
    const frame = checkedExtent(file, start);
    const end = start + frame.lengthBytes;
    if (frame.kind === 'data') {
      if (frame.windowBytes > MAX_WINDOW_BYTES && (frame.contentBytes ?? Infinity) > MAX_WINDOW_BYTES) {
        throw new CommandError(`decompressing ${file.path} needs ${frame.windowBytes} bytes of memory`, {
          reasons: [`decompress it first: zstd -d --long=31 ${file.path}`],
        });
      }
      yield { start, end, decompressor: createDecompressor() };
    }
    start = end;
  }
}

function checkedExtent(file: ByteSource, offset: number) {
  try {
    return frameExtent(file, offset);
  } catch (cause) {
    if (!(cause instanceof FrameError)) throw cause;
    throw new CorruptFileError(cause.message, file.path, cause.offset);
  }
}

interface Unpacking {
  readonly sink: UnpackedFile;
  readonly task: LongTask;
}

async function decompress(file: ByteSource, member: Member, { sink, task }: Unpacking): Promise<void> {
  const { decompressor } = member;
  let position = member.start;
  const feed = async () => {
    for (; position < member.end; position += PIECE_BYTES) {
      const length = Math.min(PIECE_BYTES, member.end - position);
      const piece = Uint8Array.from(file.read(position, length));
      if (!decompressor.write(piece)) {
        await new Promise<void>((resolve) => decompressor.once('drain', resolve).once('close', resolve));
      }
      if (task.shouldYield(length)) await task.yield();
    }
    decompressor.end();
  };
  const feeding = feed();
  // Reported below, after the failure that has caused it.
  feeding.catch((error) => decompressor.destroy(error));
  try {
    for await (const chunk of decompressor) sink.append(chunk as Uint8Array);
    await feeding;
  } catch (cause) {
    decompressor.destroy();
    const isFormatError = /^(?:Z_|ZSTD_)/.test(String((cause as NodeJS.ErrnoException).code));
    if (!isFormatError) throw cause;
    const message = `cannot decompress the file: ${(cause as Error).message}`;
    throw new CorruptFileError(message, file.path, Math.min(position, member.end));
  }
}

class UnpackedFile {
  readonly file: TemporaryFile;
  readonly #path: string;
  #sizeBytes = 0;

  /** @param path the compressed file */
  constructor(path: string, kind: 'gzip' | 'zstd') {
    const program = kind === 'gzip' ? 'gunzip -k' : 'zstd -d';
    this.#path = path;
    this.file = TemporaryFile.create({
      purpose: `decompress ${path}`,
      advice: `set TMPDIR to a directory with more room, or decompress it first: ${program} ${path}`,
    });
  }

  append(bytes: Uint8Array): void {
    if (this.#sizeBytes === 0) this.#requireDatabase(bytes);
    this.file.write(this.#sizeBytes, bytes);
    this.#sizeBytes += bytes.length;
  }

  /** Anything else can decompress to more than any disk can hold. */
  #requireDatabase(firstBytes: Uint8Array): void {
    if (hasMetaMagic(firstBytes)) return;
    throw new CorruptFileError('the decompressed file is not a database', this.#path, 0);
  }
}
