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

/** @param {number} count */
function* pairs(count) {
  for (let index = 0; index < count; index++) {
    yield { key: `k/${String(index).padStart(DIGITS, '0')}`, value: randomValue(VALUE_BYTES) };
  }
}

export const rangeRows = [
  ...SIZES.map((count) => rangeRow(count, 'simple')),
  ...SIZES.map((count) => rangeRow(count, 'json')),
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
    run: (server, { etcdctl }) =>
      measure(etcdctl, [...server.flags, '--command-timeout=2m', 'get', '--prefix', prefix, '-w', format], {
        output: path.join(server.folder, 'output'),
        comparesOutput: true,
      }),
  });
}
