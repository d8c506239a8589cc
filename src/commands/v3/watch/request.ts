import { boolFlag, type FlagValues, int64Flag } from '../../../cli/flags.js';
import type { WatchTarget } from '../../../client/watch/state.js';
import { bytesFromText } from '../../../go/bytes.js';
import { quoteGo } from '../../../go/quote.js';
import { UsageError } from '../../../model/errors.js';
import { type KeyRange, prefixRange } from '../../../model/key-range.js';

/** The request for one watch, from the command line or from a line of interactive mode. */
export interface WatchRequest {
  /** Key and range end. As in etcdctl, only the first word is used if there are more than two. */
  readonly words: readonly string[];
  /** The program to run for each event, and its arguments; empty: none. */
  readonly command: readonly string[];
  readonly isPrefix: boolean;
  /** 0: from now on. */
  readonly revision: bigint;
  readonly prevKv: boolean;
  readonly progressNotify: boolean;
}

/** The values of ETCDCTL_WATCH_KEY and ETCDCTL_WATCH_RANGE_END, which replace the arguments; empty: not set. */
export interface KeyVariables {
  readonly key: string;
  readonly rangeEnd: string;
}

/** The flags of one watch, on the command line and in a line of interactive mode. */
export const requestFlags = {
  prefix: boolFlag(false, 'watch all keys with the prefix <key>'),
  rev: int64Flag(0n, 'revision to start at, which may be in the past; 0: new events only'),
  'prev-kv': boolFlag(false, 'also print the previous key-value pair of each event'),
  'progress-notify': boolFlag(false, 'print periodic progress notifications while there are no events'),
};
type Flags = FlagValues<typeof requestFlags>;

const WRONG_NUMBER = 'bad number of arguments';

/** A parsed command line, or a parsed line of interactive mode. */
export interface ParsedWords {
  readonly args: readonly string[];
  /** How many of the arguments stand before `--`; `undefined` when there is no `--`. */
  readonly argsLenAtDash: number | undefined;
  readonly flags: Flags;
}

/**
 * Splits the arguments into key, range end and command (ctlv3/command/watch_command.go `parseWatchArgs`, 3.7.1). When
 * ETCDCTL_WATCH_KEY is set, key arguments are rejected, except before a command in interactive mode: there they become
 * the range end or are ignored.
 * @throws UsageError
 */
export function toWatchRequest(
  { args, argsLenAtDash, flags }: ParsedWords,
  variables: KeyVariables,
  isInteractive: boolean,
): WatchRequest {
  if (argsLenAtDash === args.length) throw missingCommand();
  const allowsKeyArguments = argsLenAtDash !== undefined && isInteractive;
  const before = argsLenAtDash ?? args.length;
  if (variables.key !== '' && before > 0 && !allowsKeyArguments) {
    throw new UsageError(`${WRONG_NUMBER} (found conflicting environment key)`, 'arguments', {
      reasons: ['ETCDCTL_WATCH_KEY is set: give the key there or as an argument, not both'],
    });
  }
  const command = argsLenAtDash === undefined ? [] : args.slice(argsLenAtDash);
  return {
    words: keyWords(args, command, variables),
    command,
    isPrefix: flags.prefix,
    revision: flags.rev,
    prevKv: flags['prev-kv'],
    progressNotify: flags['progress-notify'],
  };
}

/**
 * The words before the last word that equals the program of the command. etcdctl searches for it from the right:
 * `watch a -- echo echo` watches from `a` to `echo`.
 */
function keyWords(
  args: readonly string[],
  [program]: readonly string[],
  { key, rangeEnd }: KeyVariables,
): string[] {
  const words = [...[key, rangeEnd].filter((word) => word !== ''), ...args];
  return program === undefined ? words : words.slice(0, words.lastIndexOf(program));
}

/** @throws UsageError when the range end is set without the key */
export function toKeyVariables(key = '', rangeEnd = ''): KeyVariables {
  if (key === '' && rangeEnd !== '') {
    const quoted = quoteGo(bytesFromText(rangeEnd));
    throw new UsageError(`ETCDCTL_WATCH_KEY is empty but got ETCDCTL_WATCH_RANGE_END=${quoted}`);
  }
  return { key, rangeEnd };
}

export function missingCommand(): UsageError {
  return new UsageError(`${WRONG_NUMBER} (found separator --, but no commands)`);
}

export function wrongNumber(): UsageError {
  return new UsageError(WRONG_NUMBER);
}

/**
 * @param mayBeFragmented whether the server may split the events of a revision, if one response is too large: for formats that print
 *   events only, the output is the same
 * @throws UsageError
 */
export function toWatchTarget(request: WatchRequest, mayBeFragmented: boolean): WatchTarget {
  return {
    range: toKeyRange(request),
    startRevision: request.revision,
    prevKv: request.prevKv,
    progressNotify: request.progressNotify,
    mayBeFragmented,
  };
}

function toKeyRange({ words, isPrefix }: WatchRequest): KeyRange {
  const [key, rangeEnd] = words;
  if (key === undefined) throw wrongNumber();
  if (rangeEnd !== undefined && words.length === 2) {
    if (isPrefix) throw new UsageError('`range_end` and `--prefix` are mutually exclusive');
    return { key: bytesFromText(key), rangeEnd: bytesFromText(rangeEnd) };
  }
  return isPrefix ? prefixRange(bytesFromText(key)) : { key: bytesFromText(key) };
}
