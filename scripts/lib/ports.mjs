// What runs executables of another architecture or C library than this machine's: QEMU's user mode emulation and Debian's C libraries for
// arm64, and musl; and what else the tests of installations need. Unpacked into the cache from Debian's packages; needs no root. musl's C++
// library, which Debian does not have, is taken out of a package of the Python index that bundles it.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import { capture, findProgram, isExecutable, lastLine } from './command.mjs';
import { root } from './paths.mjs';
import { downloadPackage, unpackPackages, unpackWithDependencies } from './reference/debian.mjs';
import { obtainUnlessFailed } from './reference/store.mjs';

/** @typedef {'arm64' | 'x64-musl' | 'arm64-musl'} Port `arm64` is the one with glibc */

/** The root directory of the container image, as far as the program needs it: glibc of Debian 13. */
export const CONTAINER = 'container';

const ETCD_CLIENT = 'etcd-client';

/** @type {Port[]} */
export const ports = ['arm64', 'x64-musl', 'arm64-musl'];

/**
 * Wheels that bundle libstdc++ and libgcc_s for musl. auditwheel gave the libraries names with a digest: the C++ library asks for libgcc_s
 * by that name.
 */
const wheels = {
  'x64-musl': {
    platform: 'musllinux_1_2_x86_64',
    sha256: '326d234cbf337c9c3def0676412eb7040a35a768efc92504b947b3e9cfc7543d',
  },
  'arm64-musl': {
    platform: 'musllinux_1_2_aarch64',
    sha256: 'ee7a6ec486883397d70eec05059353b8e83eca9168b9f3f9a361971e77e0bcd0',
  },
};
const wheel = { name: 'greenlet', version: '3.2.4', python: '3.12' };

const cache = path.join(root, '.cache', 'ports');
const emulatorName = 'qemu-aarch64-static';
const emulator = path.join(cache, 'qemu', emulatorName);

/**
 * @param {Port | typeof CONTAINER} port
 * @returns {string} the folder that is the root directory of programs of this port, with the loader and the libraries
 */
export function portRoot(port) {
  return path.join(cache, port);
}

/** @returns {string | undefined} the program that runs those for arm64 */
export function findEmulator() {
  return isExecutable(emulator) ? emulator : findProgram(emulatorName);
}

/** @returns {string | undefined} Debian's package of the real etcdctl, a file */
export function etcdClientPackage() {
  const folder = path.join(cache, ETCD_CLIENT);
  const name = existsSync(folder) ? readdirSync(folder).find((each) => each.endsWith('.deb')) : undefined;
  return name && path.join(folder, name);
}

/**
 * @returns {{ program: string, env: Record<string, string> } | undefined} rpm, and where its libraries and settings are when it is unpacked
 */
export function findRpm() {
  const installed = findProgram('rpm');
  if (installed !== undefined) return { program: installed, env: {} };
  const usr = path.join(cache, 'rpm', 'usr');
  const program = path.join(usr, 'bin', 'rpm');
  if (!isExecutable(program)) return undefined;
  const libraries = path.join(usr, 'lib', 'x86_64-linux-gnu');
  return { program, env: { LD_LIBRARY_PATH: libraries, RPM_CONFIGDIR: path.join(usr, 'lib', 'rpm') } };
}

/** @typedef {{ refresh: boolean, say: (line: string) => void }} ObtainOptions as for `obtainUnlessFailed` */

/**
 * Obtains what is missing.
 *
 * @param {ObtainOptions} options
 * @returns {Promise<void>}
 */
export async function obtainPorts(options) {
  if (process.platform !== 'linux' || process.arch !== 'x64' || findProgram('apt-get') === undefined) {
    options.say('other architectures and musl: only known how to get on Debian and its derivatives, on x64');
    return;
  }
  // First what is in the machine's own release: without that, the archive is not asked for the rest.
  if (findEmulator() === undefined) {
    await obtain('qemu', options, unpackEmulator);
  }
  if (findRpm() === undefined) {
    await obtain('rpm', options, (folder) => unpackWithDependencies(['rpm'], folder));
  }
  await obtain(ETCD_CLIENT, options, (folder) => downloadPackage(ETCD_CLIENT, folder));
  await obtain('arm64', options, (folder) => unpackPackages(['libc6'], folder, { architecture: 'arm64' }));
  await obtain(CONTAINER, options, async (folder) => {
    await unpackPackages(['libc6'], folder, { isLater: true });
    mergeUsr(folder);
  });
  await obtain('x64-musl', options, (folder) => unpackMusl('x64-musl', folder));
  await obtain('arm64-musl', options, (folder) => unpackMusl('arm64-musl', folder));
}

