import { baseName } from '../go/file-path.js';

/** A word of a shell's command line: parts in quotes, escaped characters, others. An operator is a word of its own. */
const WORD = /(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\;&|<>])+|[;&|<>]+/gs;
const PART = /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)|([^"'\\]+)/gs;

/** The words of a line of shell, without quotes. Nothing is expanded. */
export function shellWords(line: string): string[] {
  return [...line.replaceAll('\\\n', '').matchAll(WORD)].map(([word]) =>
    word.replace(PART, (_part, double?: string, single?: string, escaped?: string, plain?: string) =>
      double === undefined ? (single ?? escaped ?? plain ?? '') : double.replace(/\\([$`"\\])/g, '$1'),
    ),
  );
}

/**
 * The arguments of the program in a command line, which may start it by its path, or by a script for a shell; undefined when the command
 * line does not run the program.
 */
export function argumentsOf(commandLine: readonly string[], program: string): string[] | undefined {
  const direct = argumentsAfter(program, commandLine);
  if (direct !== undefined) return direct;
  for (const script of commandLine.filter((word) => /\s/.test(word))) {
    const args = argumentsAfter(program, shellWords(script));
    if (args === undefined) continue;
    const end = args.findIndex((word) => /^[;&|<>]+$/.test(word));
    return end < 0 ? args : args.slice(0, end);
  }
  return undefined;
}

/** The words after the name of the program. A word that flags follow has precedence: a script may name a directory `etcd` before. */
function argumentsAfter(program: string, words: readonly string[]): string[] | undefined {
  const places = words.flatMap((word, at) =>
    baseName(word) === program && !/^-|\s/.test(word) ? [at + 1] : [],
  );
  const at = places.find((place) => words[place]?.startsWith('-')) ?? places[0];
  return at === undefined ? undefined : words.slice(at);
}
