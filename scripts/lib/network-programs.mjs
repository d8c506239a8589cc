// What tests put between client and server: the reverse proxies nginx, haproxy and nghttpx, and nft, which drops packets. Taken from PATH,
// else from Debian's packages, which are unpacked into the cache with the libraries that the machine lacks.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { findProgram, isExecutable } from './command.mjs';
import { root } from './paths.mjs';
import { unpackWithDependencies } from './reference/debian.mjs';
import { obtainUnlessFailed } from './reference/store.mjs';

/** @typedef {'nginx' | 'haproxy' | 'nghttpx' | 'nft'} NetworkProgramName */

/**
 * @typedef {object} NetworkProgram
 * @property {string} program path
 * @property {Record<string, string>} env where its libraries are
 * @property {string} modules the folder of nginx's modules
 */

/** @type {Record<NetworkProgramName, string[]>} */
const packages = {
  nginx: ['nginx', 'libnginx-mod-stream'],
  haproxy: ['haproxy'],
  nghttpx: ['nghttp2-proxy'],
  nft: ['nftables'],
};
const names = /** @type {NetworkProgramName[]} */ (Object.keys(packages));

const cache = path.join(root, '.cache', 'network-programs');

/** Debian has them there, which is not on the PATH of every user. */
const systemFolders = ['/usr/local/sbin', '/usr/sbin'];

const systemModules = '/usr/lib/nginx/modules';

/**
 * @param {NetworkProgramName} name
 * @returns {NetworkProgram | undefined} undefined when the machine has none
 */
export function findNetworkProgram(name) {
  const program = findProgram(name, systemFolders);
  const hasModules = name !== 'nginx' || existsSync(path.join(systemModules, 'ngx_stream_module.so'));
  if (program !== undefined && hasModules) return { program, env: {}, modules: systemModules };
  const unpacked = ['sbin', 'bin'].map((folder) => path.join(cache, 'usr', folder, name)).find(isExecutable);
  if (unpacked === undefined) return undefined;
  const modules = path.join(cache, 'usr', 'lib', 'nginx', 'modules');
  return { program: unpacked, env: { LD_LIBRARY_PATH: libraryFolders().join(':') }, modules };
}

/** `usr/lib` and its folder for this machine's architecture, such as `x86_64-linux-gnu`. */
function libraryFolders() {
  const libraries = path.join(cache, 'usr', 'lib');
  const triplets = existsSync(libraries)
    ? readdirSync(libraries).filter((name) => name.includes('-linux-'))
    : [];
  return [...triplets.map((name) => path.join(libraries, name)), libraries];
}

/**
 * Unpacks the packages, if one of the programs is missing.
 *
 * @param {{ refresh: boolean, say: (line: string) => void }} options as for `obtainUnlessFailed`
 */
export async function obtainNetworkPrograms({ refresh, say }) {
  const missing = names.filter((name) => findNetworkProgram(name) === undefined);
  if (missing.length === 0) return;
  const label = missing.join(', ');
  if (findProgram('apt-get') === undefined || findProgram('dpkg') === undefined) {
    say(`${label}: not available (this machine has no apt-get and dpkg)`);
    return;
  }
  await obtainUnlessFailed({ name: label, refresh, say }, async () => {
    const all = names.flatMap((name) => packages[name]);
    await unpackWithDependencies(all, cache);
    say(`${label}: from Debian packages`);
  });
}
