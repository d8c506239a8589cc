// What this checkout is: the version of the package, and the commit.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { capture } from './command.mjs';
import { root } from './paths.mjs';

/** The version in package.json. */
export const packageVersion = String(
  JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).version,
);

/**
 * @returns {Promise<string>} the commit's whole hash, with `-dirty` when tracked files have changed since; `unknown` when the folder is not
 *   the top of a git checkout
 */
export async function sourceCommit() {
  const top = await git(['rev-parse', '--show-prefix']);
  if (top !== '') return 'unknown';
  return (await git(['describe', '--always', '--abbrev=40', '--exclude=*', '--dirty'])) ?? 'unknown';
}

/**
 * The time that stands in all files of a release: SOURCE_DATE_EPOCH, else that of the commit.
 *
 * @returns {Promise<Date>} the first day of 1980 when there is neither, because zip files and some packages know no earlier time
 */
export async function sourceDate() {
  const seconds = process.env.SOURCE_DATE_EPOCH || (await git(['log', '-1', '--format=%ct']));
  return new Date((Number(seconds) || Date.UTC(1980, 0, 1) / 1000) * 1000);
}

/**
 * @param {string[]} args
 * @returns {Promise<string | undefined>} undefined when git fails, or there is none
 */
async function git(args) {
  const { ok, stdout } = await capture('git', args, { cwd: root });
  return ok ? stdout.trim() : undefined;
}
