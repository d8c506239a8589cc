import { keyArgument } from '../../cli/v2/arguments.js';
import type { V2CommandParent, V2Context } from '../../cli/v2/command.js';
import type { KeyDeleteRequest } from '../../model/v2/keys.js';

export interface RmdirOptions {
  readonly key: string;
}

export function registerRmdir(parent: V2CommandParent, run = runRmdir): void {
  parent.command({
    name: 'rmdir',
    usage: '<key>',
    summary: 'Remove a key or an empty directory',
    examples: ['etcdctl rmdir /config'],
    flags: {},
    callFailure: 'server',
    successor: 'etcdctl del',
    hasFormats: true,
    toOptions: (args): RmdirOptions => ({ key: keyArgument(args) }),
    run,
  });
}

export function toRmdirRequest({ key }: RmdirOptions): KeyDeleteRequest {
  return { key, directory: true, recursive: false };
}

export async function runRmdir(options: RmdirOptions, context: V2Context): Promise<void> {
  const { keys } = await context.connect();
  const response = await keys.delete(toRmdirRequest(options), { signal: context.deadline() });
  await context.emit({ kind: response.node.isDirectory ? 'directory' : 'key', response });
}
