import type { V2CommandParent, V2Context } from '../../cli/v2/command.js';
import type { KeySetRequest } from '../../model/v2/keys.js';
import { type DirectoryOptions, directoryFlags, makeDirectory, toDirectoryOptions } from './mkdir.js';

export function registerSetdir(parent: V2CommandParent, run = runSetdir): void {
  parent.command({
    name: 'setdir',
    usage: '<key>',
    summary: 'Create a directory or update its TTL',
    examples: ['etcdctl setdir /config --ttl 60'],
    flags: directoryFlags,
    callFailure: 'server',
    successor: 'etcdctl put',
    hasFormats: true,
    toOptions: toDirectoryOptions,
    run,
  });
}

export function toSetdirRequest({ key, ttlSeconds }: DirectoryOptions): KeySetRequest {
  return { key, value: undefined, ttlSeconds };
}

export async function runSetdir(options: DirectoryOptions, context: V2Context): Promise<void> {
  await makeDirectory(toSetdirRequest(options), context);
}
