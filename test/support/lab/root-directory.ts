/** Programs in a root directory of their own, as in a container: chroot(2) in user and mount namespaces, which need no root. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Program, programAt } from './program.js';

export interface RootDirectory {
  /** The folder that becomes `/`. */
  readonly folder: string;
  /** Folders of the machine that are there too: a path, or the paths here and there. `folder` gets folders for them. */
  readonly mounts: readonly (string | readonly [here: string, there: string])[];
  /** The user and group inside; root when absent. */
  readonly user?: number;
  /** Nothing can be written but to the mounts. */
  readonly isReadOnly?: boolean;
  /** The program does not see the machine's processes, and is the first one of its own. Signals do not reach it. */
  readonly isAlone?: boolean;
}

/** Mounts, and becomes the program; the process keeps its id, so that signals reach the program. */
const SCRIPT = `set -e
root=$1 user=$2 access=$3 working=$PWD
shift 3
mount --bind "$root" "$root"
while [ "$1" != -- ]; do mount --rbind "$1" "$root$2"; shift 2; done
shift
[ -e "$root/proc/self" ] || mount -t proc proc "$root/proc"
[ "$access" = writable ] || mount -o "remount,bind,$access" "$root"
[ -d "$root$working" ] || working=/
exec unshare --user --map-user="$user" --map-group="$user" --root="$root" --wd="$working" -- "$@"`;

const NAMESPACES = ['--user', '--map-root-user', '--mount'];
const OWN_PROCESSES = ['--pid', '--fork', '--kill-child'];

/** The program at a path inside the root directory. It has /proc and /dev. */
export function programInRoot(directory: RootDirectory, file: string): Program {
  const { folder, mounts, user = 0, isReadOnly, isAlone } = directory;
  const all = [...(isAlone ? [] : ['/proc']), '/dev', ...mounts];
  const pairs = all.map((each) => [each].flat()).map(([here = '', there = here]) => [here, there]);
  for (const there of ['/proc', ...pairs.map(([, there = '']) => there)]) {
    mkdirSync(path.join(folder, there), { recursive: true });
  }
  const access = isReadOnly ? 'ro' : 'writable';
  const script = ['sh', '-c', SCRIPT, 'sh', folder, `${user}`, access, ...pairs.flat(), '--', file];
  return {
    ...programAt('unshare'),
    leadingArgs: [...NAMESPACES, ...(isAlone ? OWN_PROCESSES : []), ...script],
  };
}

/** Whether this machine lets programs do that; some forbid it to all but root. */
export const canChangeRoot =
  spawnSync('unshare', [
    ...[...NAMESPACES, ...OWN_PROCESSES, 'sh', '-c'],
    'mount -t proc proc /proc && exec unshare --user --root=/ true',
  ]).status === 0;
