import { GoParseError } from '../../go/parse-error.js';
import { unquoteGo } from '../../go/quote.js';
import { UsageError } from '../../model/errors.js';

/** Go's `\s` is these five; a dot is anything but a newline. */
const WORD = /"(?:[^"\\]|\\[^\n])*"|'[^']*'|[^'"\t\n\f\r ][^\t\n\f\r ]*/g;

/**
 * The words of a line that is typed instead of a command line, in txn and watch (ctlv3/command/util.go, `Argify`): Go's
 * literals in double quotes, anything in single quotes, else what stands between spaces; a quote that nothing closes
 * is passed over. Throws a `UsageError` for a literal that Go does not know.
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
