// `endpoint … --cluster` while a member is dead.
import path from 'node:path';
import { measure } from '../measure/program.mjs';
import { startCluster } from '../scenes/cluster.mjs';
import { row } from './row.mjs';

const COMMANDS = ['status', 'health', 'hashkv'];
const SIZES = [3, 7];

/** How the last member is dead: its process has ended, or it is stopped (SIGSTOP) and answers nothing. */
const DEATHS = /** @type {const} */ (['ended', 'frozen']);

/** @typedef {import('../scenes/cluster.mjs').ClusterStage} Stage */

export const deadMembersRows = SIZES.flatMap((members) => DEATHS.flatMap((death) => rowsOf(members, death)));

/**
 * @param {number} members
 * @param {typeof DEATHS[number]} death
 */
function rowsOf(members, death) {
  /** @type {import('./row.mjs').Scene<Stage>} */
  const scene = {
    async open() {
      const stage = await startCluster(members);
      if (death === 'ended') await stage.cluster.kill(members - 1);
      else stage.cluster.pause(members - 1);
      await stage.cluster.serving();
      return stage;
    },
    close: (stage) => stage.stop(),
  };
  return COMMANDS.map((command) =>
    row({
      id: `endpoint-${command}-${members}-${death}`,
      title: `\`endpoint ${command} --cluster\`, ${members} members, one ${death}`,
      unit: 's',
      goal: '≤ 1.0×',
      runs: 3,
      needsNoWarmUp: true,
      scene,
      run: ({ cluster, tlsFlags, folder }, { etcdctl }) =>
        measure(
          etcdctl,
          [`--endpoints=${cluster.endpoints[0]}`, ...tlsFlags, 'endpoint', command, '--cluster'],
          // A dead member is an error.
          { output: path.join(folder, 'output'), mayFail: true },
        ),
    }),
  );
}
