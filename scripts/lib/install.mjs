import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { capture, findProgram } from './command.mjs';
import { root } from './paths.mjs';

/** @typedef {{ version?: string, link?: boolean, optional?: boolean }} LockedPackage */

/**
 * Runs `npm ci` when node_modules is missing or differs from package-lock.json. Install scripts of packages are
 * disabled: none is needed.
 *
 * @param {AbortSignal} [signal] kills npm
 * @returns {Promise<boolean>} whether `npm ci` was run
 * @throws {Error} with npm's output when it fails
 */
export async function ensureInstalled(signal) {
  if (isInstalled()) return false;
  const [program, ...args] = npmCommand();
  const flags = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const result = await capture(program, [...args, ...flags], { cwd: root, signal });
  if (!result.ok) throw new Error(`npm ci failed:\n${(result.stderr || result.stdout).trim()}`);
  return true;
}

/** @returns {boolean} whether node_modules agrees with the lock file */
export function isInstalled() {
  const installed = readPackages('node_modules/.package-lock.json');
  const locked = readPackages('package-lock.json');
  if (installed === undefined || locked === undefined) return false;
  return Object.entries(locked).every(([folder, wanted]) => {
    if (folder === '') return true;
    const found = installed[folder];
    // Optional packages for other platforms are in the lock file and not installed.
    if (found === undefined) return wanted.optional === true;
    return found.version === wanted.version && existsSync(path.join(root, folder));
  });
}

/**
 * @param {string} file
 * @returns {Record<string, LockedPackage> | undefined}
 */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(path.join(root, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** @returns {[string, ...string[]]} the command line of the npm that started this script, else of the npm on PATH */
export function npmCommand() {
  const starter = process.env.npm_execpath;
  if (starter !== undefined && /npm-cli\.c?js$/.test(starter)) return [process.execPath, starter];
  return [findProgram('npm') ?? 'npm'];
}
