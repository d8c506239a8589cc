import type { Command } from 'commander';
import type { ResultKind } from '../model/results.js';
import type { CommandDeclaration, DeadlinePolicy } from './command.js';
import type { CommandContext } from './context.js';
import type { Environment } from './environment.js';
import type { Flag, FlagTable } from './flags.js';

/** What a command does with its parsed command line; what comes of preparing it is the command set's. */
export type CommandAction<Prepared = PreparedRun> =
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
export function childNamed(node: CommandNode, word: string): CommandNode | undefined {
  const exact = node.children.find((child) => child.declaration.name === word);
  if (exact !== undefined) return exact;
  const matches = node.children.filter((child) => child.declaration.name.startsWith(word));
  return matches.length === 1 ? matches[0] : undefined;
}
