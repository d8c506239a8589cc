import type { KeySetRequest } from '../../model/v2/keys.js';
import { ttlFromFlag } from '../../model/v2/keys.js';
import { keyArgument } from './arguments.js';
import type { V2Context } from './context.js';
import { ttlFlag } from './flags.js';

/** What `mkdir`, `setdir` and `updatedir` have in common: they differ in whether the directory may or must be there. */
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

/** Success is silent in the simple format. */
export async function makeDirectory(request: KeySetRequest, context: V2Context): Promise<void> {
  const { keys } = await context.connect();
  const response = await keys.set(request, { signal: context.deadline() });
  await context.emit({ kind: 'directory', response });
}
