import type { CommandParent } from './command.js';
import { type CommandDescription, describeCommand } from './command-description.js';
import { readCommandLine } from './command-line.js';
import { type CommandTable, loadNeeded } from './command-table.js';
import { type CommandNode, commandPath, type PreparedRun } from './command-tree.js';
import { addChild, makeRoot } from './commander-tree.js';
import { answerCompletion } from './completion/protocol.js';
import { type Environment, setVariables } from './environment.js';
import { findCommand, unknownCommand } from './find-command.js';
import { boolFlag, type FlagTable, type FlagValues } from './flags.js';
import { commandHelp, globalFlagsHelp, type HelpSettings } from './help.js';

export interface ProgramSettings<Globals extends FlagTable> extends HelpSettings {
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

export type GivenFlags<Table extends FlagTable> = Partial<FlagValues<Table>>;

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
