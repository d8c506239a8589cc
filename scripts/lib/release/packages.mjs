// Makes the packages for Debian (.deb) and for systems with RPM (.rpm).
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { architectureOf } from '../bun.mjs';
import { capture, findProgram, lastLine } from '../command.mjs';
import { root } from '../paths.mjs';
import { packageVersion, sourceDate } from '../source.mjs';
import { installedFiles } from './files.mjs';
import { findNfpm } from './nfpm.mjs';

/** @typedef {import('../bun.mjs').Target} Target */
/** @typedef {import('./archive.mjs').ReleaseFile} ReleaseFile */
/** @typedef {{ name: string, make: (kind: 'deb' | 'rpm', options: MakeOptions) => Promise<void> }} Packager */
/**
 * @typedef {object} MakeOptions
 * @property {string} staging folder with `usr/…`
 * @property {'amd64' | 'arm64'} architecture in the words of Debian; nfpm translates them for RPM
 * @property {string} file to write
 * @property {Date} date
 */

/** Names of the architectures in the names of files, as each packaging system writes them. */
const FILE_NAMES = {
  deb: { x64: `etcdctl-ts_${packageVersion}-1_amd64.deb`, arm64: `etcdctl-ts_${packageVersion}-1_arm64.deb` },
  rpm: {
    x64: `etcdctl-ts-${packageVersion}-1.x86_64.rpm`,
    arm64: `etcdctl-ts-${packageVersion}-1.aarch64.rpm`,
  },
};

/**
 * The programs that make packages here: nfpm for both kinds when `obtainNfpm` has built it, else dpkg-deb for Debian packages.
 *
 * @returns {{ deb?: Packager, rpm?: Packager, left?: string }} `left`: what cannot be made, and why
 */
export function packagers() {
  const program = findNfpm();
  if (program !== undefined) {
    /** @type {Packager} */
    const nfpm = { name: 'nfpm', make: (kind, options) => makeWithNfpm(program, kind, options) };
    return { deb: nfpm, rpm: nfpm };
  }
  const dpkgDeb = findProgram('dpkg-deb');
  if (dpkgDeb === undefined) return { left: '.deb and .rpm: no nfpm and no dpkg-deb here' };
  return { deb: { name: 'dpkg-deb', make: makeWithDpkgDeb }, left: '.rpm: no nfpm here' };
}

/**
 * @param {'deb' | 'rpm'} kind
 * @param {Target} target
 * @param {string} folder
 */
export function packageFile(kind, target, folder) {
  return path.join(folder, FILE_NAMES[kind][architectureOf(target)]);
}

/**
 * Writes the packages for a target; `dist/standalone` has its executable.
 *
 * @param {Target} target with glibc
 * @param {string} folder
 * @param {ReturnType<typeof packagers>} makers
 */
export async function makePackages(target, folder, makers) {
  const architecture = architectureOf(target);
  const date = await sourceDate();
  for (const kind of /** @type {const} */ (['deb', 'rpm'])) {
    const staging = mkdtempSync(path.join(folder, '.staging-'));
    try {
      chmodSync(staging, 0o755);
      for (const file of await installedFiles(target, '-ts')) stage(staging, inPlaceFor(kind, file), date);
      const file = packageFile(kind, target, folder);
      const debian = architecture === 'x64' ? 'amd64' : 'arm64';
      await makers[kind]?.make(kind, { staging, architecture: debian, file, date });
    } finally {
      rmSync(staging, { recursive: true, force: true });
    }
  }
}

/**
 * On Debian, zsh does not look into the folder of other systems, and the licence of a package has a name of its own (Debian Policy, 12.5).
 *
 * @param {'deb' | 'rpm'} kind
 * @param {ReleaseFile} file
 * @returns {ReleaseFile}
 */
function inPlaceFor(kind, file) {
  if (kind !== 'deb') return file;
  const name = file.path.replace('zsh/site-functions/', 'zsh/vendor-completions/');
  return { ...file, path: name.replace(/doc\/etcdctl-ts\/LICENSE$/, 'doc/etcdctl-ts/copyright') };
}

/**
 * @param {string} staging
 * @param {ReleaseFile} file
 * @param {Date} date
 */
function stage(staging, file, date) {
  const name = path.join(staging, 'usr', file.path);
  makeFolders(path.dirname(name));
  if (file.linkTo !== undefined) return symlinkSync(file.linkTo, name);
  if (file.source !== undefined) copyFileSync(file.source, name);
  else writeFileSync(name, file.text ?? '');
  chmodSync(name, file.isProgram ? 0o755 : 0o644);
  utimesSync(name, date, date);
}

/**
 * Makes a folder, and those above it, for everyone to read, whatever the umask is.
 *
 * @param {string} folder
 */
function makeFolders(folder) {
  if (existsSync(folder)) return;
  makeFolders(path.dirname(folder));
  mkdirSync(folder);
  chmodSync(folder, 0o755);
}

/**
 * @param {string} nfpm
 * @param {'deb' | 'rpm'} kind
 * @param {MakeOptions} options
 */
async function makeWithNfpm(nfpm, kind, { staging, architecture, file, date }) {
  const config = path.join(root, 'packaging', 'nfpm.yaml');
  const variables = {
    ROOT: staging,
    ARCH: architecture,
    VERSION: packageVersion,
    SOURCE_DATE_EPOCH: String(date.getTime() / 1000),
  };
  const args = ['package', '--config', config, '--packager', kind, '--target', file];
  const made = await capture(nfpm, args, { env: { ...process.env, ...variables } });
  if (!made.ok) throw new Error(`nfpm failed: ${lastLine(made.stderr)}`);
}

/**
 * @param {'deb' | 'rpm'} _kind
 * @param {MakeOptions} options
 */
async function makeWithDpkgDeb(_kind, { staging, architecture, file, date }) {
  makeFolders(path.join(staging, 'DEBIAN'));
  writeFileSync(path.join(staging, 'DEBIAN', 'control'), controlFile(architecture));
  chmodSync(path.join(staging, 'DEBIAN', 'control'), 0o644);
  const args = ['--root-owner-group', '-Zgzip', '--build', staging, file];
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(date.getTime() / 1000) };
  const made = await capture('dpkg-deb', args, { env });
  rmSync(path.join(staging, 'DEBIAN'), { recursive: true });
  if (!made.ok) throw new Error(`dpkg-deb failed: ${lastLine(made.stderr)}`);
}

/** @param {string} architecture */
function controlFile(architecture) {
  const { name, maintainer, description, homepage, section, priority, overrides } = parse(
    readFileSync(path.join(root, 'packaging', 'nfpm.yaml'), 'utf8'),
  );
  return `Package: ${name}
Version: ${packageVersion}-1
Section: ${section}
Priority: ${priority}
Architecture: ${architecture}
Maintainer: ${maintainer}
Depends: ${overrides.deb.depends.join(', ')}
Homepage: ${homepage}
Description: ${description.replaceAll('\n', '\n ')}
`;
}
