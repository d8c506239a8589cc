/**
 * Completion of an unfinished command line. The candidates are those of etcdctl, with two differences: global flags are offered too,
 * which etcdctl hides, and all candidates begin with the unfinished word.
 */

import { UsageError } from '../../model/errors.js';
import { type CommandNode, findCommand, lineage } from '../command-tree.js';
import { type NormalisedArguments, normaliseArguments } from '../dialect.js';
import type { CandidateKind, Flag } from '../flags.js';

/** Completion directives for the shell: a bit set with the values of cobra's ShellCompDirective (v1.10.2). */
const Directive = {
  /** The shell completes file names when there are no candidates. */
  default: 0,
  noFileComp: 4,
} as const;
export type Directive = (typeof Directive)[keyof typeof Directive];

interface Completion {
  readonly candidates: readonly Candidate[];
  readonly directive: Directive;
  /** The candidates are known to the cluster or to files. */
  readonly live?: CandidateKind | undefined;
}

export interface Candidate {
  /** The whole word; for `--flag=value` only the value. */
  readonly value: string;
  /** The description that the shell shows; can be empty. */
  readonly summary: string;
}

/** Stands for the unfinished word while the others are parsed. No argument of a process can contain it. */
const UNFINISHED = '\0';

const NO_CANDIDATES: Completion = { candidates: [], directive: Directive.default };

/** @param words without the program's name; the last one is the unfinished word, which may be empty */
export function complete(root: CommandNode, words: readonly string[]): LiveCompletion {
  const finished = words.slice(0, -1);
  const word = words.at(-1) ?? '';
  const { node, args, unknownWord } = findCommand(root, finished);
  if (unknownWord !== undefined) return { ...NO_CANDIDATES, ...NOTHING_TYPED };
  const flags = node.acceptedFlags;
  const line = normaliseArguments([...args, UNFINISHED], flags);
  if (line.problem !== undefined) return { ...NO_CANDIDATES, ...NOTHING_TYPED };
  if (line.tokens.includes('--help=true')) {
    return { candidates: [], directive: Directive.noFileComp, ...NOTHING_TYPED };
  }
  const completion = completionAt(word, { root, node, line, flags });
  const candidates = completion.candidates.filter(({ value }) => value.startsWith(completion.typed));
  return {
    ...completion,
    candidates,
    flagsBefore: line.tokens.filter((token) => !token.endsWith(UNFINISHED)),
  };
}

/** A completion of which some candidates may be asked for. */
interface LiveCompletion extends Unfiltered {
  /** The flags before the unfinished word, as `--name=value`. */
  readonly flagsBefore: readonly string[];
}

const NOTHING_TYPED = { typed: '', flagsBefore: [] };

interface CursorPosition {
  readonly root: CommandNode;
  readonly node: CommandNode;
  readonly line: NormalisedArguments;
  readonly flags: ReadonlyMap<string, Flag<unknown>>;
}

interface Unfiltered extends Completion {
  /** The part of the word that the candidates must begin with. */
  readonly typed: string;
}

/** Missing required flags hide the other flags, and are offered among the arguments too. */
function completionAt(word: string, { root, node, line, flags }: CursorPosition): Unfiltered {
  const flagBefore = line.tokens.at(-1)?.match(/^--([^=]*)=\0$/)?.[1];
  if (flagBefore !== undefined) return { ...valuesOf(flags.get(flagBefore)), typed: word };
  const isFlag = word.startsWith('-') && line.argsLenAtDash === undefined;
  if (isFlag && word.includes('=')) {
    const at = word.indexOf('=');
    return { ...valuesOf(flagNamed(word.slice(0, at), flags)), typed: word.slice(at + 1) };
  }
  const flagsToOffer = flagNames(node, line);
  const required = flagsToOffer.filter(({ flag, value }) => flag.isRequired && value.startsWith(word));
  if (isFlag) {
    const candidates = required.length > 0 ? required : flagsToOffer;
    return { candidates, directive: Directive.noFileComp, typed: word };
  }
  const { candidates, ...others } = argumentsOf(node, root, line.positionals.slice(0, -1));
  return { ...others, candidates: [...candidates, ...required], typed: word };
}

