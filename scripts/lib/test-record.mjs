// Records which steps and tests passed, with a digest of the source files: `npm run test:all -- --rest` does not repeat them as long as
// the digest is the same.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.mjs';

/**
 * @typedef {object} TestRecord
 * @property {readonly string[]} steps names of the steps that succeeded
 * @property {readonly string[]} tests ids of the tests that passed
 */

export const recordFile = path.join(root, '.cache', 'passed-tests.json');

/** @type {TestRecord} */
export const noRecord = { steps: [], tests: [] };

/**
 * @param {string} program the program under test and the one it was compared with, such as `executable beside etcdctl 3.7.1`
 * @param {string} testFile path relative to the checkout
 * @param {readonly string[]} titles of the enclosing `describe` calls, the outermost first, and of the test
 */
export function testId(program, testFile, titles) {
  return [program, testFile.replaceAll(path.sep, '/'), ...titles].join(' > ');
}

/** @returns {TestRecord} an empty record when a source file or Node.js has changed since, or outside of a git checkout */
export function readRecord() {
  if (!existsSync(recordFile)) return noRecord;
  const { digest, steps, tests } = JSON.parse(readFileSync(recordFile, 'utf8'));
  return digest !== undefined && digest === sourceDigest() ? { steps, tests } : noRecord;
}

/**
 * Leaves the record as it was when a source file has changed during the run: what passed is then not known.
 *
 * @param {TestRecord} record
 * @param {string | undefined} digest of the sources before the first step
 */
export function writeRecord({ steps, tests }, digest) {
  if (digest === undefined || digest !== sourceDigest()) return;
  mkdirSync(path.dirname(recordFile), { recursive: true });
  writeFileSync(recordFile, JSON.stringify({ digest, steps, tests }));
}

/**
 * @param {string} [folder] the top of a git checkout
 * @returns {string | undefined} digest of Node's version, and of all files that git does not ignore with their modes; undefined outside of a
 *   git checkout
 */
export function sourceDigest(folder = root) {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: folder,
    maxBuffer: 1 << 26,
  });
  if (listed.status !== 0) return undefined;
  const hash = createHash('sha256').update(process.version);
  for (const name of listed.stdout.toString().split('\0')) {
    const source = path.join(folder, name);
    if (name === '' || !existsSync(source)) continue;
    hash.update(`\0${name}\0${statSync(source).mode.toString(8)}\0`).update(readFileSync(source));
  }
  return hash.digest('hex');
}
