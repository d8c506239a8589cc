import { keyArgument, quorumFlag, sortFlag } from '../../cli/v2/arguments.js';
import type { V2CommandParent, V2Context } from '../../cli/v2/command.js';
import { V2Failure } from '../../model/v2/errors.js';
import type { KeyGetRequest } from '../../model/v2/keys.js';

export interface GetOptions {
  readonly key: string;
  readonly sorted: boolean;
  readonly quorum: boolean;
}

export function registerGet(parent: V2CommandParent, run = runGet): void {
  parent.command({
    name: 'get',
    usage: '<key>',
    summary: 'Get the value of a key',
    examples: ['etcdctl get /config/mode', 'etcdctl -o extended get /config/mode'],
    flags: { sort: sortFlag, quorum: quorumFlag },
    callFailure: 'server',
    successor: 'etcdctl get',
    hasFormats: true,
    toOptions: (args, { sort, quorum }): GetOptions => ({ key: keyArgument(args), sorted: sort, quorum }),
    run,
  });
}

export function toGetRequest({ key, sorted, quorum }: GetOptions): KeyGetRequest {
  return { key, sorted, quorum, recursive: false };
}

export async function runGet(options: GetOptions, context: V2Context): Promise<void> {
  const { keys } = await context.connect();
  const response = await keys.get(toGetRequest(options), { signal: context.deadline() });
  if (response.node.isDirectory) throw new V2Failure(`${response.node.key}: is a directory`, 'plain');
  await context.emit({ kind: 'key', response });
}
