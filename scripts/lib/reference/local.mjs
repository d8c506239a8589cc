// Finds etcd programs that are installed on the machine.
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { findProgram } from '../command.mjs';
import { inspectFolder } from './programs.mjs';

/** @typedef {import('./programs.mjs').Reference} Reference */

/** Environment variable: a folder with the three programs, or with one such subfolder for each version. */
export const folderVariable = 'ETCD_REFERENCE_DIR';

/**
 * @returns {Promise<{ found: Reference[], notes: string[] }>} programs in the variable's folder first, then those on PATH
 */
export async function findLocal() {
  const named = process.env[folderVariable] ?? '';
  const fromFolder = named === '' ? [] : await inspectTree(path.resolve(named));
  const notes =
    named !== '' && fromFolder.length === 0
      ? [`${folderVariable}: no etcd server that runs in ${named}`]
      : [];
  const onPath = findProgram('etcd');
  const fromPath = onPath === undefined ? undefined : await inspectFolder(path.dirname(onPath), 'PATH');
  return { found: [...fromFolder, ...(fromPath === undefined ? [] : [fromPath])], notes };
}

/**
 * @param {string} folder
 * @returns {Promise<Reference[]>}
 */
async function inspectTree(folder) {
  const candidates = [folder, ...subfolders(folder)];
  const inspected = await Promise.all(
    candidates.map((candidate) => inspectFolder(candidate, folderVariable)),
  );
  return inspected.filter((reference) => reference !== undefined);
}

/** @param {string} folder */
function subfolders(folder) {
  try {
    return readdirSync(folder)
      .map((name) => path.join(folder, name))
      .filter((candidate) => statSync(candidate).isDirectory());
  } catch {
    return [];
  }
}