/** The flag of `--name`, of `-n`, or of the last of several joined shorthands. */
function flagNamed(word: string, flags: ReadonlyMap<string, Flag<unknown>>): Flag<unknown> | undefined {
  if (word.startsWith('--')) return flags.get(word.slice(2));
  return [...flags.values()].find(({ short }) => short !== undefined && word.endsWith(short));
}

function valuesOf(flag: Flag<unknown> | undefined): Completion {
  if (flag?.candidates !== undefined) return liveCandidates(flag.candidates);
  const values = flag?.kind.name === 'bool' ? ['true', 'false'] : (flag?.choices ?? []);
  return {
    candidates: values.map((value) => ({ value, summary: '' })),
    directive: values.length > 0 ? Directive.noFileComp : Directive.default,
  };
}

interface FlagCandidate extends Candidate {
  readonly flag: Flag<unknown>;
}

/** The command's own flags, then the inherited ones. A flag that is given already is left out, unless it is a list. */
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

function liveCandidates(live: CandidateKind): Completion {
  return { candidates: [], directive: Directive.noFileComp, live };
}

function argumentsOf(node: CommandNode, root: CommandNode, precedingArgs: readonly string[]): Completion {
  if (node.action.kind === 'help') return helpTopics(root, precedingArgs);
  const live = node.declaration.argumentCandidates?.[precedingArgs.length];
  if (live !== undefined) return liveCandidates(live);
  if (precedingArgs.length > 0) return NO_CANDIDATES;
  if (node.children.length > 0) return commandsOf(node);
  const { argumentChoices = [] } = node.declaration;
  if (argumentChoices.length === 0) return NO_CANDIDATES;
  const candidates = argumentChoices.map((value) => ({ value, summary: '' }));
  return { candidates, directive: Directive.noFileComp };
}

/** The commands that can follow these words in `help endpoint health`. */
function helpTopics(root: CommandNode, words: readonly string[]): Completion {
  const { node, unknownWord } = findCommand(root, words);
  const topics = commandsOf(node);
  return unknownWord === undefined ? topics : { ...topics, candidates: [] };
}

function commandsOf(node: CommandNode): Completion {
  const candidates = node.children.map(({ declaration: { name, summary } }) => ({ value: name, summary }));
  return { candidates, directive: Directive.noFileComp };
}

/**
 * The protocol between a completion script and the program is that of cobra (v1.10.2, completions.go): a script written by the Go
 * program works with this program too.
 *
 * The response to `etcdctl __complete get --or` has one candidate a line, followed by a tab and its description if it has one. The
 * last line is a colon and the directive. Both commands are hidden: help does not show them.
 */
const COMPLETION_REQUESTS: Readonly<Record<string, { readonly hasSummaries: boolean }>> = {
  __complete: { hasSummaries: true },
  __completeNoDesc: { hasSummaries: false },
};

/** A completion request: its response, or what to ask for first. */
export interface CompletionRequest {
  /** `undefined`: the response is complete without further candidates. */
  readonly live: LiveRequest | undefined;
  /** The text for stdout. */
  respond(further?: readonly Candidate[]): string;
}

export interface LiveRequest {
  readonly kind: CandidateKind;
  readonly typed: string;
  /** The flags before the unfinished word, as `--name=value`. */
  readonly flags: readonly string[];
}

/** The request of a completion script; `undefined` when the command line is none. */
export function completionRequest(root: CommandNode, argv: readonly string[]): CompletionRequest | undefined {
  const [name = '', ...words] = argv;
  const request = Object.hasOwn(COMPLETION_REQUESTS, name) ? COMPLETION_REQUESTS[name] : undefined;
  if (request === undefined) return undefined;
  if (words.length === 0) {
    throw new UsageError('requires at least 1 arg(s), only received 0', 'flag', {
      reasons: ['give the words of the command line; the last one is completed, and may be empty'],
    });
  }
  const { candidates, directive, live, typed, flagsBefore } = complete(root, words);
  return {
    live: live && { kind: live, typed, flags: flagsBefore },
    respond(further = []) {
      const lines = [...further, ...candidates].map(({ value, summary }) =>
        request.hasSummaries && summary !== '' ? `${value}\t${summary}` : value,
      );
      return [...lines, `:${directive}`, ''].join('\n');
    },
  };
}
