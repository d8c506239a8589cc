// `snapshot save` compressed and to standard output, of a store like that of kube-apiserver.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { measure } from '../measure/program.mjs';
import { kubernetesScene } from '../scenes/kubernetes-store.mjs';
import { row } from './row.mjs';

const KEYS = 260_000;
const BYTES = 1.3e9;

/** @typedef {import('../scenes/server.mjs').Server} Server */
/** @typedef {import('../contenders.mjs').Contender} Contender */

const scene = kubernetesScene({ keys: KEYS, bytes: BYTES });

/** etcdctl cannot compress: its snapshot is compressed by `zstd`, or by `gzip` where there is no `zstd`, at level 1. */
const COMPRESSOR = spawnSync('zstd', ['--version']).status === 0 ? 'zstd -1 -q --rm' : 'gzip -1';

export const backupRows = [
  row({
    id: 'snapshot-save-file',
    title: '`snapshot save`, 1.3 GB of Kubernetes objects',
    unit: 's',
    goal: '≤ 1.0×, ≤ 150 MiB',
    runs: 3,
    scene,
    run: (server, { etcdctl }) => save(server, etcdctl, []),
  }),
  row({
    id: 'snapshot-save-compress',
    title: `\`snapshot save --compress\` of the same (etcdctl: \`save\`, then \`${COMPRESSOR}\`)`,
    unit: 's',
    goal: '≤ 1.5× the row above, ≤ 150 MiB',
    runs: 3,
    scene,
    run: (server, { name, etcdctl }) =>
      name.startsWith('etcd ')
        ? saveThen(server, etcdctl, COMPRESSOR)
        : save(server, etcdctl, ['--compress']),
  }),
  row({
    id: 'snapshot-save-output',
    title: '`snapshot save -` of the same (etcdctl: `save`, then `cat`)',
    unit: 's',
    goal: '≤ 1.0×, ≤ 150 MiB',
    runs: 3,
    scene,
    run: (server, { name, etcdctl }) =>
      name.startsWith('etcd ')
        ? saveThen(server, etcdctl, 'cat')
        : measure(etcdctl, [...server.flags, 'snapshot', 'save', '-'], {
            output: path.join(server.folder, 'output'),
          }),
  }),
];

/**
 * @param {Server} server
 * @param {import('../contenders.mjs').Program} etcdctl
 * @param {string[]} extraArgs
 */
function save({ folder, flags }, etcdctl, extraArgs) {
  const file = emptyPath(folder);
  return measure(etcdctl, [...flags, 'snapshot', 'save', file, ...extraArgs], {
    output: path.join(folder, 'output'),
  });
}

/**
 * @param {Server} server
 * @param {import('../contenders.mjs').Program} etcdctl
 * @param {string} next a command that gets the file
 */
function saveThen({ folder, flags }, { command, leadingArgs }, next) {
  const file = emptyPath(folder);
  const line = [command, ...leadingArgs, ...flags, 'snapshot', 'save', file].join(' ');
  const shell = { command: 'sh', leadingArgs: ['-c'] };
  return measure(shell, [`${line} >/dev/null && ${next} ${file}`], { output: path.join(folder, 'output') });
}

/** @param {string} folder */
function emptyPath(folder) {
  const file = path.join(folder, 'snapshot.db');
  for (const suffix of ['', '.zst', '.gz']) rmSync(`${file}${suffix}`, { force: true });
  return file;
}
