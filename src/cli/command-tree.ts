import type { Command } from 'commander';
import { bytesFromText } from '../go/bytes.js';
import { quoteGo } from '../go/quote.js';
import { UsageError } from '../model/errors.js';
import type { ResultKind } from '../model/results.js';
import type { CommandDeclaration, DeadlinePolicy } from './command.js';
import type { CommandContext } from './context.js';
import type { Environment } from './environment.js';
import type { Flag, FlagTable } from './flags.js';
import { closest, didYouMean } from './suggestions.js';

/** What a command does with its parsed command line; what comes of preparing it is the command set's. */
type CommandAction<Prepared = PreparedRun> =
  /** A family, or the program itself: shows its own help. */
  | { readonly kind: 'family' }
  /** `help [command]`: shows the help of the command that its arguments name. */
  | { readonly kind: 'help' }
  /** `options`: lists the global flags. */
  | { readonly kind: 'options' }
  | {
      readonly kind: 'run';
      readonly prepare: (given: CommandLine, env: Environment) => Prepared;
    };

/** A command line whose flags have values. */
export interface CommandLine {
  readonly args: readonly string[];
  readonly flags: Readonly<Record<string, unknown>>;
  /** How many of the arguments stand before `--`; `undefined`: there is none. */
  readonly dashAt: number | undefined;
}

export interface PreparedRun {
  readonly options: unknown;
  readonly deadline: DeadlinePolicy;
  readonly result: ResultKind | undefined;
  readonly run: (context: CommandContext) => Promise<void>;
}

/** A declared command with its place in the tree. The root is the program. */
export interface CommandNode<Prepared = PreparedRun> {
  readonly declaration: CommandDeclaration;
  readonly parent: CommandNode<Prepared> | undefined;
  readonly children: CommandNode<Prepared>[];
  /** Its own flags, which all commands below it accept too. */
  readonly flags: FlagTable;
  /** Every flag that the command accepts, by name; its own hide those of the commands above it. */
  readonly acceptedFlags: ReadonlyMap<string, Flag<unknown>>;
  readonly action: CommandAction<Prepared>;
  /** The object that reads these flags. */
  readonly commander: Command;
}

/** From the root down to the node. */
export function lineage<Prepared>(node: CommandNode<Prepared>): CommandNode<Prepared>[] {
  return node.parent === undefined ? [node] : [...lineage(node.parent), node];
}

/** The words that call the command, without the program's name: `endpoint health`; empty for the program. */
export function commandPath(node: CommandNode<unknown>): string {
  return lineage(node)
    .slice(1)
    .map((each) => each.declaration.name)
    .join(' ');
}

/** The same with the program's name. */
export function commandWords(node: CommandNode<unknown>): string {
  return lineage(node)
    .map((each) => each.declaration.name)
    .join(' ');
}

/** The child with this name, or the only one whose name begins so (cobra's EnablePrefixMatching). */
function childNamed(node: CommandNode, word: string): CommandNode | undefined {
  const exact = node.children.find((child) => child.declaration.name === word);
  if (exact !== undefined) return exact;
  const matches = node.children.filter((child) => child.declaration.name.startsWith(word));
  return matches.length === 1 ? matches[0] : undefined;
}

export interface FoundCommand {
  readonly node: CommandNode;
  /** The arguments without the words that named the command. */
  readonly args: readonly string[];
  /** The first word after a family's name that is none of its commands. */
  readonly stray: StrayWord | undefined;
}

interface StrayWord {
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
