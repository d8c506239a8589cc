/** The commands of a program before they are loaded. */
import type { CommandDeclaration, CommandParent } from './command.js';
import { addChild, type CommandNode, firstWord, nameMeant } from './command-tree.js';

/** Registers one command, or a family with its commands. */
type Register = (parent: CommandParent) => void;

type LoadCommand = () => Promise<Register>;

/** A command that etcdctl does not have; `isAddition` in its declaration, known before the command is loaded. */
interface AddedCommand {
  readonly added: LoadCommand;
}

/** Groups and summaries of commands, by name. */
type Summaries = Readonly<Record<string, Pick<CommandDeclaration, 'group' | 'summary'>>>;

export type LoadSummaries = () => Promise<Summaries>;

/** The commands of a program by name, in the order of help, each with a function that loads it. */
export type CommandTable = Readonly<Record<string, LoadCommand | AddedCommand>>;

function loaderOf(entry: LoadCommand | AddedCommand): LoadCommand {
  return typeof entry === 'function' ? entry : entry.added;
}

/**
 * Loads only the command that the first word of the command line names, for start-up time. Loads all commands when the first word
 * names none, because help, completion and suggestions need all of them, and when no command line is given.
 * @param root has the global flags and the commands that every program has
 */
export async function loadNeeded(
  root: CommandNode,
  table: CommandTable,
  argv: readonly string[] | undefined,
): Promise<Register[]> {
  const named = argv && table[nameIn(root, table, argv) ?? ''];
  return Promise.all((named ? [named] : Object.values(table)).map((entry) => loaderOf(entry)()));
}

/** The command, of the table or the root, that the first word names or abbreviates. */
function nameIn(root: CommandNode, table: CommandTable, argv: readonly string[]): string | undefined {
  const word = firstWord(root, argv);
  if (word === undefined) return undefined;
  if (Object.hasOwn(table, word)) return word;
  const inTable = Object.entries(table).map(([name, entry]) => ({
    name,
    isAddition: typeof entry !== 'function',
  }));
  return nameMeant(word, [...root.children.map((child) => child.declaration), ...inTable]);
}

/** Adds nodes that only have what the help page of the program shows. */
export function addSummaries(root: CommandNode, table: CommandTable, summaries: Summaries): void {
  for (const name of Object.keys(table)) {
    const declaration = { name, summary: '', ...summaries[name] };
    addChild(root, { declaration, flags: {}, action: { kind: 'family' } });
  }
}
