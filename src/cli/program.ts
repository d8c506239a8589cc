import { UsageError } from '../model/errors.js';
import type { CommandParent } from './command.js';
import { type CommandDescription, describeCommand } from './command-description.js';
import {
  type CommandLine,
  type CommandNode,
  commandPath,
  commandWords,
  type FoundCommand,
  findCommand,
  firstWord,
  lineage,
  type PreparedRun,
  unknownCommand,
} from './command-tree.js';
import { addChild, makeRoot, readFlags } from './commander-tree.js';
import { answerCompletion } from './completion/complete.js';
import { normaliseArguments } from './dialect.js';
import { type Environment, setVariables, valuesFromEnvironment } from './environment.js';
import { boolFlag, type Flag, type FlagTable, type FlagValues } from './flags.js';
import { commandHelp, globalFlagsHelp, type HelpSettings } from './help.js';

interface ProgramSettings<Globals extends FlagTable> extends HelpSettings {
  readonly name: string;
  readonly summary: string;
  /** Flags that every command accepts. */
  readonly globalFlags: Globals;
}

/** What a command line asks for. */
export type Outcome<Globals extends FlagTable> =
  /** To be written to stdout, status 0: a page of help, or the answer to a completion script. */
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'run'; readonly invocation: Invocation<Globals> };

/** A command with options that are known to be good. */
export interface Invocation<Globals extends FlagTable> extends PreparedRun {
  /** `endpoint health` */
  readonly path: string;
  /** The global flags that stand on the command line; variables and defaults are for `resolveGlobals`. */
  readonly globals: GivenFlags<Globals>;
}

type GivenFlags<Table extends FlagTable> = Partial<FlagValues<Table>>;

export interface Program<Globals extends FlagTable> extends CommandParent {
  /** Registers those commands of the table that the command line needs; without one, all of them. */
  load(table: CommandTable, argv?: readonly string[]): Promise<void>;
  /**
   * `argv` without the program's name. `env` is looked at for flags that belong to a family of commands only
   * (`ETCDCTL_CLUSTER`). Throws a `UsageError` for unknown commands and flags, for values that do not parse, and
   * where `toOptions` of the command does.
   */
  parse(argv: readonly string[], env?: Environment): Outcome<Globals>;
  /** All that is declared: for documentation and completion. */
  describe(): CommandDescription;
}

const HELP_FLAG = boolFlag(false, 'show this help', { short: 'h' });

export function createProgram<Globals extends FlagTable>(
  settings: ProgramSettings<Globals>,
): Program<Globals> {
  const root = makeRoot({
    declaration: { name: settings.name, summary: settings.summary },
    flags: { ...settings.globalFlags, help: HELP_FLAG },
    action: { kind: 'family' },
  });
  addHelpCommand(root);
  if (settings.listsGlobalFlagsApart) addOptionsCommand(root);
  const parent = parentAt(root);
  return {
    ...parent,
    async load(table, argv) {
      for (const register of await loadNeeded(root, table, argv)) register(parent);
    },
    parse: (argv, env = {}) => parse(root, { settings, argv, env }),
    describe: () => describeCommand(root),
  };
}

/** Registration under a node; its flags reach `toOptions` together with those of the command. */
function parentAt<Inherited extends FlagTable>(node: CommandNode): CommandParent<Inherited> {
  return {
    command(spec) {
      type Flags = Parameters<typeof spec.toOptions>[1];
      addChild(node, {
        declaration: spec,
        flags: spec.flags,
        action: {
          kind: 'run',
          prepare({ args, flags, dashAt }, env) {
            const variables = setVariables(spec.variables ?? [], env);
            const options = spec.toOptions(args, flags as Flags, dashAt, variables);
            const deadline = typeof spec.deadline === 'function' ? spec.deadline(options) : spec.deadline;
            return { options, deadline, result: spec.result, run: (context) => spec.run(options, context) };
          },
        },
      });
    },
    family: (spec) =>
      parentAt(addChild(node, { declaration: spec, flags: spec.flags, action: { kind: 'family' } })),
  };
}