/**
 * @param {string} name of the folder in the cache; nothing is done when it is there
 * @param {ObtainOptions} options
 * @param {(folder: string) => Promise<void>} fill
 */
async function obtain(name, options, fill) {
  if (existsSync(path.join(cache, name))) return;
  mkdirSync(cache, { recursive: true });
  const staging = mkdtempSync(path.join(cache, '.staging-'));
  try {
    await obtainUnlessFailed({ name, ...options }, async () => {
      await fill(path.join(staging, name));
      renameSync(path.join(staging, name), path.join(cache, name));
    });
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** @param {string} folder receives the one of 40 programs that is needed */
async function unpackEmulator(folder) {
  const unpacked = `${folder}.all`;
  await unpackPackages(['qemu-user-static'], unpacked);
  mkdirSync(folder);
  renameSync(path.join(unpacked, 'usr', 'bin', emulatorName), path.join(folder, emulatorName));
}

/**
 * Makes the links to /usr that newer systems have, and that their packages count on.
 *
 * @param {string} folder a root directory
 */
function mergeUsr(folder) {
  for (const name of readdirSync(path.join(folder, 'usr'))) {
    if (!name.startsWith('lib') || existsSync(path.join(folder, name))) continue;
    symlinkSync(path.join('usr', name), path.join(folder, name));
  }
}

/**
 * @param {'x64-musl' | 'arm64-musl'} port
 * @param {string} folder
 */
async function unpackMusl(port, folder) {
  const [architecture, machine] = port === 'x64-musl' ? ['amd64', 'x86_64'] : ['arm64', 'aarch64'];
  // Before 1.2.4, musl crashes with libraries that have relative relocations (DT_RELR), as these C++ libraries have.
  await unpackPackages(['musl'], folder, { architecture, isLater: true });
  mergeUsr(folder);
  const into = path.join(folder, 'lib', `${machine}-linux-musl`);
  const libraries = await unpackWheel(wheels[port], path.dirname(folder));
  for (const name of readdirSync(libraries)) {
    renameSync(path.join(libraries, name), path.join(into, name));
    // The program asks for libstdc++ by its own name.
    if (name.startsWith('libstdc++')) symlinkSync(name, path.join(into, 'libstdc++.so.6'));
  }
  // Alpine's name of the C library.
  symlinkSync('libc.so', path.join(into, `libc.musl-${machine}.so.1`));
}

/**
 * @param {{ platform: string, sha256: string }} source
 * @param {string} folder for temporary files
 * @returns {Promise<string>} a folder with the libraries
 */
async function unpackWheel({ platform, sha256 }, folder) {
  const python = findProgram('python3');
  if (python === undefined) throw new Error('there is no python3 with pip, which gets the C++ library');
  const options = ['--no-deps', '--only-binary', ':all:', '--no-cache-dir', '--disable-pip-version-check'];
  const target = ['--platform', platform, '--python-version', wheel.python, '--dest', folder];
  const pinned = `${wheel.name}==${wheel.version}`;
  const line = ['-m', 'pip', 'download', '--quiet', ...options, ...target, pinned];
  const downloaded = await capture(python, line, { timeoutMs: 120_000 });
  if (!downloaded.ok) throw new Error(lastLine(downloaded.stderr) || 'pip download failed');
  const file = path.join(folder, readdirSync(folder).find((name) => name.endsWith('.whl')) ?? '');
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex');
  if (digest !== sha256) throw new Error(`${pinned} for ${platform} is not the package that is expected`);
  // A wheel is a zip file, and whoever has pip can unpack it.
  const unpacked = await capture(python, ['-m', 'zipfile', '-e', file, folder]);
  if (!unpacked.ok) throw new Error(lastLine(unpacked.stderr) || 'the wheel cannot be unpacked');
  return path.join(folder, `${wheel.name}.libs`);
}
