import type { V2CommandParent, V2Context } from '../../cli/v2/command.js';
import type { KeySetRequest } from '../../model/v2/keys.js';
import { type DirectoryOptions, directoryFlags, makeDirectory, toDirectoryOptions } from './mkdir.js';

export function registerUpdatedir(parent: V2CommandParent, run = runUpdatedir): void {
  parent.command({
    name: 'updatedir',
    usage: '<key>',
    summary: 'Update the TTL of an existing directory',
    examples: ['etcdctl updatedir /config --ttl 60'],
    flags: directoryFlags,
    callFailure: 'server',
    successor: 'etcdctl put',
    hasFormats: true,
    toOptions: toDirectoryOptions,
    run,
  });
}

export function toUpdatedirRequest({ key, ttlSeconds }: DirectoryOptions): KeySetRequest {
  return { key, value: undefined, ttlSeconds, mustExist: true };
}

export async function runUpdatedir(options: DirectoryOptions, context: V2Context): Promise<void> {
  await makeDirectory(toUpdatedirRequest(options), context);
}
