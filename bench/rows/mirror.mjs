// `make-mirror`, from its start until the destination cluster has all keys, and `import` of the same keys.
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onThisNode } from '../contenders.mjs';
import { measure } from '../measure/program.mjs';
import { countKeys, deleteKeys, putAll } from '../scenes/gateway.mjs';
import { startServer } from '../scenes/server.mjs';
import { randomValue } from '../scenes/values.mjs';
import { row } from './row.mjs';

const COUNT = 100_000;
const POLL_EVERY_MS = 50;

/** @typedef {import('../scenes/server.mjs').Server} Server */
/** @typedef {{ source: Server, destination: Server, count: number }} Stage */

/** @type {import('./row.mjs').Scene<Stage>} */
const scene = {
  async open({ isQuick }) {
    const count = isQuick ? COUNT / 100 : COUNT;
    const source = await startServer();
    await putAll(source.gateway, pairs(count), 10_000);
    return { source, destination: await startServer(), count };
  },
  async close({ source, destination }) {
    await source.stop();
    await destination.stop();
  },
};

export const mirrorRows = [
  row({
    id: 'make-mirror',
    title: '`make-mirror` of 100,000 keys',
    unit: 's',
    goal: '≤ 1.0×',
    runs: 3,
    needsNoWarmUp: true,
    scene,
    run: (stage, { etcdctl }) => mirrorRun(stage, etcdctl),
  }),
  row({
    id: 'import',
    title: '`import` of 100,000 keys (etcdctl: `make-mirror` of them)',
    unit: 's',
    goal: '≤ 1.0×',
    runs: 3,
    needsNoWarmUp: true,
    scene,
    async prepare({ source }) {
      const output = exportFile(source);
      await measure(onThisNode('bin/etcdctl.js'), [...source.flags, 'export', 'mirror/', '--prefix'], {
        output,
      });
    },
    async run(stage, { name, etcdctl }) {
      if (name.startsWith('etcd ')) return mirrorRun(stage, etcdctl);
      const { source, destination } = stage;
      await deleteKeys(destination.gateway, 'mirror/');
      return measure(etcdctl, [...destination.flags, 'import', exportFile(source)], {
        output: path.join(source.folder, 'output'),
      });
    },
  }),
];

/** @param {Server} source */
function exportFile({ folder }) {
  return path.join(folder, 'export');
}

/**
 * @param {Stage} stage
 * @param {import('../measure/program.mjs').Program} etcdctl
 */
async function mirrorRun({ source, destination, count }, etcdctl) {
  await deleteKeys(destination.gateway, 'mirror/');
  return measure(etcdctl, [...source.flags, 'make-mirror', destination.endpoint.replace('http://', '')], {
    output: path.join(source.folder, 'output'),
    async until() {
      while ((await countKeys(destination.gateway, 'mirror/')) < count) await delay(POLL_EVERY_MS);
    },
  });
}

/** @param {number} count */
function* pairs(count) {
  for (let index = 0; index < count; index++) {
    yield { key: `mirror/${String(index).padStart(6, '0')}`, value: randomValue(100) };
  }
}
