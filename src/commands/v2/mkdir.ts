import { keyArgument, ttlFlag } from '../../cli/v2/arguments.js';
import type { V2CommandParent, V2Context } from '../../cli/v2/command.js';
import { type KeySetRequest, ttlFromFlag } from '../../model/v2/keys.js';

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

/** The options of `mkdir`, `setdir` and `updatedir`. The commands differ in whether the directory may or must exist. */
export interface DirectoryOptions {
  readonly key: string;
  readonly ttlSeconds: bigint;
}

export const directoryFlags = { ttl: ttlFlag };

export function toDirectoryOptions(
  args: readonly string[],
  { ttl }: { readonly ttl: bigint },
): DirectoryOptions {
  return { key: keyArgument(args), ttlSeconds: ttlFromFlag(ttl) };
}

/** Creates or updates a directory, and emits the result. The simple format prints nothing for it. */
export async function makeDirectory(request: KeySetRequest, context: V2Context): Promise<void> {
  const { keys } = await context.connect();
  const response = await keys.set(request, { signal: context.deadline() });
  await context.emit({ kind: 'directory', response });
}
