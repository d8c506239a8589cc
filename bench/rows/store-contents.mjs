// What is in a store: `top`, `diff` and `get --from-snapshot`. The real programs do the nearest that they can: they print all keys of the
// cluster, or the status of the file.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { newestReference } from '../contenders.mjs';
import { measure } from '../measure/program.mjs';
import { putAll } from '../scenes/gateway.mjs';
import { fillKubernetesStore } from '../scenes/kubernetes-store.mjs';
import { startServer } from '../scenes/server.mjs';
import { randomValue } from '../scenes/values.mjs';
import { row } from './row.mjs';

/** @typedef {import('../scenes/server.mjs').Server} Server */
/** @typedef {import('../contenders.mjs').Contender} Contender */
/** @typedef {{ server: Server, snapshot: string }} Stage */

const MILLION = 1_000_000;

/** @type {import('./row.mjs').Scene<Stage>} */
const smallKeys = {
  open: ({ isQuick }) =>
    stageOf((server) => putAll(server.gateway, pairs(isQuick ? MILLION / 100 : MILLION), 10_000)),
  close: ({ server }) => server.stop(),
};

/** @type {import('./row.mjs').Scene<Stage>} */
const kubernetes = {
  open: ({ isQuick }) =>
    stageOf((server) =>
      fillKubernetesStore(server.gateway, isQuick ? { keys: 2000, bytes: 1e7 } : { bytes: 1.2e9 }),
    ),
  close: ({ server }) => server.stop(),
};

/** Compacted: `hashkv` has to know which record of each key is the last one. @type {import('./row.mjs').Scene<Stage>} */
const twoMillion = {
  open: ({ isQuick }) =>
    stageOf(async ({ gateway }) => {
      const size = isQuick ? { keys: 20_000, bytes: 6e6 } : { keys: 2 * MILLION, bytes: 6e8 };
      await fillKubernetesStore(gateway, size);
      const { header } = await gateway.post('/v3/kv/range', { key: 'YQ==' });
      await gateway.post('/v3/kv/compaction', { revision: header.revision, physical: true });
    }),
  close: ({ server }) => server.stop(),
};

/** @param {(server: Server) => Promise<void>} fill */
async function stageOf(fill) {
  const server = await startServer();
  await fill(server);
  const snapshot = path.join(server.folder, 'snapshot.db');
  const real = { command: newestReference().etcdctl, leadingArgs: [] };
  await measure(real, [...server.flags, 'snapshot', 'save', snapshot], {
    output: path.join(server.folder, 'output'),
  });
  return { server, snapshot };
}

/** @param {number} count */
function* pairs(count) {
  for (let index = 0; index < count; index++) {
    yield { key: `k/${String(index).padStart(6, '0')}`, value: randomValue(100) };
  }
}

const SCENES = [smallKeys, kubernetes, twoMillion];

export const storeContentsRows = [
  ...clusterRows('1000000', 'a million keys of 100 bytes', smallKeys),
  ...clusterRows('kubernetes', '200,000 keys of Kubernetes, 1.2 GB', kubernetes),
  ...fileRows('1000000', 'a million keys of 100 bytes', smallKeys),
  ...fileRows('kubernetes', '200,000 keys of Kubernetes, 1.2 GB', kubernetes),
  ...fileRows('2000000', 'two million keys of Kubernetes', twoMillion),
  ...offlineRows('2000000', 'two million keys of Kubernetes, compacted', twoMillion),
].toSorted((a, b) => SCENES.indexOf(a.scene) - SCENES.indexOf(b.scene));

/**
 * @param {string} id
 * @param {string} what
 * @param {import('./row.mjs').Scene<Stage>} scene
 */
function clusterRows(id, what, scene) {
  return [
    row({
      id: `top-${id}`,
      title: `\`top\` of ${what}; etcd: \`get --prefix\``,
      unit: 's',
      goal: '≤ 1.2× its time, ≤ 150 MiB',
      runs: 3,
      scene,
      run: ({ server }, contender) =>
        measure(
          contender.etcdctl,
          [
            ...[...server.flags, '--command-timeout=2m'],
            ...(isReal(contender) ? ['get', '', '--prefix'] : ['top']),
          ],
          { output: path.join(server.folder, 'output') },
        ),
    }),
  ];
}

/**
 * @param {string} id
 * @param {string} what
 * @param {import('./row.mjs').Scene<Stage>} scene
 */
function fileRows(id, what, scene) {
  /** @type {[name: string, args: (snapshot: string) => string[]][]} */
  const commands = [
    ['top', (snapshot) => ['top', '--from-snapshot', snapshot]],
    ['get', (snapshot) => ['get', '', '--prefix', '--from-snapshot', snapshot]],
    ['diff', (snapshot) => ['diff', snapshot, snapshot]],
  ];
  return commands.map(([name, args]) =>
    row({
      id: `${name}-snapshot-${id}`,
      title: `\`${name}\` of a snapshot, ${what}; etcd: \`snapshot status\``,
      unit: 's',
      goal: name === 'diff' ? '≤ 150 MiB' : '≤ 2× its time, ≤ 150 MiB',
      runs: 3,
      scene,
      run: ({ server, snapshot }, contender) => {
        const output = path.join(server.folder, 'output');
        if (isReal(contender))
          return measure(contender.etcdutl, ['snapshot', 'status', snapshot], { output });
        return measure(contender.etcdctl, args(snapshot), { output });
      },
    }),
  );
}

/**
 * @param {string} id
 * @param {string} what
 * @param {import('./row.mjs').Scene<Stage>} scene
 */
function offlineRows(id, what, scene) {
  /** @type {[command: string, args: (files: { snapshot: string, restored: string }) => string[]][]} */
  const commands = [
    ['snapshot status', ({ snapshot }) => [snapshot]],
    ['snapshot restore', ({ snapshot, restored }) => [snapshot, `--data-dir=${restored}`]],
    ['defrag', ({ restored }) => [`--data-dir=${restored}`]],
    // The last: etcd's program writes to the file, which then no longer has its checksum.
    ['hashkv', ({ snapshot }) => [snapshot]],
  ];
  return commands.map(([command, args]) =>
    row({
      id: `utl-${command.replace('snapshot ', '')}-${id}`,
      title: `\`etcdutl ${command}\` of ${what}`,
      unit: 's',
      goal: '≤ 1.0×, ≤ 150 MiB',
      runs: 3,
      scene,
      async run({ server, snapshot }, { etcdutl }) {
        const output = path.join(server.folder, 'output');
        const restored = path.join(server.folder, 'restored.etcd');
        rmSync(restored, { recursive: true, force: true });
        if (command === 'defrag') {
          const real = { command: newestReference().etcdutl ?? '', leadingArgs: [] };
          await measure(real, ['snapshot', 'restore', snapshot, `--data-dir=${restored}`], { output });
        }
        return measure(etcdutl, [...command.split(' '), ...args({ snapshot, restored })], { output });
      },
    }),
  );
}

/** @param {Contender} contender */
function isReal({ name }) {
  return name.startsWith('etcd ');
}
