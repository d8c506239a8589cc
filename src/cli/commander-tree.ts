/**
 * The tree of commands, and commander's part in it: for the command that is asked for, it reads the values of flags and keeps
 * them. What it is given has been normalised by the dialect, so its own messages, help and exits are switched off.
 */
import { Command, Option } from 'commander';
import { bytesFromText } from '../go/bytes.js';
import { GoParseError } from '../go/parse-error.js';
import { quoteGo } from '../go/quote.js';
import { UsageError } from '../model/errors.js';
import type { CommandNode, PreparedRun } from './command-tree.js';
import type { Flag } from './flags.js';

type Leaf<Prepared> = Pick<CommandNode<Prepared>, 'declaration' | 'flags' | 'action'>;

export function makeRoot<Prepared = PreparedRun>(leaf: Leaf<Prepared>): CommandNode<Prepared> {
  return makeNode(leaf, undefined);
}

export function addChild<Prepared>(
  parent: CommandNode<Prepared>,
  leaf: Leaf<Prepared>,
): CommandNode<Prepared> {
  const child = makeNode(leaf, parent);
  parent.children.push(child);
  return child;
}

/** Of all commands, a command line has the flags of one read: no other needs an object of commander's. */
function makeNode<Prepared>(
  leaf: Leaf<Prepared>,
  parent: CommandNode<Prepared> | undefined,
): CommandNode<Prepared> {
  let commander: Command | undefined;
  let accepted: ReadonlyMap<string, Flag<unknown>> | undefined;
  return {
    ...leaf,
    parent,
    children: [],
    get acceptedFlags() {
      accepted ??= new Map([...(parent?.acceptedFlags ?? []), ...Object.entries(leaf.flags)]);
      return accepted;
    },
    get commander() {
      commander ??= makeReader(leaf.declaration.name);
      return commander;
    },
  };
}

function makeReader(name: string): Command {
  return new Command(name)
    .exitOverride()
    .configureOutput({ writeOut() {}, writeErr() {} })
    .helpOption(false)
    .helpCommand(false)
    .argument('[arguments...]');
}

/** What commander has read: the flags that stand on a command line, inherited ones included, and its arguments. */
interface ReadWords {
  readonly given: Readonly<Record<string, unknown>>;
  readonly args: readonly string[];
}

/**
 * Has commander read flags of a command, inherited ones included, from left to right, so that of two bad values the first is
 * refused. Only those that are given are declared to it, to start fast: each that it knows is compared with all others; and where
 * no flag stands, nothing is left for it to read.
 * @param tokens flags as the dialect writes them: `--name=value`, of names that the command accepts
 */
export function readFlags(
  node: CommandNode<unknown>,
  tokens: readonly string[],
  args: readonly string[],
): ReadWords {
  if (tokens.length === 0) return { given: {}, args };
  const { commander, acceptedFlags } = node;
  const declared = new Set(commander.options.map((option) => option.name()));
  for (const token of tokens) {
    const name = token.slice('--'.length, token.indexOf('='));
    const flag = acceptedFlags.get(name);
    if (flag === undefined || declared.has(name)) continue;
    declared.add(name);
    commander.addOption(new FlagOption(name, flag));
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
