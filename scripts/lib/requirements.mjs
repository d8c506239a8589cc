// Checks for what a script needs before it can run, such as a build, and says what to run first.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.mjs';
import { loadReference } from './reference.mjs';

/** @typedef {'build' | 'reference' | 'posix'} Requirement `posix`: a system on which servers are started */

const onWindows = `On Windows this script cannot start etcd servers. \`npm run build\`, \`npm run test:unit\`, and \
\`node bin/etcdctl.js\` with remote servers work; for everything else use WSL.`;

/** @type {Record<Requirement, () => string | undefined>} */
const requirements = {
  posix: () => (process.platform === 'win32' ? onWindows : undefined),
  build: () =>
    existsSync(path.join(root, 'dist', 'npm', 'launcher.js'))
      ? undefined
      : 'There is no build: run `npm run build` first.',
  reference: () =>
    loadReference().length > 0
      ? undefined
      : 'No etcd has been set up for comparison: run `npm run reference` first.',
};

/**
 * @param {Requirement[]} names
 * @returns {string | undefined} what to run first, one sentence per line; undefined when nothing is missing
 */
export function missingRequirements(...names) {
  const missing = names.map((name) => requirements[name]()).filter((sentence) => sentence !== undefined);
  return missing.length === 0 ? undefined : missing.join('\n');
}
