// Tar archives that depend on their contents alone: entries in order of name, owned by root, all of one time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { compress, init } from '@bokuweb/zstd-wasm';
import { packTar } from 'modern-tar';

/** Takes a quarter of the time of level 19; the file is a tenth larger. The `.tar.xz` is the small one. */
const ZSTD_LEVEL = 12;

/** The filters of xz that make machine code more compressible. */
const XZ_FILTERS = { x64: 'x86', arm64: 'arm64' };

/** @type {Promise<void> | undefined} */
let zstdReady;

/**
 * @typedef {object} ReleaseFile
 * @property {string} path relative, with `/`; such as `bin/etcdctl`
 * @property {string} [text] its contents
 * @property {string} [source] path of a file with its contents
 * @property {string} [linkTo] target of a symbolic link
 * @property {boolean} [isProgram]
 */

/**
 * @param {readonly ReleaseFile[]} files
 * @param {{ folder: string, date: Date }} options `folder`: the one that holds all files in the archive; `date`: of all entries
 * @returns {Promise<Buffer>}
 */
export async function tarArchive(files, { folder, date }) {
  const entries = files.map(async ({ path, text, source, linkTo, isProgram = false }) => {
    const name = `${folder}/${path}`;
    if (linkTo !== undefined) {
      return { header: header(name, { type: 'symlink', mode: 0o777, date, linkname: linkTo }) };
    }
    const body = source === undefined ? Buffer.from(text ?? '') : await readFile(source);
    const mode = isProgram ? 0o755 : 0o644;
    return { header: header(name, { type: 'file', mode, date, size: body.length }), body };
  });
  // Without entries for folders: where one exists, unpacking as root would change its owner and mode. tar makes those that are missing.
  const sorted = (await Promise.all(entries)).toSorted((a, b) => (a.header.name < b.header.name ? -1 : 1));
  return Buffer.from((await packTar(sorted)).buffer);
}

/**
 * @param {string} name
 * @param {{ type: 'file' | 'symlink', mode: number, date: Date, size?: number, linkname?: string }} entry
 */
function header(name, { date, size = 0, ...rest }) {
  return { name, size, mtime: date, uid: 0, gid: 0, uname: 'root', gname: 'root', ...rest };
}

/**
 * Writes a gzip file, without a name and a time in it.
 *
 * @param {Buffer} bytes
 * @param {string} file
 */
export async function writeGzip(bytes, file) {
  await pipeline(Readable.from([bytes]), createGzip(), createWriteStream(file));
}

/**
 * Writes a zstd file. Always with the same library: those of Node.js versions differ in their output, and Node.js 20 has none.
 *
 * @param {Buffer} bytes
 * @param {string} file
 */
export async function writeZstd(bytes, file) {
  zstdReady ??= init();
  await zstdReady;
  await writeFile(file, compress(bytes, ZSTD_LEVEL));
}

/**
 * Writes an xz file, the smallest of all, with the program `xz`.
 *
 * @param {Buffer} bytes
 * @param {{ xz: string, architecture: import('../bun.mjs').Architecture, file: string }} options
 */
export async function writeXz(bytes, { xz, architecture, file }) {
  // One block, whatever the number of processors is.
  const args = ['--threads=1', `--${XZ_FILTERS[architecture]}`, '--lzma2=preset=9,dict=128MiB', '--stdout'];
  const child = spawn(xz, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'close');
  await Promise.all([
    pipeline(Readable.from([bytes]), child.stdin),
    pipeline(child.stdout, createWriteStream(file)),
  ]);
  const [code] = await exited;
  if (code !== 0) throw new Error(`xz ended with status ${code}`);
}
