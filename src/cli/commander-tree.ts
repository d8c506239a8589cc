/**
 * Commander's part: it holds the tree of commands, reads the values of flags and keeps them. What it is given has
 * been normalised by the dialect, so its own messages, help and exits are switched off.
 */
import { Command, Option } from 'commander';
import { bytesFromText } from '../model/bytes.js';
import { UsageError } from '../model/errors.js';
import { GoParseError } from '../model/go/parse-error.js';
import { quoteGo } from '../model/go/quote.js';
import type { CommandNode, PreparedRun } from './command-tree.js';
import type { Flag } from './flags.js';

type Leaf<Prepared> = Pick<CommandNode<Prepared>, 'declaration' | 'flags' | 'action'>;

export function makeRoot<Prepared = PreparedRun>(leaf: Leaf<Prepared>): CommandNode<Prepared> {
  const commander = new Command(leaf.declaration.name)
    .exitOverride()
    .configureOutput({ writeOut() {}, writeErr() {} })
    .helpOption(false)
    .helpCommand(false);
  return makeNode(leaf, undefined, commander);
}

/** Children are made by commander's `command()`, which hands the settings of the root down. */
export function addChild<Prepared>(
  parent: CommandNode<Prepared>,
  leaf: Leaf<Prepared>,
): CommandNode<Prepared> {
  const child = makeNode(leaf, parent, parent.commander.command(leaf.declaration.name));
  parent.children.push(child);
  return child;
}

function makeNode<Prepared>(
  leaf: Leaf<Prepared>,
  parent: CommandNode<Prepared> | undefined,
  commander: Command,
): CommandNode<Prepared> {
  // Without an action, commander answers a family that has no arguments by its own help.
  commander
    .helpCommand(false)
    .argument('[arguments...]')
    .action(() => {});
  const acceptedFlags = new Map([...(parent?.acceptedFlags ?? []), ...Object.entries(leaf.flags)]);
  return { ...leaf, parent, children: [], acceptedFlags, commander };
}

/** What commander has read: the flags that stand on a command line, inherited ones included, and its arguments. */
interface ReadWords {
  readonly given: Readonly<Record<string, unknown>>;
  readonly args: readonly string[];
}

/**
 * Has commander read the flags of a command from left to right, so that of two bad values the first is refused. They are
 * declared to it only now, to start fast; and where no flag stands, nothing is left for it to read.
 */
export function readFlags(
  { commander, acceptedFlags }: CommandNode<unknown>,
  tokens: readonly string[],
  args: readonly string[],
): ReadWords {
  if (tokens.length === 0) return { given: {}, args };
  if (commander.options.length === 0) {
    for (const [name, flag] of acceptedFlags) commander.addOption(new FlagOption(name, flag));
  }
  commander.parse([...tokens, '--', ...args], { from: 'user' });
  // None has a default value or comes from a variable: what commander holds has been given.
  return { given: commander.opts(), args: commander.args };
}

/** A flag as commander knows it. The dialects have written every flag by its long name, and values are kept under it. */
class FlagOption extends Option {
  readonly #name: string;

  constructor(name: string, flag: Flag<unknown>) {
    super(`--${name} <value>`, flag.summary);
    this.#name = name;
    // To commander, --no-password would be the opposite of --password.
    this.negate = false;
    this.argParser((text: string, earlier: unknown) => readValue(name, flag, { text, earlier }));
  }

  override name(): string {
    return this.#name;
  }

  override attributeName(): string {
    return this.#name;
  }
}

function readValue(name: string, flag: Flag<unknown>, given: { text: string; earlier: unknown }): unknown {
  try {
    return flag.kind.parse(given.text, given.earlier);
  } catch (error) {
    if (!(error instanceof GoParseError)) throw error;
    const shown = flag.short === undefined ? `--${name}` : `-${flag.short}, --${name}`;
    throw new UsageError(
      `invalid argument ${quoteGo(bytesFromText(given.text))} for "${shown}" flag: ${error.message}`,
      'flag',
      { cause: error, reasons: flag.kind.advice === undefined ? [] : [flag.kind.advice] },
    );
  }
}
