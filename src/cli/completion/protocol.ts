/**
 * The question that a completion script asks the program, and the answer that it reads: cobra's protocol (v1.10.2,
 * completions.go), so that a script which the Go program has written serves this one too.
 *
 * `etcdctl __complete get --or` is answered by a candidate a line, with a tab and its description where it has one, and a
 * last line with a colon and the directive.
 */
import { UsageError } from '../../model/errors.js';
import type { CommandNode } from '../command-tree.js';
import { complete } from './complete.js';

/** Both are hidden: no help shows them. */
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
