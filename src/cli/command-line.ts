import { UsageError } from '../model/errors.js';
import { type CommandLine, type CommandNode, commandWords, lineage } from './command-tree.js';
import { readFlags } from './commander-tree.js';
import { normaliseArguments } from './dialect.js';
import { type Environment, valuesFromEnvironment } from './environment.js';
import { type FoundCommand, unknownCommand } from './find-command.js';
import type { Flag, FlagTable } from './flags.js';

/** All values of a command line, and what is asked of the program rather than of the command. */
export interface ReadCommandLine extends CommandLine {
  /** Flags of the program itself that stand on the command line. */
  readonly globals: Readonly<Record<string, unknown>>;
  readonly asksForHelp: boolean;
}

/**
 * Reads the flags of a found command. A word that is no command of a family is refused before its flags are, unless
 * help is asked for. (etcdctl shows the family's help then, with status 0: a mistyped health check would pass.)
 */
export function readCommandLine(found: FoundCommand, env: Environment): ReadCommandLine {
  const { node, stray } = found;
  try {
    if (stray !== undefined && !(node.parent !== undefined && asksForHelp(found))) {
      throw unknownCommand(node, stray);
    }
    return read(found, env);
  } catch (error) {
    if (!(error instanceof UsageError) || error.kind !== 'flag') throw error;
    throw withReason(error, `see '${commandWords(node)} --help'`);
  }
}

function asksForHelp({ node, args }: FoundCommand): boolean {
  return normaliseArguments(args, node.acceptedFlags).tokens.includes('--help=true');
}

function read({ node, args }: FoundCommand, env: Environment): ReadCommandLine {
  const { tokens, positionals, dashAt, problem } = normaliseArguments(args, node.acceptedFlags);
  const { given, args: operands } = readFlags(node, tokens, positionals);
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
    dashAt,
    globals,
    asksForHelp: help === true,
  };
}

/** Of the flags given to a command, those that this one of its lineage declares, unless one further down hides them. */
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

/** In cobra's words. An empty value is a value. */
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

/** Given values before those of variables, which inherited flags have, before defaults. */
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
