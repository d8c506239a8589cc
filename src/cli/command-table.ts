import type { CommandParent } from './command.js';
import type { CommandNode } from './command-tree.js';
import { firstWord } from './find-command.js';

/** Registers one command, or a family with its commands. */
export type Register = (parent: CommandParent) => void;

/** The commands of a program by name, in the order of help, each with the way to load it. */
export type CommandTable = Readonly<Record<string, () => Promise<Register>>>;

/**
 * Loads what the command line asks for: the one command that its first word names, as starting fast means to load no other.
 * All of them where no word does, for help, completion and suggestions speak of all, and where no command line is given.
 * @param root has the global flags and the commands that are part of every program
 */
export async function loadNeeded(
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
