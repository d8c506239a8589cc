// The programs that are compared.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { root } from '../scripts/lib/paths.mjs';
import { loadReference } from '../scripts/lib/reference.mjs';

/** @typedef {import('./measure/program.mjs').Program} Program */

/**
 * @typedef {object} Contender
 * @property {string} name `etcd 3.7.1` for the real programs, `npm`, `standalone`, `bare grpc-js`
 * @property {Program} etcdctl
 * @property {Program} etcdutl
 */

/** @returns the programs to compare. The real programs come first: the others are compared with them. */
export function contenders() {
  const reference = newestReference();
  const standalone = path.join(root, 'dist', 'standalone');
  /** @type {Contender[]} */
  const all = [
    realContender(reference),
    { name: 'npm', etcdctl: onThisNode('bin/etcdctl.js'), etcdutl: onThisNode('bin/etcdutl.js') },
  ];
  if (existsSync(path.join(standalone, 'etcdctl'))) {
    all.push({
      name: 'standalone',
      etcdctl: { command: path.join(standalone, 'etcdctl'), leadingArgs: [] },
      etcdutl: { command: path.join(standalone, 'etcdutl'), leadingArgs: [] },
    });
  }
  return all;
}

/** The series whose etcdctl distributions ship. */
const DISTRIBUTED_SERIES = '3.5.';

/** @returns {Contender[]} the real programs that distributions ship, if they are at hand */
export function distributedContenders() {
  const newest = loadReference().findLast(({ version }) => version.startsWith(DISTRIBUTED_SERIES));
  return newest === undefined ? [] : [realContender(newest)];
}

/**
 * @param {import('../scripts/lib/reference.mjs').CompleteReference} reference
 * @returns {Contender}
 */
function realContender({ version, etcdctl, etcdutl = '' }) {
  return {
    name: `etcd ${version}`,
    etcdctl: { command: etcdctl, leadingArgs: [] },
    etcdutl: { command: etcdutl, leadingArgs: [] },
  };
}

/** A script of the checkout, run by this Node.js. @param {string} file */
export function onThisNode(file) {
  return { command: process.execPath, leadingArgs: [path.join(root, file)] };
}

/** @returns {import('../scripts/lib/reference.mjs').CompleteReference} the newest etcd at hand; all rows use its server */
export function newestReference() {
  const reference = loadReference().at(-1);
  if (reference === undefined)
    throw new Error('No etcd has been set up for comparison: run `npm run reference` first.');
  return reference;
}
