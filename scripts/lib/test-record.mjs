// Records which steps and tests passed, with a digest of the source files: `npm run test:all -- --rest` does not repeat them as long as
// the digest is the same.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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

/** @param {TestRecord} record */
export function writeRecord({ steps, tests }) {
  mkdirSync(path.dirname(recordFile), { recursive: true });
  writeFileSync(recordFile, JSON.stringify({ digest: sourceDigest(), steps, tests }));
}

/** @returns {string | undefined} digest of Node's version and all files that git does not ignore; undefined outside of a git checkout */
function sourceDigest() {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    maxBuffer: 1 << 26,
  });
  if (listed.status !== 0) return undefined;
  const hash = createHash('sha256').update(process.version);
  for (const name of listed.stdout.toString().split('\0')) {
    const source = path.join(root, name);
    if (name !== '' && existsSync(source)) hash.update(`\0${name}\0`).update(readFileSync(source));
  }
  return hash.digest('hex');
}
