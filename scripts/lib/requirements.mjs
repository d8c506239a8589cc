// What some scripts need that others make, and the sentence that says so.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.mjs';
import { loadReference } from './reference.mjs';

/** @typedef {'build' | 'reference' | 'posix'} Requirement `posix`: to start servers */

const onWindows = `On Windows no etcd server is started: \`npm run build\`, \`node bin/etcdctl.js\` with servers elsewhere and \
\`npm run test:unit\` work, for everything else use WSL.`;

/** @type {Record<Requirement, () => string | undefined>} */
const requirements = {
  posix: () => (process.platform === 'win32' ? onWindows : undefined),
  build: () =>
    existsSync(path.join(root, 'dist', 'npm', 'main.js'))
      ? undefined
      : 'There is no build: run `npm run build` first.',
  reference: () =>
    loadReference().length > 0
      ? undefined
      : 'There is no real etcd to compare with: run `npm run reference` first.',
};

/**
 * @param {Requirement[]} names
 * @returns {string | undefined} what to run first, one sentence a line
 */
export function missingRequirements(...names) {
  const missing = names.map((name) => requirements[name]()).filter((sentence) => sentence !== undefined);
  return missing.length === 0 ? undefined : missing.join('\n');
}
