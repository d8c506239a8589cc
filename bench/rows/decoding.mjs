// `get --decode`. The real etcdctl does not decode: its values go through auger, where that is in PATH.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';
import { measure } from '../measure/program.mjs';
import { putAll } from '../scenes/gateway.mjs';
import { startServer } from '../scenes/server.mjs';
import { row } from './row.mjs';

const PODS = 10_000;
const PREFIX = '/registry/pods/';
/** auger reads a value a line in hexadecimal, which etcdctl writes with `\x` before each byte. */
const PIPELINE = `"$@" | sed 's/\\\\x//g' | auger decode --batch-process -o json`;

/** @type {import('./row.mjs').Scene<import('../scenes/server.mjs').Server>} */
const scene = {
  async open({ isQuick }) {
    const server = await startServer();
    await putAll(server.gateway, pods(isQuick ? PODS / 100 : PODS), 1_000);
    return server;
  },
  close: (server) => server.stop(),
};

/** @param {number} count */
function* pods(count) {
  const value = readFileSync(path.join(root, 'test', 'fixtures', 'kubernetes', 'pod'));
  for (let index = 0; index < count; index++) yield { key: `${PREFIX}shop/web-${index}`, value };
}

export const decodingRows = [
  row({
    id: 'get-decode',
    title: `\`get --prefix --decode\` of ${PODS.toLocaleString('en')} Pods; etcdctl: ${
      hasAuger() ? 'through auger' : 'without decoding, as auger is not at hand'
    }`,
    unit: 's',
    ...(hasAuger() && { goal: '≤ 1.0× etcdctl with auger' }),
    runs: 5,
    scene,
    run(server, { name, etcdctl }) {
      const get = [...server.flags, 'get', PREFIX, '--prefix', '--print-value-only'];
      const options = { output: path.join(server.folder, 'output') };
      if (!name.startsWith('etcd ')) return measure(etcdctl, [...get, '--decode', '-w', 'json'], options);
      if (!hasAuger()) return measure(etcdctl, get, options);
      const shell = { command: 'sh', leadingArgs: ['-c', PIPELINE, 'sh', etcdctl.command] };
      return measure(shell, [...get, '--hex'], options);
    },
  }),
];

function hasAuger() {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .some((folder) => existsSync(path.join(folder, 'auger')));
}
