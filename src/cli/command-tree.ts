import { bytesFromText } from '../go/bytes.js';
import { quoteGo } from '../go/quote.js';
import { UsageError } from '../model/errors.js';
import type { ResultKind } from '../model/results.js';
import type { CommandDeclaration, DeadlinePolicy } from './command.js';
import type { CommandContext } from './context.js';
import type { Environment } from './environment.js';
import type { Flag, FlagTable } from './flags.js';
import { closest, didYouMean } from './suggestions.js';

/** What a command does with its parsed command line. Each command set has its own type of prepared command. */
type CommandAction<Prepared = PreparedCommand> =
  /** A family of commands, or the program itself: shows its own help. */
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
  /** How many of the arguments stand before `--` (pflag's ArgsLenAtDash); `undefined` when there is no `--`. */
  readonly argsLenAtDash: number | undefined;
  /** The names of the flags on the command line. */
  readonly given: ReadonlySet<string>;
}

/** The flags that were given, inherited ones included, and the arguments. */
export interface ParsedFlags {
  /** Values by flag name; no defaults. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly args: readonly string[];
}

/** Parses the flags of a command; see `flag-parser.ts`. */
export type FlagParser = (
  node: CommandNode<unknown>,
  tokens: readonly string[],
  args: readonly string[],
) => ParsedFlags;

/** A text to print, or a command to run. */
export type PreparedCommand = { readonly text: string } | PreparedRun;

export interface PreparedRun {
  readonly options: unknown;
  readonly deadline: DeadlinePolicy;
  readonly result: ResultKind | undefined;
  readonly run: (context: CommandContext) => Promise<void>;
}

/** A declared command as a node of the command tree. The root is the program. */
export interface CommandNode<Prepared = PreparedCommand> {
  readonly declaration: CommandDeclaration;
  readonly parent: CommandNode<Prepared> | undefined;
  readonly children: CommandNode<Prepared>[];
  /** The command's own flags. They are persistent: its subcommands accept them too. */
  readonly flags: FlagTable;
  /** Every flag that the command accepts, by name. A flag of its own replaces an inherited one of the same name. */
  readonly acceptedFlags: ReadonlyMap<string, Flag<unknown>>;
  readonly action: CommandAction<Prepared>;
}

type NodeSpec<Prepared> = Pick<CommandNode<Prepared>, 'declaration' | 'flags' | 'action'>;

export function makeRoot<Prepared = PreparedCommand>(spec: NodeSpec<Prepared>): CommandNode<Prepared> {
  return makeNode(spec, undefined);
}

export function addChild<Prepared>(
  parent: CommandNode<Prepared>,
  spec: NodeSpec<Prepared>,
): CommandNode<Prepared> {
  const child = makeNode(spec, parent);
  parent.children.push(child);
  return child;
}

function makeNode<Prepared>(
  spec: NodeSpec<Prepared>,
  parent: CommandNode<Prepared> | undefined,
): CommandNode<Prepared> {
  let accepted: ReadonlyMap<string, Flag<unknown>> | undefined;
  return {
    ...spec,
    parent,
    children: [],
    get acceptedFlags() {
      accepted ??= new Map([...(parent?.acceptedFlags ?? []), ...Object.entries(spec.flags)]);
      return accepted;
    },
  };
}

/** The nodes from the root down to this node. */
export function lineage<Prepared>(node: CommandNode<Prepared>): CommandNode<Prepared>[] {
  return node.parent === undefined ? [node] : [...lineage(node.parent), node];
}

/** The command's name after those of its families, without the program's name: `endpoint health`; empty for the program. */
export function commandPath(node: CommandNode<unknown>): string {
  return lineage(node)
    .slice(1)
    .map((each) => each.declaration.name)
    .join(' ');
}

/** The path with the program's name: `etcdctl endpoint health`. */
export function commandWords(node: CommandNode<unknown>): string {
  return lineage(node)
    .map((each) => each.declaration.name)
    .join(' ');
}

/** The child that the word names or abbreviates. */
function childNamed(node: CommandNode, word: string): CommandNode | undefined {
  const names = node.children.map(({ declaration }) => declaration);
  const named = nameMeant(word, names);
  return node.children.find(({ declaration: { name } }) => name === named);
}

/**
 * The name that the word is, or the only one that begins with it (cobra's EnablePrefixMatching). Among the names that begin with the
 * word, additions count only if etcdctl has none: its abbreviations, and its errors for ambiguous ones, stay as they are.
 */
export function nameMeant(
  word: string,
  names: readonly Pick<CommandDeclaration, 'name' | 'isAddition'>[],
): string | undefined {
  if (names.some(({ name }) => name === word)) return word;
  const beginning = names.filter(({ name }) => name.startsWith(word));
  const ofEtcdctl = beginning.filter(({ isAddition }) => isAddition !== true);
  const candidates = ofEtcdctl.length > 0 ? ofEtcdctl : beginning;
  return candidates.length === 1 ? candidates[0]?.name : undefined;
}

export interface FoundCommand {
  readonly node: CommandNode;
  /** The arguments without the words that named the command. */
  readonly args: readonly string[];
  /** The first word after a family's name that names none of its commands. */
  readonly unknownWord: UnknownWord | undefined;
}

interface UnknownWord {
  readonly word: string;
  /** An unknown flag before the name of a command: the search took that name for the flag's value. */
  readonly consumingFlag?: string;
}

/**
 * Finds the command that the arguments name. Flags may stand anywhere between the words. During the search, only the
 * flags of the commands found so far are known. Any other `--flag` or `-f` without `=` is assumed to take the next
 * argument as its value: `etcdctl --prefix get foo` therefore looks for a command `foo`, as in etcdctl (cobra v1.10.2,
 * Command.Find).
 */
export function findCommand(root: CommandNode, argv: readonly string[]): FoundCommand {
  let node = root;
  let args = argv;
  while (node.children.length > 0) {
    const at = firstWordIndex(args, node.acceptedFlags);
    if (at === undefined) return { node, args, unknownWord: undefined };
    const word = args[at] ?? '';
    const child = childNamed(node, word);
    if (child === undefined) return { node, args, unknownWord: { word, ...findConsumingFlag(args, node) } };
    node = child;
    args = args.toSpliced(at, 1);
  }
  return { node, args, unknownWord: undefined };
}

/** The first argument that could name a subcommand. */
export function firstWord(node: CommandNode, args: readonly string[]): string | undefined {
  const at = firstWordIndex(args, node.acceptedFlags);
  return at === undefined ? undefined : args[at];
}

/** The index of the first argument that is neither a flag nor a flag's value. The search ends at `--`. */
function firstWordIndex(
  args: readonly string[],
  flags: ReadonlyMap<string, Flag<unknown>>,
): number | undefined {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '--') return undefined;
    if (takesNextArgument(arg, flags)) at++;
    else if (arg !== '' && !arg.startsWith('-')) return at;
  }
  return undefined;
}

