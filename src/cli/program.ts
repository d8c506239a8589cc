import type { CommandParent } from './command.js';
import { type CommandDescription, describeCommand } from './command-description.js';
import { isFlagToParse, parseCommandLine } from './command-line.js';
import { addSummaries, type CommandTable, type LoadSummaries, loadNeeded } from './command-table.js';
import {
  addChild,
  type CommandNode,
  commandPath,
  type FlagParser,
  findCommand,
  firstWord,
  makeRoot,
  type PreparedRun,
  unknownCommand,
} from './command-tree.js';
import { type CompletionRequest, completionRequest } from './completion/complete.js';
import { type Environment, setVariables } from './environment.js';
import { boolFlag, type FlagTable, type FlagValues } from './flags.js';
import { commandHelp, globalFlagsHelp, type HelpSettings } from './help.js';

interface ProgramSettings<Globals extends FlagTable> extends HelpSettings {
  readonly name: string;
  readonly summary: string;
  /** Flags that every command accepts. */
  readonly globalFlags: Globals;
}

/** What to do for a command line. */
export type Outcome<Globals extends FlagTable> =
  /**
   * Text to print on stdout with status 0: a help page for a terminal of this width, the response to a completion script, or that of a
   * command that only prints.
   */
  | {
      readonly kind: 'text';
      readonly text: (columns?: number) => string;
      /** Present when the cluster or files may have further candidates for the response. */
      readonly completion?: CompletionRequest;
    }
  | { readonly kind: 'run'; readonly invocation: Invocation<Globals> };

/** A parsed command line, ready to run. */
export interface Invocation<Globals extends FlagTable> extends PreparedRun {
  /** Such as `endpoint health`. */
  readonly path: string;
  /** The global flags given on the command line. `resolveGlobals` adds environment variables and defaults. */
  readonly globals: GivenFlags<Globals>;
}

type GivenFlags<Table extends FlagTable> = Partial<FlagValues<Table>>;

export interface Program<Globals extends FlagTable> extends CommandParent {
  /**
   * Registers the commands of the table that the command line `argv` needs; all of them without `argv`. When `argv` has no word that could
   * name one, only the summaries are loaded, if there are any. The parser of flags is loaded when `argv` has any.
   */
  load(table: CommandTable, argv?: readonly string[], loadSummaries?: LoadSummaries): Promise<void>;
  /**
   * `argv` is without the program's name. `env` is used for the flags of families only (`ETCDCTL_CLUSTER`). Throws a
   * `UsageError` for unknown commands and flags and for values that do not parse; passes on the errors of `toOptions`.
   */
  parse(argv: readonly string[], env?: Environment): Outcome<Globals>;
  /** All declarations, for the documentation. */
  describe(): CommandDescription;
}

const HELP_FLAG = boolFlag(false, 'show this help', { short: 'h' });

/** @param flagParser `load` loads it, and is needed without it */
export function createProgram<Globals extends FlagTable>(
  settings: ProgramSettings<Globals>,
  flagParser?: FlagParser,
): Program<Globals> {
  let parseFlags = flagParser;
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
    async load(table, argv, loadSummaries) {
      if (argv === undefined || argv.some(isFlagToParse)) ({ parseFlags } = await import('./flag-parser.js'));
      if (loadSummaries !== undefined && argv !== undefined && firstWord(root, argv) === undefined) {
        addSummaries(root, table, await loadSummaries());
        return;
      }
      for (const register of await loadNeeded(root, table, argv)) register(parent);
    },
    parse: (argv, env = {}) => parse(root, { settings, parseFlags, argv, env }),
    describe: () => describeCommand(root),
  };
}

/** Registers commands below a node. Their `toOptions` receive the node's flags together with their own. */
function parentAt<Inherited extends FlagTable>(node: CommandNode): CommandParent<Inherited> {
  return {
    command(spec) {
      type Flags = Parameters<typeof spec.toOptions>[1];
      addChild(node, {
        declaration: spec,
        flags: spec.flags,
        action: {
          kind: 'run',
          prepare({ args, flags, argsLenAtDash, given }, env) {
            const variables = setVariables(spec.variables ?? [], env);
            const options = spec.toOptions(args, flags as Flags, argsLenAtDash, variables, given);
            const text = spec.text?.(options);
            if (text !== undefined || !('run' in spec)) return { text: text ?? '' };
            const deadline = typeof spec.deadline === 'function' ? spec.deadline(options) : spec.deadline;
            const result = typeof spec.result === 'function' ? spec.result(options) : spec.result;
            return { options, deadline, result, run: (context) => spec.run(options, context) };
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
  readonly parseFlags: FlagParser | undefined;
  readonly argv: readonly string[];
  readonly env: Environment;
}

function parse<Globals extends FlagTable>(root: CommandNode, input: ParseInput<Globals>): Outcome<Globals> {
  const { settings, parseFlags, argv, env } = input;
  const request = completionRequest(root, argv);
  if (request !== undefined) {
    return { kind: 'text', text: () => request.respond(), ...(request.live && { completion: request }) };
  }
  const found = findCommand(root, argv);
  const help = (node: CommandNode): Outcome<Globals> => ({
    kind: 'text',
    text: (columns) => commandHelp(node, settings, columns),
  });
  const line = parseCommandLine(found, { parseFlags, env });
  const { node } = found;
  if (line.isHelpRequested || node.action.kind === 'family') return help(node);
  switch (node.action.kind) {
    case 'help':
      return help(helpTopic(root, line.args));
    case 'options':
      return { kind: 'text', text: (columns) => globalFlagsHelp(root, columns) };
    case 'run': {
      const globals = line.globals as GivenFlags<Globals>;
      const prepared = node.action.prepare(line, env);
      if ('text' in prepared) return { kind: 'text', text: () => prepared.text };
      return {
        kind: 'run',
        invocation: { path: commandPath(node), globals, ...prepared },
      };
    }
  }
}

/** The command that `help` is asked about. Words after a command's name are ignored: they may be its arguments. */
function helpTopic(root: CommandNode, words: readonly string[]): CommandNode {
  const { node, unknownWord } = findCommand(root, words);
  if (unknownWord !== undefined) throw unknownCommand(node, unknownWord);
  return node;
}
