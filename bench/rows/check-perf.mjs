// The writes per second that `check perf` reports.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { measure } from '../measure/program.mjs';
import { startServer } from '../scenes/server.mjs';
import { row } from './row.mjs';

/** @type {import('./row.mjs').Scene<import('../scenes/server.mjs').Server>} */
const scene = { open: () => startServer(), close: (server) => server.stop() };

const WANTED = { s: 150, m: 1000, l: 8000, xl: 15_000 };

export const checkPerfRows = Object.entries(WANTED).map(([load, wanted]) =>
  row({
    id: `check-perf-${load}`,
    title: `\`check perf --load=${load}\` (${wanted.toLocaleString('en')} writes/s wanted)`,
    unit: 'writes/s',
    goal: '≥ 1.0×',
    runs: 1,
    needsNoWarmUp: true,
    scene,
    async run(server, { etcdctl }) {
      const output = path.join(server.folder, 'output');
      const measured = await measure(
        etcdctl,
        [...server.flags, 'check', 'perf', `--load=${load}`, '--auto-compact', '--auto-defrag'],
        // `check perf` exits with an error when the cluster is too slow.
        { output, mayFail: true },
      );
      return { ...measured, rate: writesPerSecond(readFileSync(output, 'utf8'), measured.stderr) };
    },
  }),
);

/**
 * @param {string} stdout
 * @param {string} stderr
 */
function writesPerSecond(stdout, stderr) {
  const [, rate] = /Throughput (?:is|too low:) (\d+) writes\/s/.exec(stdout) ?? [];
  if (rate === undefined) throw new Error(`no throughput in the output of check perf: ${stdout}${stderr}`);
  return Number(rate);
}
