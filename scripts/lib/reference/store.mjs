// The cache folder: one subfolder for each version, which gets its final name when it is complete, and an index.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { referenceCache } from '../paths.mjs';
import { inspectFolder } from './programs.mjs';

/** @typedef {import('./programs.mjs').Reference} Reference */

/**
 * @typedef {object} Index
 * @property {Reference[]} entries the versions found, oldest first
 * @property {Record<string, string>} settled plan key to the version that the plan gave
 * @property {Record<string, { reason: string, atMs: number }>} failed plan key to the reason and time of its failure
 */

/** What failed is not tried again for this time. */
export const retryAfterMs = 60 * 60 * 1000;

const indexFile = path.join(referenceCache, 'index.json');
const stagingPrefix = '.staging-';

/**
 * @returns {Index} an empty index when the file is missing or cannot be read
 */
export function readIndex() {
  try {
    return { entries: [], settled: {}, failed: {}, ...JSON.parse(readFileSync(indexFile, 'utf8')) };
  } catch {
    return { entries: [], settled: {}, failed: {} };
  }
}

/** @param {Index} index */
export function writeIndex(index) {
  mkdirSync(referenceCache, { recursive: true });
  const temporary = `${indexFile}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(index, null, 2)}\n`);
  renameSync(temporary, indexFile);
}

/**
 * Obtains something besides etcd, unless that failed within the last hour.
 *
 * @param {{ name: string, refresh: boolean, say: (line: string) => void }} options `refresh`: also then; `say` receives the reason of a failure
 * @param {() => Promise<void>} obtain rejects with a one-line reason
 */
export async function obtainUnlessFailed({ name, refresh, say }, obtain) {
  const key = `other:${name}`;
  const before = readIndex().failed[key];
  if (!refresh && before !== undefined && Date.now() - before.atMs < retryAfterMs) {
    say(`${name}: not available (${before.reason}); --refresh tries again`);
    return;
  }
  let reason;
  try {
    await obtain();
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
    say(`${name}: not available (${reason})`);
  }
  const index = readIndex();
  delete index.failed[key];
  if (reason !== undefined) index.failed[key] = { reason, atMs: Date.now() };
  writeIndex(index);
}

/**
 * @returns {Reference[]} the versions in the cache; their programs are not run, because a folder with its final name is complete
 */
export function readCached() {
  if (!existsSync(referenceCache)) return [];
  return readdirSync(referenceCache)
    .filter((name) => /^\d+\.\d+\.\d+/.test(name))
    .flatMap((name) => readVersion(path.join(referenceCache, name)));
}

/**
 * @returns {string} a new folder of this run, on the same file system as the cache
 */
export function makeStaging() {
  removeAbandoned();
  const folder = path.join(referenceCache, `${stagingPrefix}${process.pid}-${++stagings}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}
let stagings = 0;

/**
 * Checks the programs in a folder by running them, and moves them into the cache atomically. If a concurrent
 * run has already added the version, its copy is kept.
 *
 * @param {string} folder inside a staging folder; holds etcd, etcdctl and perhaps etcdutl
 * @param {string} source
 * @returns {Promise<Reference>} with the final paths
 * @throws {Error} when the server does not run on this machine
 */
export async function adopt(folder, source) {
  const found = await inspectFolder(folder, source);
  if (found === undefined) throw new Error('its etcd does not run on this machine');
  const { version, etcdctl, etcdutl } = found;
  const programs = ['etcd', ...(etcdctl ? ['etcdctl'] : []), ...(etcdutl ? ['etcdutl'] : [])];
  writeFileSync(path.join(folder, 'source.json'), `${JSON.stringify({ version, source, programs })}\n`);
  const home = path.join(referenceCache, version);
  try {
    renameSync(folder, home);
  } catch (error) {
    if (!existsSync(path.join(home, 'source.json'))) throw error;
  }
  const [reference] = readVersion(home);
  if (reference === undefined) throw new Error(`${home} cannot be read`);
  return reference;
}

/**
 * @param {string} home
 * @returns {Reference[]} one, or none when the folder is not a version
 */
function readVersion(home) {
  try {
    const { version, source, programs } = JSON.parse(readFileSync(path.join(home, 'source.json'), 'utf8'));
    /** @type {(name: string) => Record<string, string>} */
    const pathsOf = (name) => (programs.includes(name) ? { [name]: path.join(home, name) } : {});
    return [{ version, source, etcd: path.join(home, 'etcd'), ...pathsOf('etcdctl'), ...pathsOf('etcdutl') }];
  } catch {
    return [];
  }
}

/** Removes staging folders of interrupted runs: those whose process no longer exists. */
function removeAbandoned() {
  if (!existsSync(referenceCache)) return;
  for (const name of readdirSync(referenceCache)) {
    const pid = Number(new RegExp(`^\\${stagingPrefix}(\\d+)-`).exec(name)?.[1]);
    if (pid > 0 && pid !== process.pid && !isAlive(pid)) {
      rmSync(path.join(referenceCache, name), { recursive: true, force: true });
    }
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