function addHelpCommand(root: CommandNode): void {
  const declaration = {
    name: 'help',
    group: 'utility',
    usage: '[command]',
    summary: 'Show the help of a command',
    examples: [`${root.declaration.name} help snapshot restore`],
  } as const;
  addChild(root, { declaration, flags: {}, action: { kind: 'help' } });
}

function addOptionsCommand(root: CommandNode): void {
  const declaration = {
    name: 'options',
    group: 'utility',
    summary: 'List the global flags and their environment variables',
  } as const;
  addChild(root, { declaration, flags: {}, action: { kind: 'options' } });
}

interface ParseInput<Globals extends FlagTable> {
  readonly settings: ProgramSettings<Globals>;
  readonly argv: readonly string[];
  readonly env: Environment;
}

function parse<Globals extends FlagTable>(root: CommandNode, input: ParseInput<Globals>): Outcome<Globals> {
  const { settings, argv, env } = input;
  const answer = answerCompletion(root, argv);
  if (answer !== undefined) return { kind: 'help', text: answer };
  const found = findCommand(root, argv);
  const help = (node: CommandNode): Outcome<Globals> => ({ kind: 'help', text: commandHelp(node, settings) });
  const line = readCommandLine(found, env);
  const { node } = found;
  if (line.asksForHelp || node.action.kind === 'family') return help(node);
  switch (node.action.kind) {
    case 'help':
      return help(helpTopic(root, line.args));
    case 'options':
      return { kind: 'help', text: globalFlagsHelp(root) };
    case 'run': {
      const globals = line.globals as GivenFlags<Globals>;
      const prepared = node.action.prepare(line, env);
      return {
        kind: 'run',
        invocation: { path: commandPath(node), globals, ...prepared },
      };
    }
  }
}

/** Words after the name of a command, which may be its arguments, are no part of the topic. */
function helpTopic(root: CommandNode, words: readonly string[]): CommandNode {
  const { node, stray } = findCommand(root, words);
  if (stray !== undefined) throw unknownCommand(node, stray);
  return node;
}

/** All values of a command line, and what is asked of the program rather than of the command. */
interface ReadCommandLine extends CommandLine {
  /** Flags of the program itself that stand on the command line. */
  readonly globals: Readonly<Record<string, unknown>>;
  readonly asksForHelp: boolean;
}

/**
 * Reads the flags of a found command. A word that is no command of a family is refused before its flags are, unless
 * help is asked for. (etcdctl shows the family's help then, with status 0: a mistyped health check would pass.)
 */
function readCommandLine(found: FoundCommand, env: Environment): ReadCommandLine {
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

/** Registers one command, or a family with its commands. */
type Register = (parent: CommandParent) => void;

/** The commands of a program by name, in the order of help, each with the way to load it. */
export type CommandTable = Readonly<Record<string, () => Promise<Register>>>;

/**
 * Loads what the command line asks for: the one command that its first word names, as starting fast means to load no other.
 * All of them where no word does, for help, completion and suggestions speak of all, and where no command line is given.
 * @param root has the global flags and the commands that are part of every program
 */
async function loadNeeded(
  root: CommandNode,
  table: CommandTable,
  argv: readonly string[] | undefined,
): Promise<Register[]> {
  const named = argv && table[nameIn(root, table, argv) ?? ''];
  return Promise.all((named ? [named] : Object.values(table)).map((load) => load()));
}

/** The one command, of the table or the root, that the first word names by the rule of `childNamed`. */
function nameIn(root: CommandNode, table: CommandTable, argv: readonly string[]): string | undefined {
  const word = firstWord(root, argv);
  if (word === undefined) return undefined;
  if (Object.hasOwn(table, word)) return word;
  const names = [...root.children.map((child) => child.declaration.name), ...Object.keys(table)];
  const matches = names.filter((name) => name.startsWith(word));
  return matches.length === 1 ? matches[0] : undefined;
}
