/**
 * Copies of a server's files. etcd preallocates 64 MB for each WAL segment and uses little of it. Copying all those zeros would take
 * longer than most commands that the tests run on the copy, so only blocks with other contents are kept and written; the files have
 * their full sizes.
 */
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';

const BLOCK_BYTES = 64 * 1024;
const ZEROS = Buffer.alloc(BLOCK_BYTES);

interface FileImage {
  /** Path relative to the directory. */
  readonly name: string;
  readonly mode: number;
  readonly sizeBytes: number;
  /** The blocks that are not all zeros. */
  readonly blocks: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
}

/** The files of a directory and its subdirectories, in memory. */
export class DirectoryImage {
  readonly #directories: readonly { readonly name: string; readonly mode: number }[];
  readonly #files: readonly FileImage[];

  constructor(directory: string) {
    const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
    const entries = ['', ...names].map((name) => ({ name, stats: statSync(path.join(directory, name)) }));
    this.#directories = entries
      .filter(({ stats }) => stats.isDirectory())
      .map(({ name, stats }) => ({ name, mode: stats.mode }));
    this.#files = entries.filter(({ stats }) => stats.isFile()).map(({ name }) => readImage(directory, name));
  }

  /** Creates a directory with the same contents; it must not exist yet. */
  writeTo(directory: string): void {
    for (const { name, mode } of this.#directories) mkdirSync(path.join(directory, name), { mode });
    for (const { name, mode, sizeBytes, blocks } of this.#files) {
      const descriptor = openSync(path.join(directory, name), 'wx', mode);
      for (const { offset, bytes } of blocks) writeSync(descriptor, bytes, 0, bytes.length, offset);
      ftruncateSync(descriptor, sizeBytes);
      closeSync(descriptor);
    }
  }
}

function readImage(directory: string, name: string): FileImage {
  const descriptor = openSync(path.join(directory, name), 'r');
  const { mode, size: sizeBytes } = fstatSync(descriptor);
  const blocks: FileImage['blocks'][number][] = [];
  const block = Buffer.alloc(BLOCK_BYTES);
  for (let offset = 0; offset < sizeBytes; offset += BLOCK_BYTES) {
    const length = readSync(descriptor, block, 0, BLOCK_BYTES, offset);
    const bytes = block.subarray(0, length);
    if (!bytes.equals(ZEROS.subarray(0, length))) blocks.push({ offset, bytes: Uint8Array.from(bytes) });
  }
  closeSync(descriptor);
  return { name, mode, sizeBytes, blocks };
}
