// `snapshot save` of stores of several sizes, up to more than a gigabyte.
import { rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { measure } from '../measure/program.mjs';
import { growStore } from '../scenes/grow-store.mjs';
import { startServer } from '../scenes/server.mjs';
import { row } from './row.mjs';

const MB = 1e6;
const SIZES = [10 * MB, 100 * MB, 1100 * MB];

/** @typedef {{ server: import('../scenes/server.mjs').Server, grow: (bytes: number) => Promise<void> }} Stage */

export const snapshotRows = [...rowsOf(false), ...rowsOf(true)];

/** @param {boolean} tls */
function rowsOf(tls) {
  /** @type {import('./row.mjs').Scene<Stage>} */
  const scene = {
    async open({ isQuick }) {
      const server = await startServer({ tls });
      return { server, grow: (bytes) => growStore(server, isQuick ? bytes / 100 : bytes) };
    },
    close: ({ server }) => server.stop(),
  };
  return SIZES.map((bytes) => snapshotRow(bytes, tls, scene));
}

/**
 * @param {number} bytes
 * @param {boolean} tls
 * @param {import('./row.mjs').Scene<Stage>} scene
 */
function snapshotRow(bytes, tls, scene) {
  const isLarge = bytes >= 1000 * MB;
  return row({
    id: `snapshot-save-${tls ? 'tls' : 'plain'}-${bytes / MB}mb`,
    title: `\`snapshot save\`, ${bytes / MB} MB, ${tls ? 'mutual TLS' : 'plain'}`,
    unit: 's',
    ...(isLarge && { goal: '≤ 1.0× its time (aim 0.67×), ≤ 150 MiB' }),
    runs: isLarge ? 5 : 7,
    scene,
    growth: { series: 'bytes', label: `snapshot save, ${tls ? 'mutual TLS' : 'plain'}`, at: bytes },
    prepare: ({ grow }) => grow(bytes),
    async run({ server }, { etcdctl }) {
      const file = path.join(server.folder, 'snapshot.db');
      rmSync(file, { force: true });
      const measured = await measure(etcdctl, [...server.flags, 'snapshot', 'save', file], {
        output: path.join(server.folder, 'output'),
      });
      if (statSync(file).size % 512 !== 32) throw new Error(`${file} has no checksum at its end`);
      return measured;
    },
  });
}
