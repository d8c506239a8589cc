// `get` of many keys.
import path from 'node:path';
import { measure } from '../measure/program.mjs';
import { putAll } from '../scenes/gateway.mjs';
import { startServer } from '../scenes/server.mjs';
import { randomValue } from '../scenes/values.mjs';
import { row } from './row.mjs';

const VALUE_BYTES = 100;
const DIGITS = 6;
/** Powers of ten: a prefix that is one digit shorter selects ten times as many keys. */
const SIZES = [1_000, 10_000, 100_000, 1_000_000];

/** @type {import('./row.mjs').Scene<import('../scenes/server.mjs').Server>} */
const scene = {
  async open({ isQuick }) {
    const server = await startServer();
    await putAll(server.gateway, pairs(isQuick ? 10_000 : 10 ** DIGITS), 10_000);
    return server;
  },
  close: (server) => server.stop(),
};

const LARGE_VALUES = 900;
const LARGE_VALUE_BYTES = 1_000_000;

/** @type {import('./row.mjs').Scene<import('../scenes/server.mjs').Server>} */
const largeScene = {
  async open({ isQuick }) {
    const server = await startServer();
    await putAll(server.gateway, pairs(LARGE_VALUES / (isQuick ? 100 : 1), LARGE_VALUE_BYTES), 1);
    return server;
  },
  close: (server) => server.stop(),
};

/**
 * @param {number} count
 * @param {number} [valueBytes]
 */
function* pairs(count, valueBytes = VALUE_BYTES) {
  for (let index = 0; index < count; index++) {
    yield { key: `k/${String(index).padStart(DIGITS, '0')}`, value: randomValue(valueBytes) };
  }
}

/**
 * @param {import('../scenes/server.mjs').Server} server
 * @param {import('../contenders.mjs').Contender} contender
 * @param {string} prefix
 * @param {string} format
 */
function measureGet(server, { etcdctl }, prefix, format) {
  const args = [...server.flags, '--command-timeout=2m', 'get', '--prefix', prefix, '-w', format];
  return measure(etcdctl, args, { output: path.join(server.folder, 'output'), comparesOutput: true });
}

export const rangeRows = [
  ...SIZES.map((count) => rangeRow(count, 'simple')),
  ...SIZES.map((count) => rangeRow(count, 'json')),
  row({
    id: 'get-prefix-1mb',
    title: `\`get --prefix\`, ${LARGE_VALUES} values of 1 MB, simple`,
    unit: 's',
    goal: '≤ 200 MiB',
    runs: 5,
    scene: largeScene,
    run: (server, contender) => measureGet(server, contender, 'k/', 'simple'),
  }),
];

/**
 * @param {number} count
 * @param {string} format
 */
function rangeRow(count, format) {
  const prefix = `k/${'0'.repeat(DIGITS - Math.log10(count))}`;
  const isWhole = count === 10 ** DIGITS;
  return row({
    id: `get-prefix-${format}-${count}`,
    title: `\`get --prefix\`, ${count.toLocaleString('en')} keys of ${VALUE_BYTES} bytes, ${format}`,
    unit: 's',
    ...(isWhole && { goal: '≤ 1.0× its time, ≤ 200 MiB' }),
    runs: isWhole ? 5 : 7,
    scene,
    growth: { series: 'keys', label: `get --prefix, ${format}`, at: count },
    run: (server, contender) => measureGet(server, contender, prefix, format),
  });
}
