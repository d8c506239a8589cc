/**
 * The tree of commands, and commander's part in it: for the command that is asked for, it reads the values of flags and keeps
 * them. What it is given has been normalised by the dialect, so its own messages, help and exits are switched off.
 */
import { Command, Option } from 'commander';
import { bytesFromText } from '../model/bytes.js';
import { UsageError } from '../model/errors.js';
import { GoParseError } from '../model/go/parse-error.js';
import { quoteGo } from '../model/go/quote.js';
import { acceptedFlags, type CommandNode, type PreparedRun } from './command-tree.js';
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
  return {
    ...leaf,
    parent,
    children: [],
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

/**
 * Has commander read flags of a command, inherited ones included, from left to right, so that of two bad values the
 * first is refused. Only those that are given are declared to it, to start fast: each that it knows is compared with all others.
 * @param tokens flags as the dialect writes them: `--name=value`, of names that the command accepts
 */
export function readFlags(
  node: CommandNode<unknown>,
  tokens: readonly string[],
  operands: readonly string[],
): void {
  const { commander } = node;
  const declared = new Set(commander.options.map((option) => option.name()));
  const accepted = acceptedFlags(node);
  for (const token of tokens) {
    const name = token.slice('--'.length, token.indexOf('='));
    const flag = accepted.get(name);
    if (flag === undefined || declared.has(name)) continue;
    declared.add(name);
    commander.addOption(optionOf(name, flag));
  }
  commander.parse([...tokens, '--', ...operands], { from: 'user' });
}

function optionOf(name: string, flag: Flag<unknown>): Option {
  // The dialects have written every flag by its long name.
  const option = new Option(`--${name} <value>`, flag.summary);
  // To commander, --no-password would be the opposite of --password.
  option.negate = false;
  return option.argParser((text: string, earlier: unknown) => readValue(name, flag, { text, earlier }));
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

/** The flags, inherited ones included, that stand on the command line which the command read last. */
export function givenFlags({ commander }: CommandNode<unknown>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const option of commander.options) {
    const key = option.attributeName();
    if (commander.getOptionValueSource(key) === 'cli') values[option.name()] = commander.getOptionValue(key);
  }
  return values;
}
