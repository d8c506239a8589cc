/** The values of a command line whose command was found. */
import { UsageError } from '../model/errors.js';
import {
  type CommandLine,
  type CommandNode,
  commandWords,
  type FlagParser,
  type FoundCommand,
  lineage,
  type ParsedFlags,
  unknownCommand,
} from './command-tree.js';
import { normaliseArguments } from './dialect.js';
import { type Environment, valuesFromEnvironment } from './environment.js';
import type { Flag, FlagTable } from './flags.js';

/** These are read without the parser of flags: the help of a program is a frequent command. */
const HELP_WORDS = ['--help', '-h'];

export function isFlagToParse(argument: string): boolean {
  return argument.startsWith('-') && !HELP_WORDS.includes(argument);
}

/** What command lines are parsed with. */
interface ParserInput {
  /** Undefined when no argument is a flag to parse. */
  readonly parseFlags: FlagParser | undefined;
  readonly env: Environment;
}

/** A parsed command line: the values for the command, and those for the program. */
interface ParsedCommandLine extends CommandLine {
  /** The global flags given on the command line. */
  readonly globals: Readonly<Record<string, unknown>>;
  readonly isHelpRequested: boolean;
}

/**
 * Parses the flags of a found command. An unknown subcommand of a family is an error, which comes before errors about flags, unless
 * `--help` is given. (etcdctl shows the family's help with status 0: a mistyped health check would pass.)
 */
export function parseCommandLine(found: FoundCommand, input: ParserInput): ParsedCommandLine {
  const { node, unknownWord } = found;
  try {
    if (unknownWord !== undefined && !(node.parent !== undefined && isHelpRequested(found))) {
      throw unknownCommand(node, unknownWord);
    }
    return parseValues(found, input);
  } catch (error) {
    if (!(error instanceof UsageError) || error.kind !== 'flag') throw error;
    throw withReason(error, `see '${commandWords(node)} --help'`);
  }
}

function isHelpRequested({ node, args }: FoundCommand): boolean {
  return normaliseArguments(args, node.acceptedFlags).tokens.includes('--help=true');
}

function parseValues(
  { node, args }: FoundCommand,
  { parseFlags = helpFlagOnly, env }: ParserInput,
): ParsedCommandLine {
  const { tokens, positionals, argsLenAtDash, problem } = normaliseArguments(args, node.acceptedFlags);
  const { given, args: operands } =
    tokens.length === 0 ? { given: {}, args: positionals } : parseFlags(node, tokens, positionals);
  if (problem !== undefined) throw problem;
  const [root = node, ...below] = lineage(node);
  const { help = false, ...globals } = ownOf(root, given, node);
  if (help !== true) rejectMissingFlags(node.acceptedFlags, given);
  const values = below.map((each) => {
    const own = ownOf(each, given, node);
    return valuesOf(each.flags, own, each === node ? undefined : env);
  });
  return {
    args: operands,
    flags: Object.assign({}, ...values),
    argsLenAtDash,
    given: new Set(Object.keys(given)),
    globals,
    isHelpRequested: help === true,
  };
}

function helpFlagOnly(_node: unknown, tokens: readonly string[], args: readonly string[]): ParsedFlags {
  if (tokens.some((token) => token !== '--help=true'))
    throw new Error(`no parser of flags for ${tokens.join(' ')}`);
  return { given: { help: true }, args };
}

/**
 * Of the flags given to a command, those that this node of its lineage declares. A flag declared further down replaces one
 * above.
 */
function ownOf(
  { flags }: CommandNode,
  given: Readonly<Record<string, unknown>>,
  { acceptedFlags }: CommandNode,
): Record<string, unknown> {
  const own: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (name in flags && acceptedFlags.get(name) === flags[name]) own[name] = value;
  }
  return own;
}

/** Throws with cobra's message (`ValidateRequiredFlags`). A flag with an empty value counts as given. */
function rejectMissingFlags(
  accepted: ReadonlyMap<string, Flag<unknown>>,
  given: Readonly<Record<string, unknown>>,
): void {
  const missing: string[] = [];
  for (const [name, flag] of accepted) {
    if (flag.isRequired === true && !(name in given)) missing.push(`"${name}"`);
  }
  if (missing.length === 0) return;
  throw new UsageError(`required flag(s) ${missing.sort().join(', ')} not set`, 'flag');
}

/** Precedence: the command line, then environment variables (only for flags of families), then defaults. */
function valuesOf(
  flags: FlagTable,
  given: Readonly<Record<string, unknown>>,
  env: Environment | undefined,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const name in flags) values[name] = flags[name]?.defaultValue;
  if (env !== undefined) Object.assign(values, valuesFromEnvironment(flags, given, env));
  return Object.assign(values, given);
}

function withReason(error: UsageError, reason: string): UsageError {
  return new UsageError(error.message, error.kind, {
    cause: error.cause,
    reasons: [...error.reasons, reason],
  });
}
