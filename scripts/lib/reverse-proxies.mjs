// Reverse proxies that tests put between client and server: nginx, haproxy and nghttpx. Taken from PATH, else from Debian's packages,
// which are unpacked into the cache with the libraries that the machine lacks.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { findProgram, isExecutable } from './command.mjs';
import { root } from './paths.mjs';
import { unpackWithDependencies } from './reference/debian.mjs';

/** @typedef {'nginx' | 'haproxy' | 'nghttpx'} ReverseProxyName */

/**
 * @typedef {object} ReverseProxy
 * @property {string} program path
 * @property {Record<string, string>} env where its libraries are
 * @property {string} modules the folder of nginx's modules
 */

/** @type {Record<ReverseProxyName, string[]>} */
const packages = {
  nginx: ['nginx', 'libnginx-mod-stream'],
  haproxy: ['haproxy'],
  nghttpx: ['nghttp2-proxy'],
};
const names = /** @type {ReverseProxyName[]} */ (Object.keys(packages));

const cache = path.join(root, '.cache', 'reverse-proxies');

/** Debian has them there, which is not on the PATH of every user. */
const systemFolders = ['/usr/local/sbin', '/usr/sbin'];

/**
 * @param {ReverseProxyName} name
 * @returns {ReverseProxy | undefined} undefined when the machine has none
 */
export function findReverseProxy(name) {
  const unpacked = ['sbin', 'bin'].map((folder) => path.join(cache, 'usr', folder, name)).find(isExecutable);
  if (unpacked !== undefined) {
    const modules = path.join(cache, 'usr', 'lib', 'nginx', 'modules');
    return { program: unpacked, env: { LD_LIBRARY_PATH: libraryFolders().join(':') }, modules };
  }
  const program = findProgram(name, systemFolders);
  return program === undefined ? undefined : { program, env: {}, modules: '/usr/lib/nginx/modules' };
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
 * Unpacks the packages, if one of the proxies is missing.
 *
 * @param {(line: string) => void} say receives the reason when they cannot be obtained
 */
export async function obtainReverseProxies(say) {
  const missing = names.filter((name) => findReverseProxy(name) === undefined);
  if (missing.length === 0) return;
  const label = missing.join(', ');
  if (findProgram('apt-get') === undefined || findProgram('dpkg') === undefined) {
    say(`${label}: not available (this machine has no apt-get and dpkg)`);
    return;
  }
  try {
    await unpackWithDependencies(
      names.flatMap((name) => packages[name]),
      cache,
    );
    say(`${label}: from Debian packages`);
  } catch (error) {
    say(`${label}: not available (${error instanceof Error ? error.message : error})`);
  }
}
