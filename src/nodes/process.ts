import { baseName, joinPath } from '../go/file-path.js';
import type { LocalEtcd } from '../model/local-etcd.js';
import {
  type EtcdSettings,
  settingsFromArguments,
  settingsFromVariables,
  settingsFromYaml,
} from './etcd-settings.js';
import { localEtcdOf, type NodeReader } from './local-etcd.js';
import type { NodeFiles } from './node-files.js';
import { readYaml } from './yaml-file.js';

/** Members that run: by their arguments and their environment, or the configuration file that these name. */
export const runningProcess: NodeReader = {
  places: ['the processes in /proc'],
  async find(files) {
    const found: LocalEtcd[] = [];
    for (const id of processIds(files)) {
      const args = etcdArguments(files, id);
      const etcd = args && (await etcdOfProcess(files, id, args));
      if (etcd !== undefined) found.push(etcd);
    }
    return found;
  },
};

function processIds(files: NodeFiles): string[] {
  return files
    .list('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .sort((a, b) => Number(a) - Number(b));
}

/** Modes of the program that are no server. */
const OTHER_MODES: readonly string[] = ['gateway', 'grpc-proxy'];

/** The arguments of the process if it is an etcd server. */
function etcdArguments(files: NodeFiles, id: string): string[] | undefined {
  const [program, ...args] = nulSeparated(files.readStart(`/proc/${id}/cmdline`) ?? '');
  if (!program?.includes('etcd') || OTHER_MODES.includes(args[0] ?? '')) return undefined;
  const isEtcd = baseName(program) === 'etcd' || files.readStart(`/proc/${id}/comm`) === 'etcd\n';
  return isEtcd ? args : undefined;
}

function nulSeparated(text: string): string[] {
  const items = text.split('\0');
  if (items.at(-1) === '') items.pop();
  return items;
}

async function etcdOfProcess(
  files: NodeFiles,
  id: string,
  args: readonly string[],
): Promise<LocalEtcd | undefined> {
  const pathOnNode = pathsOf(files, id);
  const settings = await settingsOf({ files, id, args, pathOnNode });
  if (settings === undefined) return undefined;
  const name = settings.name || 'default';
  const effective = { 'data-dir': `${name}.etcd`, ...settings };
  return localEtcdOf({ layout: 'process', source: `process ${id}`, settings: effective, pathOnNode }, files);
}

interface EtcdProcess {
  readonly files: NodeFiles;
  readonly id: string;
  readonly args: readonly string[];
  readonly pathOnNode: (path: string) => string;
}

/** Undefined when they are in an environment that only another user can read. */
async function settingsOf({ files, id, args, pathOnNode }: EtcdProcess): Promise<EtcdSettings | undefined> {
  const flags = settingsFromArguments(args);
  const environment = files.readStart(`/proc/${id}/environ`);
  const variables = settingsFromVariables(variablesIn(environment ?? ''));
  const configFile = flags['config-file'] ?? variables['config-file'];
  // With a configuration file, etcd ignores other flags and variables.
  if (configFile) return settingsFromYaml((await readYaml(files, pathOnNode(configFile)))[0]);
  const isComplete = environment !== undefined || flags['listen-client-urls'] !== undefined;
  return isComplete ? { ...variables, ...flags } : undefined;
}

function variablesIn(environment: string): Record<string, string> {
  return Object.fromEntries(
    nulSeparated(environment).map((each) => {
      const at = each.indexOf('=');
      return [each.slice(0, at), each.slice(at + 1)];
    }),
  );
}

/** How paths of the process are found on the node: relative to its working directory, and in its container if it runs in one. */
function pathsOf(files: NodeFiles, id: string): (path: string) => string {
  const container = isInContainer(files, id) ? `/proc/${id}/root` : '';
  const directory = files.link(`/proc/${id}/cwd`);
  return (path) => {
    if (path.startsWith('/')) return joinPath('/', container, path);
    if (directory === undefined) return joinPath(`/proc/${id}/cwd`, path);
    return joinPath('/', container, directory, path);
  };
}

function isInContainer(files: NodeFiles, id: string): boolean {
  const [own, other] = ['self', id].map((each) => files.link(`/proc/${each}/ns/mnt`));
  return own !== undefined && other !== undefined && own !== other;
}
