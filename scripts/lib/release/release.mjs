// All files of a release in one folder.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { reasonForNoBun } from '../bun.mjs';
import { capture, lastLine } from '../command.mjs';
import { npmCommand } from '../install.mjs';
import { root } from '../paths.mjs';
import { packageVersion } from '../source.mjs';
import { buildStandalone } from '../standalone.mjs';
import { obtainNfpm } from './nfpm.mjs';
import { makePackages, packagers } from './packages.mjs';
import { softwareBillOfMaterials } from './sbom.mjs';
import { compressions, makeTarballs } from './tarballs.mjs';

/** @typedef {import('../bun.mjs').Target} Target */

/** The npm package, as npm names it. */
export const npmTarball = `etcdctl-ts-${packageVersion}.tgz`;

/**
 * @typedef {object} ReleaseOptions
 * @property {string} folder is emptied first
 * @property {readonly Target[]} targets
 * @property {(line: string) => void} tell is called when a step begins
 */

/**
 * Builds both programs and makes all files that this machine can make.
 *
 * @param {ReleaseOptions} options
 * @returns {Promise<string[]>} what was left out, and why
 */
export async function makeRelease({ folder, targets, tell }) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  tell('the npm package');
  await makeNpmTarball(folder);
  const left = await makeExecutables({ folder, targets, tell });
  tell('the bill of materials');
  const sbom = await softwareBillOfMaterials();
  writeFileSync(path.join(folder, `etcdctl-ts-${packageVersion}.cdx.json`), sbom);
  writeFileSync(path.join(folder, 'SHA256SUMS'), digests(folder));
  return left;
}

/**
 * Builds and packs the npm package.
 *
 * @param {string} folder
 * @param {string[]} [flags] `--ignore-scripts`: without a build
 */
export async function makeNpmTarball(folder, flags = []) {
  const [program, ...args] = npmCommand();
  const line = [...args, 'pack', '--silent', '--pack-destination', folder, ...flags];
  const { ok, stderr } = await capture(program, line, { cwd: root });
  if (!ok) throw new Error(`npm pack failed: ${lastLine(stderr)}`);
}

/**
 * @param {ReleaseOptions} options
 * @returns {Promise<string[]>} what was left out, and why
 */
async function makeExecutables({ folder, targets, tell }) {
  const reason = await reasonForNoBun();
  if (reason !== undefined) return [`everything with the executable: ${reason}`];
  tell(`the executables for ${targets.join(', ')}`);
  await buildStandalone(targets);
  const { possible, left } = compressions();
  const noNfpm = await obtainNfpm();
  const makers = packagers();
  for (const target of targets) {
    tell(`the archives for ${target}`);
    await makeTarballs(target, folder, possible);
    // The systems with packages of these kinds have glibc.
    if (!target.endsWith('-musl')) {
      tell(`the packages for ${target}`);
      await makePackages(target, folder, makers);
    }
  }
  return [left, makers.left && `${makers.left} (${noNfpm})`].filter((each) => each !== undefined);
}

/**
 * The digests of all files in a folder, in the format of sha256sum.
 *
 * @param {string} folder
 */
export function digests(folder) {
  const names = readdirSync(folder).filter((name) => name !== 'SHA256SUMS');
  return names
    .sort()
    .map((name) => `${sha256(readFileSync(path.join(folder, name)))}  ${name}\n`)
    .join('');
}

/** @param {Buffer} bytes */
function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Makes the release twice and compares all files. The first one is left in the folder.
 *
 * @param {ReleaseOptions} options
 * @returns {Promise<{ left: string[], different: string[] }>} `different`: names of files that differ, or that only one of both has
 */
export async function makeTwice({ folder, targets, tell }) {
  const left = await makeRelease({ folder, targets, tell });
  const first = `${folder}-first`;
  rmSync(first, { recursive: true, force: true });
  renameSync(folder, first);
  try {
    await makeRelease({ folder, targets, tell: (line) => tell(`again: ${line}`) });
    const names = new Set([...readdirSync(first), ...readdirSync(folder)]);
    const different = [...names].filter((name) => !isSame(path.join(first, name), path.join(folder, name)));
    return { left, different: different.sort() };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    renameSync(first, folder);
  }
}

/**
 * @param {string} one
 * @param {string} other
 */
function isSame(one, other) {
  return existsSync(one) && existsSync(other) && readFileSync(one).equals(readFileSync(other));
}
