import type { V2CommandParent } from '../../cli/v2/command.js';
import type { V2Context } from '../../cli/v2/context.js';
import {
  type DirectoryOptions,
  directoryFlags,
  makeDirectory,
  toDirectoryOptions,
} from '../../cli/v2/directory.js';
import type { KeySetRequest } from '../../model/v2/keys.js';

export function registerSetdir(parent: V2CommandParent, run = runSetdir): void {
  parent.command({
    name: 'setdir',
    usage: '<key>',
    summary: 'Make a directory, or set when one expires',
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
