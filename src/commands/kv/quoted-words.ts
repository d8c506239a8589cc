import { GoParseError } from '../../go/parse-error.js';
import { unquoteGo } from '../../go/quote.js';
import { UsageError } from '../../model/errors.js';

/** In Go's regexp, `\s` is `[\t\n\f\r ]`, and a dot does not match a newline. */
const WORD = /"(?:[^"\\]|\\[^\n])*"|'[^']*'|[^'"\t\n\f\r ][^\t\n\f\r ]*/g;

/**
 * Splits a line of the interactive input of txn and watch into arguments (ctlv3/command/util.go `Argify`). An argument is
 * a Go literal in double quotes, any text in single quotes, or a text without spaces. An unclosed quote character is
 * skipped. Throws a `UsageError` for an invalid literal.
 */
export function quotedWords(line: string): string[] {
  return (line.match(WORD) ?? []).map((word) => {
    if (word.startsWith("'")) return word.slice(1, -1);
    return word.startsWith('"') ? unquoted(word) : word;
  });
}

function unquoted(literal: string): string {
  try {
    return unquoteGo(literal);
  } catch (cause) {
    if (!(cause instanceof GoParseError)) throw cause;
    throw new UsageError(cause.message, 'input', {
      cause,
      reasons: [`${literal} has an unknown escape sequence: write \\\\ for a backslash`],
    });
  }
}
