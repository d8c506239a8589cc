// Commands that write or delete many keys.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { measure } from '../measure/program.mjs';
import { countKeys, deleteKeys, putAll } from '../scenes/gateway.mjs';
import { startServer } from '../scenes/server.mjs';
import { randomValue } from '../scenes/values.mjs';
import { row } from './row.mjs';

const COUNT = 100_000;
const GOAL = '≤ 1.0×';

/** The limit on both server and clients. */
const MAX_REQUEST_BYTES = 64 * 2 ** 20;
const RAISED_LIMITS = [`--max-request-bytes=${MAX_REQUEST_BYTES}`, '--command-timeout=2m'];

/** @typedef {{ server: import('../scenes/server.mjs').Server, count: number }} Stage */

/** @type {import('./row.mjs').Scene<Stage>} */
const scene = {
  open: async ({ isQuick }) => ({
    server: await startServer({ maxRequestBytes: MAX_REQUEST_BYTES }),
    count: isQuick ? COUNT / 100 : COUNT,
  }),
  close: ({ server }) => server.stop(),
};

export const writeRows = [
  row({
    id: 'txn-puts',
    title: '`txn` of 100,000 puts, from standard input',
    unit: 's',
    goal: GOAL,
    runs: 5,
    scene,
    async run({ server, count }, { etcdctl }) {
      const input = path.join(server.folder, 'transaction');
      writeFileSync(input, transactionText(count));
      await deleteKeys(server.gateway, 'txn/');
      const measured = await measure(etcdctl, [...server.flags, ...RAISED_LIMITS, 'txn'], {
        input,
        output: path.join(server.folder, 'output'),
      });
      const written = await countKeys(server.gateway, 'txn/');
      if (written !== count) throw new Error(`the transaction wrote ${written} keys instead of ${count}`);
      return measured;
    },
  }),
  row({
    id: 'put-stdin',
    title: '`put` of 30 MB, from standard input',
    unit: 's',
    goal: GOAL,
    runs: 7,
    scene,
    async run({ server, count }, { etcdctl }) {
      const input = path.join(server.folder, 'value');
      writeFileSync(input, randomValue(count * 300));
      return measure(etcdctl, [...server.flags, ...RAISED_LIMITS, 'put', 'large'], {
        input,
        output: path.join(server.folder, 'output'),
      });
    },
  }),
  row({
    id: 'del-prefix',
    title: '`del --prefix` of 100,000 keys',
    unit: 's',
    goal: GOAL,
    runs: 7,
    scene,
    run: (stage, { etcdctl }) => deleteRun(stage, etcdctl, []),
  }),
  row({
    id: 'del-prefix-prev-kv',
    title: '`del --prefix --prev-kv` of 100,000 keys',
    unit: 's',
    goal: GOAL,
    runs: 5,
    scene,
    run: (stage, { etcdctl }) => deleteRun(stage, etcdctl, ['--prev-kv']),
  }),
];

/** @param {number} count */
function transactionText(count) {
  const puts = Array.from(
    { length: count },
    (_, index) => `put txn/${String(index).padStart(6, '0')} "value ${index}"`,
  );
  return `\n${puts.join('\n')}\n\n\n`;
}

/**
 * @param {Stage} stage
 * @param {import('../measure/program.mjs').Program} etcdctl
 * @param {string[]} flags
 */
async function deleteRun({ server, count }, etcdctl, flags) {
  await putAll(server.gateway, pairs(count), 10_000);
  const measured = await measure(
    etcdctl,
    [...server.flags, '--command-timeout=2m', 'del', '--prefix', ...flags, 'del/'],
    {
      output: path.join(server.folder, 'output'),
    },
  );
  if ((await countKeys(server.gateway, 'del/')) !== 0) throw new Error('keys are left');
  return measured;
}

/** @param {number} count */
function* pairs(count) {
  const value = randomValue(100);
  for (let index = 0; index < count; index++) yield { key: `del/${String(index).padStart(6, '0')}`, value };
}
