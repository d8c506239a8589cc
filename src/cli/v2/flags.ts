import { boolFlag, type Flag, type FlagExtras, type FlagKind, int64Flag } from '../flags.js';

/** A flag that may be repeated; each use gives one text as it is, commas included (urfave/cli `StringSliceFlag`). */
const textsKind: FlagKind<readonly string[]> = {
  name: 'list',
  placeholder: 'text',
  parse: (text, earlier = []) => [...earlier, text],
  format: (values) => `[${values.join(' ')}]`,
};

export function textsFlag(summary: string, extras: FlagExtras = {}): Flag<readonly string[]> {
  return { kind: textsKind, defaultValue: [], summary, ...extras };
}

/** Those that several version 2 commands have in the same way. */
export const ttlFlag = int64Flag(0n, 'TTL in seconds; 0: no expiration');
export const quorumFlag = boolFlag(false, 'read through the quorum', { short: 'q' });
export const sortFlag = boolFlag(false, 'sort the output by key');
