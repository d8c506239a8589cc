// Many processes at once.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { sumOfPeaks } from '../measure/children.mjs';
import { measure } from '../measure/program.mjs';
import { startCluster } from '../scenes/cluster.mjs';
import { row } from './row.mjs';

const COUNT = 200;
const MEMBERS = 3;

/** @typedef {import('../scenes/cluster.mjs').ClusterStage & { count: number }} Stage */

/** @type {import('./row.mjs').Scene<Stage>} */
const scene = {
  open: async ({ isQuick }) => ({ ...(await startCluster(MEMBERS)), count: isQuick ? COUNT / 10 : COUNT }),
  close: (stage) => stage.stop(),
};

export const manyPutsRows = [
  row({
    id: 'put-200',
    title: `${COUNT} × \`put\` at once (\`xargs -P ${COUNT}\`), three members, mutual TLS; memory of all together`,
    unit: 's',
    goal: 'standalone ≤ 1.25× etcdctl, memory ≤ 1.5×',
    runs: 7,
    scene,
    async run(stage, { etcdctl }) {
      const { command, args, options } = xargsOf(stage, etcdctl);
      const timed = await measure(command, args, options);
      /** @type {Promise<number | undefined> | undefined} */
      let peaks;
      // Sampling the memory of so many processes takes processor time, so memory is measured in a run of its own.
      await measure(command, args, {
        ...options,
        mayFail: true,
        async until({ pid }) {
          peaks = sumOfPeaks(pid);
          await peaks;
        },
      });
      return { ...timed, peakBytes: await peaks, cpuSeconds: undefined };
    },
  }),
];

/**
 * @param {Stage} stage
 * @param {import('../measure/program.mjs').Program} etcdctl
 */
function xargsOf({ cluster, tlsFlags, folder, count }, { command, leadingArgs }) {
  const input = path.join(folder, 'numbers');
  writeFileSync(input, Array.from({ length: count }, (_, index) => `${index}\n`).join(''));
  // So many at once can take longer than the five seconds that are the default, also those of the Go program.
  const flags = ['--command-timeout=1m', `--endpoints=${cluster.endpoints.join(',')}`, ...tlsFlags];
  return {
    command: { command: 'xargs', leadingArgs: [] },
    args: [
      ...['-P', String(count), '-I', '{}'],
      ...[command, ...leadingArgs, ...flags, 'put', 'many/{}', 'value {}'],
    ],
    options: { input, output: path.join(folder, 'output') },
  };
}
