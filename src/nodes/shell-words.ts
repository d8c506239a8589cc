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
  const isProgram = (word: string) => baseName(word) === program;
  const at = commandLine.findIndex(isProgram);
  if (at >= 0) return commandLine.slice(at + 1);
  const scripts = commandLine.filter((word) => /\s/.test(word)).map(shellWords);
  const script = scripts.find((words) => words.some(isProgram));
  if (script === undefined) return undefined;
  const after = script.slice(script.findIndex(isProgram) + 1);
  const end = after.findIndex((word) => /^[;&|<>]+$/.test(word));
  return end < 0 ? after : after.slice(0, end);
}
