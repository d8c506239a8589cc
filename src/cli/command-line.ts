import { UsageError } from '../model/errors.js';
import {
  acceptedFlags,
  type CommandLine,
  type CommandNode,
  commandPath,
  commandWords,
  lineage,
} from './command-tree.js';
import { givenFlags, readFlags } from './commander-tree.js';
import { normaliseArguments } from './dialect.js';
import { type Environment, valuesFromEnvironment } from './environment.js';
import { type FoundCommand, unknownCommand } from './find-command.js';

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
  return normaliseArguments(args, acceptedFlags(node)).tokens.includes('--help=true');
}

function read({ node, args }: FoundCommand, env: Environment): ReadCommandLine {
  const { tokens, positionals, dashAt, problem } = normaliseArguments(args, acceptedFlags(node));
  const line = lineage(node);
  const [root = node, ...below] = line;
  // For a family, arguments would be names of its commands to commander.
  const operands = node.children.length > 0 ? [] : positionals;
  const words = commandPath(node).split(' ').filter(Boolean);
  readFlags(line, [...words, ...tokens, '--', ...operands]);
  if (problem !== undefined) throw problem;
  const { help = false, ...globals } = givenFlags(root);
  if (help !== true) rejectMissingFlags(line);
  return {
    args: node.commander.args,
    flags: Object.assign({}, ...below.map((each) => valuesOf(each, { isInherited: each !== node, env }))),
    dashAt,
    globals,
    asksForHelp: help === true,
  };
}

/** In cobra's words. An empty value is a value. */
function rejectMissingFlags(nodes: readonly CommandNode[]): void {
  const missing = nodes.flatMap((node) => {
    const given = givenFlags(node);
    return Object.entries(node.flags).filter(([name, { isRequired }]) => isRequired && !(name in given));
  });
  if (missing.length === 0) return;
  const names = missing.map(([name]) => `"${name}"`).sort();
  throw new UsageError(`required flag(s) ${names.join(', ')} not set`, 'flag');
}

/** Given values before those of variables, which inherited flags have, before defaults. */
function valuesOf(
  node: CommandNode,
  { isInherited, env }: { isInherited: boolean; env: Environment },
): Record<string, unknown> {
  const given = givenFlags(node);
  const fromVariables = isInherited ? valuesFromEnvironment(node.flags, given, env) : {};
  const defaults = Object.entries(node.flags).map(([name, flag]) => [name, flag.defaultValue]);
  return { ...Object.fromEntries(defaults), ...fromVariables, ...given };
}

function withReason(error: UsageError, reason: string): UsageError {
  return new UsageError(error.message, error.kind, {
    cause: error.cause,
    reasons: [...error.reasons, reason],
  });
}
