// `watch --rev` and `make-mirror --rev` of past events.
import { statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { measure } from '../measure/program.mjs';
import { base64, countKeys, deleteKeys } from '../scenes/gateway.mjs';
import { startHistory } from '../scenes/history.mjs';
import { startServer } from '../scenes/server.mjs';
import { row } from './row.mjs';

const GOAL = '≤ 1.0×, ≤ 150 MiB';
const POLL_EVERY_MS = 5;

const HISTORIES = [
  {
    id: '100',
    what: '100,000 past events, 100 in a revision',
    events: 100_000,
    eventsPerRevision: 100,
    valueBytes: 100,
  },
  {
    id: '1',
    what: '20,000 past events, one in a revision',
    events: 20_000,
    eventsPerRevision: 1,
    valueBytes: 100,
  },
  {
    id: '1mb',
    what: '1,000 past events of 1 MB',
    events: 1_000,
    eventsPerRevision: 1,
    valueBytes: 1_000_000,
  },
];

/** @typedef {import('../scenes/history.mjs').History & { destination: import('../scenes/server.mjs').Server }} Stage */

export const historyRows = HISTORIES.flatMap(rowsOf);

/** @param {typeof HISTORIES[number]} history */
function rowsOf({ id, what, ...history }) {
  /** @type {import('./row.mjs').Scene<Stage>} */
  const scene = {
    async open({ isQuick }) {
      const source = await startHistory({ ...history, events: history.events / (isQuick ? 100 : 1) });
      return { ...source, destination: await startServer() };
    },
    async close({ server, destination }) {
      await server.stop();
      await destination.stop();
    },
  };
  return [
    row({
      id: `watch-history-${id}`,
      title: `\`watch --rev\` of ${what}`,
      unit: 's',
      goal: GOAL,
      runs: 5,
      scene,
      run: ({ server, outputBytes, firstRevision }, { etcdctl }) => {
        const output = path.join(server.folder, 'output');
        return measure(etcdctl, [...server.flags, 'watch', '--prefix', 'w/', `--rev=${firstRevision}`], {
          output,
          async until() {
            while (statSync(output).size < outputBytes) await delay(POLL_EVERY_MS);
          },
        });
      },
    }),
    row({
      id: `mirror-history-${id}`,
      title: `\`make-mirror --rev\` of ${what}`,
      unit: 's',
      goal: GOAL,
      runs: 3,
      needsNoWarmUp: true,
      scene,
      run: mirrorRun,
    }),
  ];
}

/**
 * @param {Stage} stage
 * @param {import('../contenders.mjs').Contender} contender
 */
async function mirrorRun({ server, events, firstRevision, destination }, { etcdctl }) {
  await empty(destination);
  const address = destination.endpoint.replace('http://', '');
  // With --rev alone, etcdctl drops the prefix at the destination.
  const flags = ['--prefix=w/', '--dest-prefix=w/', `--rev=${firstRevision}`, '--max-txn-ops=200000'];
  return measure(etcdctl, [...server.flags, 'make-mirror', address, ...flags], {
    output: path.join(server.folder, 'output'),
    async until() {
      while ((await countKeys(destination.gateway, 'w/')) < events) await delay(POLL_EVERY_MS);
    },
  });
}

/** Deletes the keys of the run before and makes their space free. @param {import('../scenes/server.mjs').Server} server */
async function empty({ gateway }) {
  await deleteKeys(gateway, 'w/');
  const { header } = await gateway.post('/v3/kv/range', { key: base64('w/') });
  await gateway.post('/v3/kv/compaction', { revision: header.revision, physical: true }).catch(() => {});
}
