import { V2Failure } from '../../model/v2/errors.js';
import { type CommandDescription, describeCommand } from '../command-description.js';
import {
  addChild,
  type CommandLine,
  type CommandNode,
  commandPath,
  commandWords,
  makeRoot,
} from '../command-tree.js';
import { parseFlags } from '../flag-parser.js';
import type { FlagTable } from '../flags.js';
import { closest, didYouMean } from '../suggestions.js';
import type { V2CommandParent, V2Prepared } from './command.js';
import { flagsFirst, parseFlagWords } from './dialect.js';
import { HELP_FLAG, V2_GLOBAL_FLAGS, type V2GlobalFlagValues, VERSION_FLAG } from './globals.js';
import { v2Help } from './help.js';

interface V2ProgramSettings {
  readonly name: string;
  readonly summary: string;
  /** The output of `--version`. */
  readonly versionText: string;
}

type V2Outcome =
  /** Text to print on stdout with status 0. */
  { readonly kind: 'text'; readonly text: string } | V2Invocation;

/** A parsed command line, ready to run. */
export interface V2Invocation extends V2Prepared {
  readonly kind: 'run';
  /** Such as `member add`. */
  readonly path: string;
  /** The global flags given on the command line. `resolveV2Globals` adds environment variables and defaults. */
  readonly globals: Partial<V2GlobalFlagValues>;
}

export interface V2Program extends V2CommandParent {
  /** `argv` is without the program's name. Throws a `V2Failure`; passes on the errors of `toOptions`. */
  parse(argv: readonly string[]): V2Outcome;
  /** All declarations, for the documentation. */
  describe(): CommandDescription;
}

/** A version 2 program without commands; they are registered with it. */
export function createV2Program({ name, summary, versionText }: V2ProgramSettings): V2Program {
  const root: CommandNode<V2Prepared> = makeRoot<V2Prepared>({
    declaration: { name, summary },
    flags: V2_GLOBAL_FLAGS,
    action: { kind: 'family' },
  });
  return {
    ...parentAt(root),
    parse(argv) {
      const request = parseV2CommandLine(root, argv);
      if (request.kind === 'version') return { kind: 'text', text: versionText };
      if (request.kind === 'help') return { kind: 'text', text: v2Help(request.node) };
      const { node, line, globals } = request;
      if (node.action.kind !== 'run') return { kind: 'text', text: v2Help(node) };
      return { kind: 'run', path: commandPath(node), globals, ...node.action.prepare(line, {}) };
    },
    describe: () => describeCommand(root),
  };
}

function parentAt(node: CommandNode<V2Prepared>): V2CommandParent {
  return {
    command(spec) {
      type Flags = Parameters<typeof spec.toOptions>[1];
      addChild(node, {
        declaration: spec,
        flags: spec.flags,
        action: {
          kind: 'run',
          prepare({ args, flags, argsLenAtDash }) {
            const options = spec.toOptions(args, flags as Flags, argsLenAtDash);
            const { callFailure, successor, hasFormats = false } = spec;
            return {
              callFailure,
              successor,
              hasFormats,
              options,
              run: (context) => spec.run(options, context),
            };
          },
        },
      });
    },
    family: (declaration) => parentAt(addChild(node, { declaration, flags: {}, action: { kind: 'family' } })),
  };
}

type Node = CommandNode<V2Prepared>;

/** A parsed version 2 command line. */
type V2Request =
  | { readonly kind: 'version' }
  /** Show the help page of this command, family or program. */
  | { readonly kind: 'help'; readonly node: Node }
  | {
      readonly kind: 'run';
      readonly node: Node;
      readonly line: CommandLine;
      /** The global flags given on the command line. */
      readonly globals: Readonly<Record<string, unknown>>;
    };

/** The names of the help command, in the program and in every family. */
const HELP_NAMES = ['help', 'h'];

