import type { V2CommandParent } from '../../cli/v2/command.js';
import type { V2Context } from '../../cli/v2/context.js';
import {
  type DirectoryOptions,
  directoryFlags,
  makeDirectory,
  toDirectoryOptions,
} from '../../cli/v2/directory.js';
import type { KeySetRequest } from '../../model/v2/keys.js';

export function registerMkdir(parent: V2CommandParent, run = runMkdir): void {
  parent.command({
    name: 'mkdir',
    usage: '<key>',
    summary: 'Create a directory',
    description: 'Fails if the directory exists.',
    examples: ['etcdctl mkdir /config --ttl 60'],
    flags: directoryFlags,
    callFailure: 'server',
    successor: 'etcdctl put',
    hasFormats: true,
    toOptions: toDirectoryOptions,
    run,
  });
}

export function toMkdirRequest({ key, ttlSeconds }: DirectoryOptions): KeySetRequest {
  return { key, value: undefined, ttlSeconds, mustExist: false };
}

export async function runMkdir(options: DirectoryOptions, context: V2Context): Promise<void> {
  await makeDirectory(toMkdirRequest(options), context);
}
