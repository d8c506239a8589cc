import { boolFlag, type Flag, type FlagExtras, type FlagKind, int64Flag } from '../flags.js';

/** A repeatable flag; each use adds one value, which may contain commas (pflag's StringArray, urfave/cli `StringSliceFlag`). */
const stringArrayKind: FlagKind<readonly string[]> = {
  name: 'list',
  placeholder: 'text',
  parse: (text, earlier = []) => [...earlier, text],
  format: (values) => `[${values.join(' ')}]`,
};

export function stringArrayFlag(summary: string, extras: FlagExtras = {}): Flag<readonly string[]> {
  return { kind: stringArrayKind, defaultValue: [], summary, ...extras };
}

/** Flags that several version 2 commands share. */
export const ttlFlag = int64Flag(0n, 'TTL in seconds; 0: no expiration');
export const quorumFlag = boolFlag(false, 'read through the quorum', { short: 'q' });
export const sortFlag = boolFlag(false, 'sort the output by key');
