// The time of short commands, from start to exit; of `watch`, to its first event.
import { statSync, watch } from 'node:fs';
import path from 'node:path';
import { buildBareProgram } from '../bare/build.mjs';
import { distributedContenders } from '../contenders.mjs';
import { measure } from '../measure/program.mjs';
import { base64 } from '../scenes/gateway.mjs';
import { startServer } from '../scenes/server.mjs';
import { row } from './row.mjs';

const RUNS = 21;

const BARE = 'bare grpc-js';

/** @typedef {{ server: import('../scenes/server.mjs').Server, bare: string }} Stage */

/** @type {import('./row.mjs').Scene<Stage>} */
const scene = {
  async open() {
    const bare = await buildBareProgram();
    const server = await startServer({ tls: true });
    await server.gateway.post('/v3/kv/put', { key: base64('key'), value: base64('value') });
    return { server, bare };
  },
  close: ({ server }) => server.stop(),
};

const CALL_GOAL = 'standalone ≤ 1.25× etcdctl';
const HELD_GOAL = 'standalone ≤ 1.5× etcdctl';
const BARE_GOAL = `npm ≤ 1.1× ${BARE}`;

export const startUpRows = [
  startUpRow({ id: 'version', title: '`version`', args: ['version'], goal: 'standalone ≤ 1.6× etcdctl' }),
  startUpRow({ id: 'help', title: '`--help`', args: ['--help'], goal: 'standalone ≤ 1.6× etcdctl' }),
  startUpRow({
    id: 'put-mtls',
    title: '`put` over mutual TLS',
    args: ['put', 'key', 'value'],
    goal: CALL_GOAL,
  }),
  startUpRow({
    id: 'endpoint-health-mtls',
    title: '`endpoint health` over mutual TLS',
    args: ['endpoint', 'health'],
    goal: CALL_GOAL,
  }),
  startUpRow({
    id: 'get-mtls',
    title: '`get` of one key over mutual TLS',
    args: ['get', 'key'],
    goal: `${CALL_GOAL}; ${BARE_GOAL}`,
    hasBare: true,
  }),
  startUpRow({
    id: 'lock-mtls',
    title: '`lock l true` over mutual TLS',
    args: ['lock', 'l', 'true'],
    goal: `${HELD_GOAL}; ${BARE_GOAL}`,
    hasBare: true,
  }),
  startUpRow({
    id: 'watch-mtls',
    title: 'first event of `watch` over mutual TLS',
    args: ['watch', '--rev=1', 'key'],
    goal: `${HELD_GOAL}; ${BARE_GOAL}`,
    hasBare: true,
    until: hasOutput,
  }),
];

/**
 * @typedef {object} ShortCommand
 * @property {string} id
 * @property {string} title
 * @property {string[]} args
 * @property {string} goal
 * @property {boolean} [hasBare] the bare program has the command too
 * @property {(output: string) => Promise<void>} [until] when a command that does not exit by itself is done
 */

/** @param {ShortCommand} command */
function startUpRow({ id, title, args, goal, hasBare = false, until }) {
  return row({
    id: `start-${id}`,
    title,
    unit: 's',
    goal,
    runs: RUNS,
    scene,
    contenders: (common) => [
      ...common.slice(0, 1),
      ...distributedContenders(),
      ...common.slice(1),
      ...(hasBare ? [bareContender] : []),
    ],
    async run({ server, bare }, { name, etcdctl }) {
      const program = name === BARE ? { command: process.execPath, leadingArgs: [bare] } : etcdctl;
      const output = path.join(server.folder, 'output');
      const options = { output, ...(until && { until: () => until(output) }) };
      const timed = await measure(program, [...server.flags, ...args], options);
      // Sampling the memory without a pause slows the program down, so memory is measured in a run of its own.
      const { peakBytes } = await measure(program, [...server.flags, ...args], {
        ...options,
        sampleEveryMs: 0,
      });
      return { ...timed, peakBytes, cpuSeconds: undefined };
    },
  });
}

const NO_PROGRAM = { command: '', leadingArgs: [] };

/** Built when the scene opens. */
const bareContender = { name: BARE, etcdctl: NO_PROGRAM, etcdutl: NO_PROGRAM };

/** Resolves when the file has contents. The kernel reports the write: polling would take processor time from the program. @param {string} file */
async function hasOutput(file) {
  const watcher = watch(file);
  try {
    await new Promise((resolve) => {
      const check = () => statSync(file).size > 0 && resolve(undefined);
      watcher.on('change', check);
      check();
    });
  } finally {
    watcher.close();
  }
}
