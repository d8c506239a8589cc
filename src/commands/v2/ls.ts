import { boolFlag } from '../../cli/flags.js';
import { quorumFlag, sortFlag } from '../../cli/v2/arguments.js';
import type { V2CommandParent, V2Context } from '../../cli/v2/command.js';
import type { KeyGetRequest } from '../../model/v2/keys.js';

export interface LsOptions {
  readonly key: string;
  readonly sorted: boolean;
  readonly recursive: boolean;
  readonly marksDirectories: boolean;
  readonly quorum: boolean;
}

export function registerLs(parent: V2CommandParent, run = runLs): void {
  parent.command({
    name: 'ls',
    usage: '[key]',
    summary: 'List the keys of a directory',
    description: 'Without an argument, lists the root directory.',
    examples: ['etcdctl ls /config', 'etcdctl ls --recursive --sort -p /config'],
    flags: {
      sort: sortFlag,
      recursive: boolFlag(false, 'also list the keys of all subdirectories', { short: 'r' }),
      p: boolFlag(false, 'append a slash to the names of directories'),
      quorum: quorumFlag,
    },
    callFailure: 'server',
    successor: 'etcdctl get --prefix --keys-only',
    hasFormats: true,
    toOptions: ([key = '/'], { sort, recursive, p, quorum }): LsOptions => ({
      key,
      sorted: sort,
      recursive,
      marksDirectories: p,
      quorum,
    }),
    run,
  });
}

export function toLsRequest({ key, sorted, recursive, quorum }: LsOptions): KeyGetRequest {
  return { key, sorted, recursive, quorum };
}

export async function runLs(options: LsOptions, context: V2Context): Promise<void> {
  const { keys } = await context.connect();
  const response = await keys.get(toLsRequest(options), { signal: context.deadline() });
  await context.emit({ kind: 'listing', response, marksDirectories: options.marksDirectories });
}