/** Throws a `V2Failure` for unknown commands and flags, and for invalid values. */
function parseV2CommandLine(root: Node, argv: readonly string[]): V2Request {
  const program = parseLevel(root, argv, { ...root.flags, ...HELP_FLAG, ...VERSION_FLAG });
  if (program.isHelpRequested) return { kind: 'help', node: root };
  if (program.tokens.includes('--version=true')) return { kind: 'version' };
  return parseSubcommand(root, program.rest, program.tokens);
}

interface ParsedLevel {
  readonly tokens: readonly string[];
  readonly rest: readonly string[];
  readonly isHelpRequested: boolean;
}

/** Parses the flags of one level of the command tree. Errors name the help page of that level. */
function parseLevel(node: Node, args: readonly string[], table: FlagTable): ParsedLevel {
  try {
    const { tokens, rest } = parseFlagWords(args, table);
    return { tokens, rest, isHelpRequested: tokens.at(-1) !== undefined && lastHelp(tokens) };
  } catch (error) {
    if (!(error instanceof V2Failure)) throw error;
    const reasons = [...error.reasons, `see '${commandWords(node)} --help'`];
    throw new V2Failure(error.message, error.ending, { cause: error, reasons });
  }
}

function lastHelp(tokens: readonly string[]): boolean {
  return tokens.findLast((token) => /^--help=/.test(token))?.endsWith('=true') ?? false;
}

/** Parses the words after the flags of a family or of the program: the name of a command, its flags and arguments. */
function parseSubcommand(node: Node, words: readonly string[], tokens: readonly string[]): V2Request {
  const [name, ...args] = words;
  if (name === undefined) return { kind: 'help', node };
  if (HELP_NAMES.includes(name)) return { kind: 'help', node: helpTopic(node, args) };
  const child = childNamed(node, name);
  if (child.action.kind === 'family') {
    const family = parseLevel(child, args, HELP_FLAG);
    return family.isHelpRequested
      ? { kind: 'help', node: child }
      : parseSubcommand(child, family.rest, tokens);
  }
  return parseCommand(child, args, tokens);
}

function parseCommand(node: Node, args: readonly string[], globalTokens: readonly string[]): V2Request {
  const table = { ...node.flags, ...HELP_FLAG };
  const { words, argsLenAtDash } = flagsFirst(args, table);
  const { tokens, rest, isHelpRequested } = parseLevel(node, words, table);
  if (isHelpRequested) return { kind: 'help', node };
  const own = tokens.filter((token) => !token.startsWith('--help='));
  const parsed = parseFlags(node, [...globalTokens.filter(isGlobal), ...own], rest);
  const given = Object.entries(parsed.given);
  const [ownFlags, globals] = [true, false].map((isOwn) =>
    Object.fromEntries(given.filter(([name]) => name in node.flags === isOwn)),
  );
  const defaults = Object.entries(node.flags).map(([name, flag]) => [name, flag.defaultValue]);
  return {
    kind: 'run',
    node,
    line: {
      args: parsed.args,
      flags: { ...Object.fromEntries(defaults), ...ownFlags },
      argsLenAtDash,
      given: new Set(Object.keys(ownFlags ?? {})),
    },
    globals: globals ?? {},
  };
}

function isGlobal(token: string): boolean {
  return !/^--(?:help|version)=/.test(token);
}

function helpTopic(node: Node, [name]: readonly string[]): Node {
  return name === undefined ? node : childNamed(node, name);
}

function childNamed(node: Node, name: string): Node {
  const child = node.children.find(({ declaration }) => declaration.name === name);
  if (child !== undefined) return child;
  const near = closest(
    name,
    node.children.map(({ declaration }) => declaration.name),
  );
  throw new V2Failure(`No help topic for '${name}'`, 'help-topic', {
    reasons: [`'${commandWords(node)}' has no command ${JSON.stringify(name)}`, ...didYouMean(near)],
  });
}
