/**
 * The use of commander: it parses and stores the flag values of the command that runs. Its input has been normalised by `dialect.ts`, so
 * its own messages, help and exits are switched off.
 */
import { Command, Option } from 'commander';
import { bytesFromText } from '../go/bytes.js';
import { GoParseError } from '../go/parse-error.js';
import { quoteGo } from '../go/quote.js';
import { UsageError } from '../model/errors.js';
import type { CommandNode, ParsedFlags } from './command-tree.js';
import type { Flag } from './flags.js';

/** The commander object of a command is made on first use and kept: `txn` parses many lines. */
const parsers = new WeakMap<CommandNode<unknown>, Command>();

function parserOf(node: CommandNode<unknown>): Command {
  const parser = parsers.get(node) ?? makeParser(node.declaration.name);
  parsers.set(node, parser);
  return parser;
}

function makeParser(name: string): Command {
  return new Command(name)
    .exitOverride()
    .configureOutput({ writeOut() {}, writeErr() {} })
    .helpOption(false)
    .helpCommand(false)
    .argument('[arguments...]');
}

/**
 * Parses the flags of a command, inherited ones included, with commander. It parses from left to right: of two invalid values, the
 * error is about the first. Only the flags that are given are declared to commander, for start-up time: it compares each declared
 * option with all others.
 * @param tokens flags as `dialect.ts` normalises them: `--name=value`, with names that the command accepts
 * @throws UsageError for a value that does not parse
 */
export function parseFlags(
  node: CommandNode<unknown>,
  tokens: readonly string[],
  args: readonly string[],
): ParsedFlags {
  const { acceptedFlags } = node;
  const commander = parserOf(node);
  const declared = new Set(commander.options.map((option) => option.name()));
  for (const token of tokens) {
    const name = token.slice('--'.length, token.indexOf('='));
    const flag = acceptedFlags.get(name);
    if (flag === undefined || declared.has(name)) continue;
    declared.add(name);
    commander.addOption(new FlagOption(name, flag));
  }
  commander.parse([...tokens, '--', ...args], { from: 'user' });
  // The options have neither default values nor environment variables: commander holds exactly the flags that were given.
  return { given: commander.opts(), args: commander.args };
}

/** A flag as an option of commander. Tokens have the long name of the flag, and values are stored under it. */
class FlagOption extends Option {
  readonly #name: string;

  constructor(name: string, flag: Flag<unknown>) {
    super(`--${name} <value>`, flag.summary);
    this.#name = name;
    // Commander would take `--no-password` for the negation of `--password`.
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
