import type { CommandGroup } from './command.js';
import { type CommandNode, commandPath } from './command-tree.js';
import type { Flag, FlagKind, FlagTable } from './flags.js';

/** A declared command as data: the source of help pages, completion and `docs/commands.md`. */
export interface CommandDescription {
  readonly name: string;
  /** The command's name after those of its families, as in `endpoint health`; empty for the program. */
  readonly path: string;
  /** True for a command that etcdctl lacks, and for all its subcommands. */
  readonly isAddition: boolean;
  readonly group?: CommandGroup;
  /** `<key> [range_end]`; empty for families and commands without arguments. */
  readonly usage: string;
  readonly summary: string;
  readonly description: string;
  readonly examples: readonly string[];
  /** The command's own flags. They are persistent: its subcommands accept them too. */
  readonly flags: readonly FlagDescription[];
  readonly commands: readonly CommandDescription[];
}

export interface FlagDescription {
  readonly name: string;
  readonly short?: string;
  readonly kind: FlagKind<unknown>['name'];
  /** `<duration>`; empty for flags that can stand without a value. */
  readonly placeholder: string;
  readonly summary: string;
  /** As the user would write it; empty for the zero value of the kind: false, 0, 0s, an empty text or list. */
  readonly defaultText: string;
  readonly choices: readonly string[];
  readonly isRequired: boolean;
  /** etcdctl has no such flag. */
  readonly isAddition: boolean;
}

export function describeCommand(node: CommandNode<unknown>): CommandDescription {
  const {
    name,
    isAddition = false,
    group,
    usage = '',
    summary,
    description = '',
    examples = [],
  } = node.declaration;
  return {
    name,
    path: commandPath(node),
    isAddition,
    ...(group && { group }),
    usage,
    summary,
    description,
    examples,
    flags: describeFlags(node.flags),
    commands: node.children.map(describeCommand),
  };
}

/** The flags in the order of the table. */
export function describeFlags(table: FlagTable): FlagDescription[] {
  return Object.entries(table).map(([name, flag]) => describeFlag(name, flag));
}

const ZERO_TEXTS: ReadonlySet<string> = new Set(['', 'false', '0', '0s', '[]']);

function describeFlag(name: string, flag: Flag<unknown>): FlagDescription {
  const { kind, short, summary, choices = [], isRequired = false, isAddition = false } = flag;
  const text = kind.format(flag.defaultValue);
  return {
    name,
    ...(short !== undefined && { short }),
    kind: kind.name,
    placeholder: kind.placeholder === undefined ? '' : `<${kind.placeholder}>`,
    summary,
    defaultText: ZERO_TEXTS.has(text) ? '' : kind.name === 'list' ? text.slice(1, -1) : text,
    choices,
    isRequired,
    isAddition,
  };
}
