import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { capture, findProgram } from './command.mjs';
import { root } from './paths.mjs';

/** @typedef {{ version?: string, link?: boolean, optional?: boolean }} LockedPackage */

/**
 * Runs `npm ci` when node_modules is missing or differs from package-lock.json. No package's install script
 * is run: none is needed.
 *
 * @param {AbortSignal} [signal] ends the installation
 * @returns {Promise<boolean>} whether anything had to be installed
 * @throws {Error} with npm's own words when it fails
 */
export async function ensureInstalled(signal) {
  if (isInstalled()) return false;
  const [program, ...args] = npmCommand();
  const flags = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const result = await capture(program, [...args, ...flags], { cwd: root, signal });
  if (!result.ok) throw new Error(`npm ci failed:\n${(result.stderr || result.stdout).trim()}`);
  return true;
}

/** @returns {boolean} whether node_modules holds what the lock file says */
export function isInstalled() {
  const installed = readPackages('node_modules/.package-lock.json');
  const locked = readPackages('package-lock.json');
  if (installed === undefined || locked === undefined) return false;
  return Object.entries(locked).every(([folder, wanted]) => {
    if (folder === '') return true;
    const found = installed[folder];
    // Packages for other machines are locked and not installed.
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

/** @returns {[string, ...string[]]} the npm that started this script, else the one on PATH */
export function npmCommand() {
  const starter = process.env.npm_execpath;
  if (starter !== undefined && /npm-cli\.c?js$/.test(starter)) return [process.execPath, starter];
  return [findProgram('npm') ?? 'npm'];
}
