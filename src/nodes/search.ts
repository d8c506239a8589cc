import { statSync } from 'node:fs';
import { joinPath, systemPath } from '../go/file-path.js';
import { pathErrorText } from '../go/system-error.js';
import { CommandError, Failure, UsageError } from '../model/errors.js';
import type { LocalEtcd, NodeSearch } from '../model/local-etcd.js';
import { certificates } from './certificates.js';
import { external } from './external.js';
import { k0s } from './k0s.js';
import { k3s, rke2 } from './k3s.js';
import { kubeadm } from './kubeadm.js';
import { kubespray } from './kubespray.js';
import type { NodeReader } from './local-etcd.js';
import { type NodeFiles, RootedFiles } from './node-files.js';
import { runningProcess } from './process.js';

/** In the order of precedence. */
const READERS: readonly NodeReader[] = [
  kubeadm,
  external,
  k3s,
  rke2,
  k0s,
  kubespray,
  runningProcess,
  certificates,
];

interface SearchOptions {
  /** Ends with the first reader that finds something. */
  readonly stopsAtFirst?: boolean;
}

/** Looks for etcd below a directory. @throws as `searchNode`, and a UsageError for a root that is no directory */
export async function searchRoot(root: string, options: SearchOptions = {}): Promise<NodeSearch> {
  return searchNode(filesBelow(root), options);
}

/** @throws UsageError for a root that is no directory */
export function filesBelow(root: string): NodeFiles {
  return new RootedFiles(checkedRoot(root));
}

function checkedRoot(root: string): string {
  if (root === '') throw new UsageError('empty string is passed to --root option', 'flag');
  let isDirectory: boolean;
  try {
    isDirectory = statSync(systemPath(root)).isDirectory();
  } catch (error) {
    throw new UsageError(`--root: ${pathErrorText('stat', root, error)}`, 'flag', { cause: error });
  }
  if (!isDirectory) throw new UsageError(`--root: ${root} is not a directory`, 'flag');
  return root.startsWith('/') ? root : joinPath(process.cwd(), root);
}

/**
 * Looks for etcd on the node.
 * @throws CommandError for a malformed file, unless something was found before it
 */
export async function searchNode(
  files: NodeFiles,
  { stopsAtFirst = false }: SearchOptions = {},
): Promise<NodeSearch> {
  const found: LocalEtcd[] = [];
  for (const reader of READERS) {
    try {
      for (const etcd of await reader.find(files)) {
        if (hasReadableFiles(files, etcd) && !found.some((other) => isSame(other, etcd))) found.push(etcd);
      }
    } catch (error) {
      if (!(error instanceof Failure) || found.length === 0) throw error;
    }
    if (stopsAtFirst && found.length > 0) break;
  }
  const places = READERS.flatMap((reader) => reader.places);
  return { found, root: files.locate('/'), places, denied: [...files.denied] };
}

/** False without permission for one of them. One that is absent is reported when it is used. */
function hasReadableFiles(files: NodeFiles, { caFile, certFile, keyFile }: LocalEtcd): boolean {
  return [caFile, certFile, keyFile].every((file) => file === undefined || files.accessAt(file) !== 'denied');
}

function isSame(a: LocalEtcd, b: LocalEtcd): boolean {
  const connectionOf = ({ endpoints, caFile, certFile, keyFile }: LocalEtcd) =>
    JSON.stringify([endpoints, caFile, certFile, keyFile]);
  return connectionOf(a) === connectionOf(b);
}

/** The one that `--local` uses. @throws CommandError when there is none */
export function firstFound({ found, root, places, denied }: NodeSearch): LocalEtcd {
  const [first] = found;
  if (first !== undefined) return first;
  const where = root === '/' ? 'on this node' : `below ${root}`;
  const looked = `looked at ${places.join(', ')}`;
  if (denied.length === 0) throw new CommandError(`found no etcd ${where}: ${looked}`);
  throw new CommandError(
    `found no etcd ${where}: this user has no permission to read ${denied.join(', ')}; ${looked}`,
  );
}