/** The unknown flag directly before the full name of a command. */
function findConsumingFlag(args: readonly string[], node: CommandNode): Pick<UnknownWord, 'consumingFlag'> {
  const flags = node.acceptedFlags;
  const names = new Set(node.children.map((child) => child.declaration.name));
  const consumingFlag = args.find(
    (arg, at) => arg.startsWith('--') && !flags.has(arg.slice(2)) && names.has(args[at + 1] ?? ''),
  );
  return consumingFlag === undefined ? {} : { consumingFlag };
}

function takesNextArgument(arg: string, flags: ReadonlyMap<string, Flag<unknown>>): boolean {
  if (!arg.startsWith('-') || arg.includes('=')) return false;
  if (arg.startsWith('--')) return flags.get(arg.slice(2))?.kind.noOptDefault === undefined;
  if (arg.length !== 2) return false;
  const flag = [...flags.values()].find((each) => each.short === arg.slice(1));
  return flag?.kind.noOptDefault === undefined;
}

/** The error for a word that names no command, with suggestions. */
export function unknownCommand(node: CommandNode, { word, consumingFlag }: UnknownWord): UsageError {
  const names = node.children.map((child) => child.declaration.name);
  const added = new Set(
    node.children.filter(({ declaration }) => declaration.isAddition).map((child) => child.declaration.name),
  );
  const near = didYouMean(closest(word, names, added));
  const reasons =
    consumingFlag !== undefined
      ? [
          `${consumingFlag} is not a flag of '${commandWords(node)}': write it after the subcommand that it belongs to`,
        ]
      : near.length > 0 || node.parent === undefined
        ? near
        : [`the available commands are ${names.join(', ')}`];
  const message = `unknown command ${quoteGo(bytesFromText(word))} for "${commandWords(node)}"`;
  return new UsageError(message, 'flag', { reasons });
}
