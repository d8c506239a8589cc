import { parseFlags } from '../../../cli/flag-parser.js';
import { createProgram } from '../../../cli/program.js';
import { UsageError } from '../../../model/errors.js';
import type { RequestOp } from '../../../model/messages/kv.js';
import { quotedWords } from '../../kv/quoted-words.js';
import { type DelOptions, delFlags, toDeleteRangeRequest, toDelOptions } from '../del.js';
import { type GetOptions, getFlags, toGetOptions, toRangeRequest } from '../get.js';
import { type PutOptions, putFlags, toPutOptions, toPutRequest, wrongPutArguments } from '../put.js';

/** One request of a transaction: `put key "some value" --prev-kv`. */
export type Operation =
  | { readonly kind: 'get'; readonly options: GetOptions }
  | { readonly kind: 'put'; readonly options: PutOptions }
  | { readonly kind: 'del'; readonly options: DelOptions };

/** Parses one request line of a transaction. Throws a `UsageError` with etcdctl's messages. */
export type OperationParser = (line: string) => Operation;

/** Makes a parser for all lines of a transaction: declaring the flags takes longer than parsing a line. */
export function operationParser(): OperationParser {
  const parseWords = wordsParser();
  return (line) => {
    const words = quotedWords(line);
    if (words.length < 2) {
      throw invalidRequest(
        `invalid txn compare request: ${line}`,
        'a request is a command and at least a key',
      );
    }
    try {
      const operation = parseWords(words);
      if (operation !== undefined) return operation;
    } catch (cause) {
      if (!(cause instanceof UsageError) || cause.kind !== 'flag') throw cause;
      throw invalidRequest(`invalid txn request: ${line}`, cause.message, cause);
    }
    throw invalidRequest(`invalid txn request: ${line}`, 'it asks for help');
  };
}

/** Parses each line as a command line, with the same rules for flags and for prefixes of command names. */
function wordsParser(): (words: readonly string[]) => Operation | undefined {
  let operation: Operation | undefined;
  const common = { summary: '', deadline: 'none', run: async () => undefined } as const;
  const program = createProgram(
    { name: 'txn', summary: '', globalFlags: {}, listsGlobalFlagsApart: false },
    parseFlags,
  );
  program.command({
    ...common,
    name: 'get',
    flags: getFlags,
    toOptions(args, given) {
      operation = { kind: 'get', options: toGetOptions(args, given) };
    },
  });
  program.command({
    ...common,
    name: 'put',
    flags: putFlags,
    toOptions(args, given) {
      operation = { kind: 'put', options: toPutOptions(args, given) };
    },
  });
  program.command({
    ...common,
    name: 'del',
    flags: delFlags,
    toOptions(args, given) {
      operation = { kind: 'del', options: toDelOptions(args, given) };
    },
  });
  return (words) => {
    operation = undefined;
    program.parse(words);
    return operation;
  };
}

/** The value cannot be read from standard input, because the transaction is read from there. */
export function toRequestOp({ kind, options }: Operation): RequestOp {
  switch (kind) {
    case 'get':
      return { request: { $case: 'requestRange', value: toRangeRequest(options) } };
    case 'del':
      return { request: { $case: 'requestDeleteRange', value: toDeleteRangeRequest(options) } };
    case 'put': {
      if (options.value === 'stdin') throw wrongPutArguments();
      const value = options.value === 'keep' ? new Uint8Array(0) : options.value;
      return { request: { $case: 'requestPut', value: toPutRequest(options, value) } };
    }
  }
}

function invalidRequest(message: string, why: string, cause?: unknown): UsageError {
  return new UsageError(message, 'input', {
    cause,
    reasons: [why, "a request is get, put or del with its flags: see 'etcdctl get --help'"],
  });
}
