import { CorruptFileError } from '../../model/errors.js';
import { type ByteSource, FileByteSource } from '../byte-source.js';
import type { LongTaskOptions } from '../long-task.js';
import { isFrameMagic } from './frame.js';

/** A source that holds a file open. */
export interface OpenSource extends ByteSource {
  close(): void;
}

const MAGIC_BYTES = 4;
const GZIP_MAGIC = 0x8b1f;

/**
 * Opens a database file, or a snapshot that is compressed with zstd or gzip: the source has the decompressed bytes. Progress is reported
 * when they have to be unpacked first. Throws `CommandError` and `CorruptFileError`.
 */
export async function openDatabase(path: string, options: LongTaskOptions = {}): Promise<OpenSource> {
  const file = FileByteSource.open(path);
  const compression = compressionOf(file);
  if (compression === undefined) return file;
  try {
    return await openCompressed(file, compression, options);
  } catch (error) {
    file.close();
    throw error;
  }
}

/** A database begins with eight zero bytes: the number of its first page. */
export function compressionOf(file: ByteSource): 'gzip' | 'zstd' | undefined {
  if (file.sizeBytes < MAGIC_BYTES) return undefined;
  const bytes = file.read(0, MAGIC_BYTES);
  const magic = new DataView(bytes.buffer, bytes.byteOffset, MAGIC_BYTES).getUint32(0, true);
  if (isFrameMagic(magic)) return 'zstd';
  return (magic & 0xffff) === GZIP_MAGIC ? 'gzip' : undefined;
}

async function openCompressed(
  file: FileByteSource,
  compression: 'gzip' | 'zstd',
  options: LongTaskOptions,
): Promise<OpenSource> {
  if (compression === 'zstd') {
    const { readSeekTable } = await import('./seek-table.js');
    const table = readSeekTable(file);
    if (table !== undefined) {
      const { SeekableSource } = await import('./seekable-source.js');
      const { loadDecompressor } = await import('./zstd-codec.js');
      const source = new SeekableSource(file, table, await loadDecompressor());
      return {
        path: source.path,
        sizeBytes: source.sizeBytes,
        read: (offset, length) => source.read(offset, length),
        close() {
          source.close();
          file.close();
        },
      };
    }
  }
  const { unpack } = await import('./unpacked-source.js');
  const unpacked = await unpack(file, compression, options);
  file.close();
  if (unpacked.sizeBytes === 0) throw new CorruptFileError('the compressed file has no data', file.path, 0);
  return unpacked;
}
