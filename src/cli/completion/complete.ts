/**
 * What can stand at the end of an unfinished command line. The same places have the same values as with etcdctl; besides
 * them the global flags are offered, which etcdctl hides, and only what begins with the unfinished word is.
 */

import { UsageError } from '../../model/errors.js';
import { type CommandNode, findCommand, lineage } from '../command-tree.js';
import { type NormalisedArguments, normaliseArguments } from '../dialect.js';
import type { Flag } from '../flags.js';

/** What a shell may do besides offering the candidates: bits of a sum, with cobra's values (v1.10.2). */
const Directive = {
  /** Files, where nothing else is offered. */
  none: 0,
  noFiles: 4,
} as const;
export type Directive = (typeof Directive)[keyof typeof Directive];

interface Completion {
  readonly candidates: readonly Candidate[];
  readonly directive: Directive;
}

interface Candidate {
  /** The whole word; for `--flag=value` only the value. */
  readonly value: string;
  /** Empty where there is nothing to say. */
  readonly summary: string;
}

/** No argument of a process can contain it. */
const UNFINISHED = '\0';

const NOTHING: Completion = { candidates: [], directive: Directive.none };

/** @param words without the program's name; the last one is unfinished and may be empty */
export function complete(root: CommandNode, words: readonly string[]): Completion {
  const finished = words.slice(0, -1);
  const word = words.at(-1) ?? '';
  const { node, args, stray } = findCommand(root, finished);
  if (stray !== undefined) return NOTHING;
  const flags = node.acceptedFlags;
  const line = normaliseArguments([...args, UNFINISHED], flags);
  if (line.problem !== undefined) return NOTHING;
  if (line.tokens.includes('--help=true')) return { candidates: [], directive: Directive.noFiles };
  const completion = completionAt(word, { root, node, line, flags });
  const candidates = completion.candidates.filter(({ value }) => value.startsWith(completion.typed));
  return { candidates, directive: completion.directive };
}

interface CursorPosition {
  readonly root: CommandNode;
  readonly node: CommandNode;
  readonly line: NormalisedArguments;
  readonly flags: ReadonlyMap<string, Flag<unknown>>;
}

interface Unfiltered extends Completion {
  /** What the candidates have to begin with. */
  readonly typed: string;
}

/** A required flag that is missing comes before all others, and is offered in the place of an argument too. */
function completionAt(word: string, { root, node, line, flags }: CursorPosition): Unfiltered {
  const awaiting = line.tokens.at(-1)?.match(/^--([^=]*)=\0$/)?.[1];
  if (awaiting !== undefined) return { ...valuesOf(flags.get(awaiting)), typed: word };
  const isFlag = word.startsWith('-') && line.dashAt === undefined;
  if (isFlag && word.includes('=')) {
    const at = word.indexOf('=');
    return { ...valuesOf(flagNamed(word.slice(0, at), flags)), typed: word.slice(at + 1) };
  }
  const flagsToOffer = flagNames(node, line);
  const required = flagsToOffer.filter(({ flag, value }) => flag.isRequired && value.startsWith(word));
  if (isFlag) {
    const candidates = required.length > 0 ? required : flagsToOffer;
    return { candidates, directive: Directive.noFiles, typed: word };
  }
  const { candidates, directive } = argumentsOf(node, root, line.positionals.slice(0, -1));
  return { candidates: [...candidates, ...required], directive, typed: word };
}

/** `--name`, `-n`, or letters joined to one word, of which the last one counts. */
function flagNamed(word: string, flags: ReadonlyMap<string, Flag<unknown>>): Flag<unknown> | undefined {
  if (word.startsWith('--')) return flags.get(word.slice(2));
  return [...flags.values()].find(({ short }) => short !== undefined && word.endsWith(short));
}

function valuesOf(flag: Flag<unknown> | undefined): Completion {
  const values = flag?.kind.name === 'bool' ? ['true', 'false'] : (flag?.choices ?? []);
  return {
    candidates: values.map((value) => ({ value, summary: '' })),
    directive: values.length > 0 ? Directive.noFiles : Directive.none,
  };
}

interface FlagCandidate extends Candidate {
  readonly flag: Flag<unknown>;
}

/** The command's own flags first, then those of the commands above it; each once, lists again and again. */
function flagNames(node: CommandNode, { tokens }: NormalisedArguments): FlagCandidate[] {
  const given = new Set(tokens.map((token) => token.slice(2, token.indexOf('='))));
  return lineage(node)
    .reverse()
    .flatMap((each) => Object.entries(each.flags))
    .filter(([name, flag]) => flag.kind.name === 'list' || !given.has(name))
    .flatMap(([name, flag]) => [
      { value: `--${name}`, summary: flag.summary, flag },
      ...(flag.short === undefined ? [] : [{ value: `-${flag.short}`, summary: flag.summary, flag }]),
    ]);
}

function argumentsOf(node: CommandNode, root: CommandNode, earlier: readonly string[]): Completion {
  if (node.action.kind === 'help') return topicsBelow(root, earlier);
  if (earlier.length > 0) return NOTHING;
  if (node.children.length > 0) return commandsOf(node);
  const { argumentChoices = [] } = node.declaration;
  if (argumentChoices.length === 0) return NOTHING;
  const candidates = argumentChoices.map((value) => ({ value, summary: '' }));
  return { candidates, directive: Directive.noFiles };
}

/** What `help` can be asked about. */
function topicsBelow(root: CommandNode, words: readonly string[]): Completion {
  const { node, stray } = findCommand(root, words);
  const topics = commandsOf(node);
  return stray === undefined ? topics : { ...topics, candidates: [] };
}

function commandsOf(node: CommandNode): Completion {
  const candidates = node.children.map(({ declaration: { name, summary } }) => ({ value: name, summary }));
  return { candidates, directive: Directive.noFiles };
}

/**
 * The question that a completion script asks the program, and the answer that it reads: cobra's protocol (v1.10.2,
 * completions.go), so that a script which the Go program has written serves this one too.
 *
 * `etcdctl __complete get --or` is answered by a candidate a line, with a tab and its description where it has one, and a
 * last line with a colon and the directive. Both commands are hidden: no help shows them.
 */
const QUESTIONS: Readonly<Record<string, { readonly hasSummaries: boolean }>> = {
  __complete: { hasSummaries: true },
  __completeNoDesc: { hasSummaries: false },
};

/** The answer for stdout; `undefined` when the command line is no such question. */
export function answerCompletion(root: CommandNode, argv: readonly string[]): string | undefined {
  const [name = '', ...words] = argv;
  const question = Object.hasOwn(QUESTIONS, name) ? QUESTIONS[name] : undefined;
  if (question === undefined) return undefined;
  if (words.length === 0) {
    throw new UsageError('requires at least 1 arg(s), only received 0', 'flag', {
      reasons: ['give the words of the command line; the last one is completed, and may be empty'],
    });
  }
  const { candidates, directive } = complete(root, words);
  const lines = candidates.map(({ value, summary }) =>
    question.hasSummaries && summary !== '' ? `${value}\t${summary}` : value,
  );
  return [...lines, `:${directive}`, ''].join('\n');
}
