// The time of short commands, from start to exit.
import path from 'node:path';
import { onThisNode } from '../contenders.mjs';
import { measure } from '../measure/program.mjs';
import { base64 } from '../scenes/gateway.mjs';
import { startServer } from '../scenes/server.mjs';
import { row } from './row.mjs';

const RUNS = 21;

/** @type {import('./row.mjs').Scene<import('../scenes/server.mjs').Server>} */
const scene = {
  async open() {
    const server = await startServer({ tls: true });
    await server.gateway.post('/v3/kv/put', { key: base64('key'), value: base64('value') });
    return server;
  },
  close: (server) => server.stop(),
};

export const startUpRows = [
  startUpRow('version', ['version']),
  startUpRow('help', ['--help']),
  {
    ...startUpRow('get-mtls', ['get', 'key']),
    goal: 'standalone ≤ 1.0× etcdctl; npm ≤ 1.15× bare node:http2; peak ≤ 60 and 75 MiB',
    others: () => [
      {
        name: 'bare node:http2',
        etcdctl: onThisNode('bench/bare-get.mjs'),
        etcdutl: onThisNode('bench/bare-get.mjs'),
      },
    ],
  },
];

/**
 * @param {string} name
 * @param {string[]} args
 */
function startUpRow(name, args) {
  return row({
    id: `start-${name}`,
    title: name === 'get-mtls' ? '`get` of one key over mutual TLS' : `\`${args.join(' ')}\``,
    unit: 's',
    ...(name !== 'get-mtls' && { goal: 'standalone ≤ 1.0× etcdctl' }),
    runs: RUNS,
    scene,
    async run(server, { etcdctl }) {
      const output = path.join(server.folder, 'output');
      const timed = await measure(etcdctl, [...server.flags, ...args], { output });
      // Sampling the memory without a pause slows the program down, so memory is measured in a run of its own.
      const { peakBytes } = await measure(etcdctl, [...server.flags, ...args], { output, sampleEveryMs: 0 });
      return { ...timed, peakBytes, cpuSeconds: undefined };
    },
  });
}
