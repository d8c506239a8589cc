// Commands on files, without a server.
import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { newestReference } from '../contenders.mjs';
import { MissingCommandError } from '../measure/alternate.mjs';
import { measure } from '../measure/program.mjs';
import { deleteKeys } from '../scenes/gateway.mjs';
import { growStore } from '../scenes/grow-store.mjs';
import { startServer } from '../scenes/server.mjs';
import { row } from './row.mjs';

const DATABASE_BYTES = 1300e6;

/** @typedef {import('../measure/program.mjs').Program} Program */
/**
 * A snapshot, and the data directory of a stopped server, whose database has the same size and is half empty.
 *
 * @typedef {{ folder: string, snapshot: string, dataDir: string, stop: () => Promise<void> }} Stage
 */

/** @type {import('./row.mjs').Scene<Stage>} */
const scene = {
  async open({ isQuick }) {
    const server = await startServer();
    const { folder } = server;
    const bytes = isQuick ? DATABASE_BYTES / 100 : DATABASE_BYTES;
    await growStore(server, bytes / 2);
    await growStore(server, bytes);
    const real = { command: newestReference().etcdctl, leadingArgs: [] };
    const snapshot = path.join(folder, 'snapshot.db');
    await measure(real, [...server.flags, 'snapshot', 'save', snapshot], {
      output: path.join(folder, 'output'),
    });
    await deleteKeys(server.gateway, `blob/${Math.floor(bytes)}`);
    const { header } = await server.gateway.post('/v3/kv/range', { key: 'YQ==' });
    await server.gateway.post('/v3/kv/compaction', { revision: header.revision, physical: true });
    await server.end();
    return { folder, snapshot, dataDir: server.dataDir, stop: server.stop };
  },
  close: (stage) => stage.stop(),
};

export const offlineRows = [
  row({
    id: 'utl-snapshot-status',
    title: '`etcdutl snapshot status` of 1.3 GB',
    unit: 's',
    goal: '≤ 1.0×',
    runs: 3,
    scene,
    run: ({ folder, snapshot }, { etcdutl }) =>
      measureKnown(etcdutl, ['snapshot', 'status', snapshot], path.join(folder, 'output')),
  }),
  row({
    id: 'utl-snapshot-restore',
    title: '`etcdutl snapshot restore` of 1.3 GB',
    unit: 's',
    goal: '≤ 1.0×',
    runs: 3,
    scene,
    run({ folder, snapshot }, { etcdutl }) {
      const restored = path.join(folder, 'restored.etcd');
      rmSync(restored, { recursive: true, force: true });
      return measureKnown(
        etcdutl,
        ['snapshot', 'restore', snapshot, `--data-dir=${restored}`],
        path.join(folder, 'output'),
      );
    },
  }),
  row({
    id: 'utl-defrag',
    title: '`etcdutl defrag` of 1.3 GB, half of it free',
    unit: 's',
    goal: '≤ 1.0×',
    runs: 3,
    scene,
    run({ folder, dataDir }, { etcdutl }) {
      const copy = path.join(folder, 'defragmented.etcd');
      rmSync(copy, { recursive: true, force: true });
      cpSync(dataDir, copy, { recursive: true });
      return measureKnown(etcdutl, ['defrag', `--data-dir=${copy}`], path.join(folder, 'output'));
    },
  }),
];

/**
 * @param {Program} program
 * @param {string[]} args
 * @param {string} output
 */
async function measureKnown(program, args, output) {
  const measured = await measure(program, args, { output, mayFail: true });
  if (measured.code === 0) return measured;
  if (/unknown command/.test(measured.stderr)) throw new MissingCommandError('it does not have this command');
  throw new Error(`${args.join(' ')}: ${measured.stderr.slice(-2000)}`);
}
