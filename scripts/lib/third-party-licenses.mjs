import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The licences of the packages whose code is in a bundle, ordered by package name.
 *
 * @param {string[]} inputs paths of the bundled files, relative to `root`
 * @param {string} root
 * @returns {string}
 * @throws {Error} when a package states no licence at all
 */
export function thirdPartyLicenses(inputs, root) {
  const sections = packageFolders(inputs).map((folder) => describe(path.join(root, folder)));
  const ruler = `\n${'-'.repeat(78)}\n\n`;
  const head = 'This program contains code of the following packages, under these licences.\n';
  return [head, ...sections.sort()].join(ruler);
}

/**
 * The packages whose code is in a bundle.
 *
 * @param {readonly string[]} inputs paths of the bundled files
 * @param {string} root
 * @returns {string[]} such as `@grpc/grpc-js@1.14.7`
 */
export function bundledPackages(inputs, root) {
  return packageFolders(inputs).map((folder) => {
    const { name, version } = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'));
    return `${name}@${version}`;
  });
}

/** @param {readonly string[]} inputs */
function packageFolders(inputs) {
  return [...new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined))];
}

/**
 * @param {string} file such as `node_modules/@scope/name/lib/index.js`, with `/` on all systems
 * @returns {string | undefined} the folder of the innermost package; undefined for files of this project
 */
function packageFolder(file) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];
}

/** @param {string} folder */
function describe(folder) {
  const { name, version, license, author } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  );
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  if (license === undefined && files.length === 0) throw new Error(`${name} states no licence`);
  const texts = files.sort().map((file) => readFileSync(path.join(folder, file), 'utf8').trim());
  const holder = typeof author === 'string' ? author : author?.name;
  const stated = [`Licence: ${license}`, ...(holder === undefined ? [] : [`Author: ${holder}`])].join('\n');
  return `${[`${name} ${version}`, stated, ...texts].join('\n\n')}\n`;
}
