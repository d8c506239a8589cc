// Published figures name the commit of the checkout, so the measured builds must be of that commit.
import { execFileSync } from 'node:child_process';

/**
 * @param {readonly import('../contenders.mjs').Contender[]} contenders
 * @param {string} head the whole hash of the checkout's commit
 * @throws {Error} when the npm or the standalone build is of another commit, or of a checkout with changes
 */
export function requireBuiltFrom(contenders, head) {
  const ours = contenders.filter(({ name }) => name === 'npm' || name === 'standalone');
  const problems = ours.flatMap(({ name, etcdctl }) => {
    const commit = commitOf(etcdctl);
    return commit === head ? [] : [`the ${name} build is of ${commit}, and the checkout at ${head}`];
  });
  if (problems.length === 0) return;
  const ways = 'commit, then `npm run build && npm run build:standalone`, or give --no-publish';
  throw new Error(`${problems.join('\n')}\n${ways}`);
}

/** @returns {string} the whole hash of the checkout's commit */
export function headCommit() {
  return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
}

/** @param {import('../measure/program.mjs').Program} program */
function commitOf({ command, leadingArgs }) {
  const args = [...leadingArgs, 'version', '--client', '-w', 'json'];
  return JSON.parse(execFileSync(command, args, { encoding: 'utf8' })).commit;
}
