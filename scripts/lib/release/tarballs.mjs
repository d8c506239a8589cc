// The archives with the executable: one for each target, in several compressions.
import path from 'node:path';
import { architectureOf } from '../bun.mjs';
import { findProgram } from '../command.mjs';
import { packageVersion, sourceDate } from '../source.mjs';
import { tarArchive, writeGzip, writeXz, writeZstd } from './archive.mjs';
import { installedFiles } from './files.mjs';

/** @typedef {'gz' | 'zst' | 'xz'} Compression */

/** What this machine can make: xz needs the program. */
export function compressions() {
  const xz = findProgram('xz');
  /** @type {Compression[]} */
  const possible = ['gz', 'zst', ...(xz === undefined ? [] : [/** @type {const} */ ('xz')])];
  return { possible, ...(xz === undefined && { left: '.tar.xz: no program xz here' }) };
}

/**
 * The name of a target's archive, without the ending of the compression. It is also the name of the folder in it.
 *
 * @param {import('../bun.mjs').Target} target
 */
export function archiveName(target) {
  return `etcdctl-ts-${packageVersion}-linux-${target}`;
}

/**
 * Writes the archives for a target; `dist/standalone` has its executable.
 *
 * @param {import('../bun.mjs').Target} target
 * @param {string} folder
 * @param {readonly Compression[]} endings
 */
export async function makeTarballs(target, folder, endings) {
  const name = archiveName(target);
  const archive = await tarArchive(await installedFiles(target, ''), {
    folder: name,
    date: await sourceDate(),
  });
  const architecture = architectureOf(target);
  const writers = {
    // First, because zstd keeps this thread busy, and xz is a process of its own.
    xz: (/** @type {string} */ file) => writeXz(archive, { xz: 'xz', architecture, file }),
    gz: (/** @type {string} */ file) => writeGzip(archive, file),
    zst: (/** @type {string} */ file) => writeZstd(archive, file),
  };
  const order = /** @type {const} */ (['xz', 'gz', 'zst']).filter((each) => endings.includes(each));
  await Promise.all(order.map((each) => writers[each](path.join(folder, `${name}.tar.${each}`))));
}
