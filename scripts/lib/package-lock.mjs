// Finds packages without an integrity in package-lock.json, and adds it.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.mjs';

/** @typedef {{ version?: string, resolved?: string, integrity?: string, link?: boolean, name?: string }} LockedPackage */
/** @typedef {{ packages: Record<string, LockedPackage> }} PackageLock */

const file = path.join(root, 'package-lock.json');

/** @returns {PackageLock} */
export function readPackageLock() {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Formats the file as npm does, so that only changed entries differ. @param {PackageLock} lock */
export function writePackageLock(lock) {
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
}

/**
 * npm writes the integrity of the packages that it downloads. Optional packages for other platforms are not downloaded,
 * so their integrity can be missing, and npm then installs them without a check.
 *
 * @param {PackageLock} lock
 * @returns {{ folder: string, name: string, version: string }[]} the packages without integrity
 */
export function packagesWithoutIntegrity(lock) {
  return Object.entries(lock.packages)
    .filter(([folder, { integrity, link }]) => folder !== '' && link !== true && integrity === undefined)
    .map(([folder, { name, version = '' }]) => ({
      folder,
      name: name ?? folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
    }));
}

/**
 * @param {PackageLock} lock
 * @param {ReadonlyMap<string, string>} integrities by the packages' folders
 * @returns {PackageLock} a copy with these integrities after `version` and `resolved`, as npm orders them
 */
export function withIntegrities(lock, integrities) {
  const packages = Object.entries(lock.packages).map(([folder, entry]) => {
    const integrity = integrities.get(folder);
    if (integrity === undefined) return [folder, entry];
    const { name, version, resolved, ...rest } = entry;
    return [
      folder,
      {
        ...(name !== undefined && { name }),
        version,
        ...(resolved !== undefined && { resolved }),
        integrity,
        ...rest,
      },
    ];
  });
  return { ...lock, packages: Object.fromEntries(packages) };
}
