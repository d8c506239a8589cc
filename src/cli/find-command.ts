import { bytesFromText } from '../go/bytes.js';
import { quoteGo } from '../go/quote.js';
import { UsageError } from '../model/errors.js';
import { type CommandNode, childNamed, commandWords } from './command-tree.js';
import type { Flag } from './flags.js';
import { closest, didYouMean } from './suggestions.js';

export interface FoundCommand {
  readonly node: CommandNode;
  /** The arguments without the words that named the command. */
  readonly args: readonly string[];
  /** The first word after a family's name that is none of its commands. */
  readonly stray: StrayWord | undefined;
}

export interface StrayWord {
  readonly word: string;
  /** A flag that hid the name of a command by seeming to have it as its value. */
  readonly hidingFlag?: string;
}

/**
 * Finds the command that the arguments name, flags standing anywhere between the words. While a command is being
 * looked for, only the flags of the commands found so far are known: any other `--flag` or `-f` without `=` is taken
 * to have a value and hides the word after it, so that `etcdctl --prefix get foo` asks for a command `foo`, as it
 * does with etcdctl (cobra v1.10.2, Command.Find).
 */
export function findCommand(root: CommandNode, argv: readonly string[]): FoundCommand {
  let node = root;
  let args = argv;
  while (node.children.length > 0) {
    const at = firstWordAt(args, node.acceptedFlags);
    if (at === undefined) return { node, args, stray: undefined };
    const word = args[at] ?? '';
    const child = childNamed(node, word);
    if (child === undefined) return { node, args, stray: { word, ...hiding(args, node) } };
    node = child;
    args = args.toSpliced(at, 1);
  }
  return { node, args, stray: undefined };
}

/** The first word that could name a command below this one. */
export function firstWord(node: CommandNode, args: readonly string[]): string | undefined {
  const at = firstWordAt(args, node.acceptedFlags);
  return at === undefined ? undefined : args[at];
}

/** Where the first argument stands that is neither a flag nor a flag's value; not searched beyond `--`. */
function firstWordAt(args: readonly string[], flags: ReadonlyMap<string, Flag<unknown>>): number | undefined {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '--') return undefined;
    if (takesNextArgument(arg, flags)) at++;
    else if (arg !== '' && !arg.startsWith('-')) return at;
  }
  return undefined;
}

/** The unknown flag right before a command's full name. */
function hiding(args: readonly string[], node: CommandNode): Pick<StrayWord, 'hidingFlag'> {
  const flags = node.acceptedFlags;
  const names = new Set(node.children.map((child) => child.declaration.name));
  const hidingFlag = args.find(
    (arg, at) => arg.startsWith('--') && !flags.has(arg.slice(2)) && names.has(args[at + 1] ?? ''),
  );
  return hidingFlag === undefined ? {} : { hidingFlag };
}

function takesNextArgument(arg: string, flags: ReadonlyMap<string, Flag<unknown>>): boolean {
  if (!arg.startsWith('-') || arg.includes('=')) return false;
  if (arg.startsWith('--')) return flags.get(arg.slice(2))?.kind.valueWhenAlone === undefined;
  if (arg.length !== 2) return false;
  const flag = [...flags.values()].find((each) => each.short === arg.slice(1));
  return flag?.kind.valueWhenAlone === undefined;
}

/** The refusal of a word that is no command, with those that it may have been meant to be. */
export function unknownCommand(node: CommandNode, { word, hidingFlag }: StrayWord): UsageError {
  const names = node.children.map((child) => child.declaration.name);
  const near = didYouMean(closest(word, names));
  const reasons =
    hidingFlag !== undefined
      ? [
          `${hidingFlag} is not a flag of '${commandWords(node)}': write it after the subcommand that it belongs to`,
        ]
      : near.length > 0 || node.parent === undefined
        ? near
        : [`the available commands are ${names.join(', ')}`];
  const message = `unknown command ${quoteGo(bytesFromText(word))} for "${commandWords(node)}"`;
  return new UsageError(message, 'flag', { reasons });
}
