// What the acceptance tests run: the files of a release, unpacked as a user would.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { obtainTargets, ownTarget, targets } from '../bun.mjs';
import { capture, lastLine } from '../command.mjs';
import { buildStandalone } from '../standalone.mjs';
import { makePackages, packagers } from './packages.mjs';
import { digests, makeNpmTarball, npmTarball } from './release.mjs';
import { archiveName, makeTarballs } from './tarballs.mjs';

/** @typedef {import('../bun.mjs').Target} Target */

/**
 * Unpacks the npm package.
 *
 * @param {string} folder outside of the checkout, so that no package of its node_modules is found
 * @param {string} [release] folder with the package; packed from the build when absent
 * @returns {Promise<string>} the folder with `bin/etcdctl.js`
 */
export async function unpackNpmPackage(folder, release) {
  mkdirSync(folder, { recursive: true });
  if (release === undefined) await makeNpmTarball(folder, ['--ignore-scripts']);
  await unpack(path.join(release ?? folder, npmTarball), folder);
  return path.join(folder, 'package');
}

/**
 * Unpacks the executable for this machine.
 *
 * @param {string} folder
 * @param {string} [release] folder with its archive; built and packed when absent
 * @returns {Promise<string>} the folder with `bin/etcdctl`
 */
export async function unpackExecutable(folder, release) {
  const target = /** @type {Target} */ (ownTarget);
  mkdirSync(folder, { recursive: true });
  if (release === undefined) {
    await buildStandalone([target]);
    await makeTarballs(target, folder, ['gz']);
  }
  await unpack(archiveOf(target, release ?? folder), folder);
  return path.join(folder, archiveName(target));
}

/**
 * Unpacks the executables for other machines, those that the release has.
 *
 * @param {string} folder
 * @param {string} release
 */
export async function unpackOtherExecutables(folder, release) {
  for (const target of targets) {
    const archive = archiveOf(target, release);
    if (target !== ownTarget && existsSync(archive)) await unpack(archive, folder);
  }
}

/**
 * Builds the executables for all targets whose Bun can be obtained, and makes those files of a release that tests take. The npm package has
 * been built.
 *
 * @param {string} folder
 * @returns {Promise<string[]>} the targets that were left out, and why
 */
export async function makeTestedRelease(folder) {
  mkdirSync(folder, { recursive: true });
  await makeNpmTarball(folder, ['--ignore-scripts']);
  const { obtained, left } = await obtainTargets(targets);
  await buildStandalone(obtained);
  for (const target of obtained) await makeTarballs(target, folder, ['gz']);
  if (obtained.includes('x64')) await makePackages('x64', folder, packagers());
  writeFileSync(path.join(folder, 'SHA256SUMS'), digests(folder));
  return left;
}

/**
 * @param {Target} target
 * @param {string} folder
 */
function archiveOf(target, folder) {
  return path.join(folder, `${archiveName(target)}.tar.gz`);
}

/**
 * @param {string} archive
 * @param {string} folder
 */
async function unpack(archive, folder) {
  const { ok, stderr } = await capture('tar', ['-xzf', archive, '-C', folder]);
  if (!ok) throw new Error(`${archive} cannot be unpacked: ${lastLine(stderr)}`);
}
