/**
 * JSON as Go's encoding/json writes it: no spaces, `<`, `>` and `&` escaped for HTML, bytes in base64,
 * 64-bit numbers bare. Written piece by piece: JSON.stringify knows neither bigint nor a result larger than
 * a string.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON must escape
const ESCAPED = /["\\\u0000-\u001f<>&\u2028\u2029]|\p{Cs}/gu;
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/**
 * The JSON literal of a text; a byte that was not valid UTF-8 (a lone surrogate, see model/bytes) is
 * `\ufffd`.
 */
export function jsonString(text: string): string {
  return `"${text.replace(ESCAPED, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  const unit = character.charCodeAt(0);
  if (unit >= 0xd800 && unit <= 0xdfff) return '\\ufffd';
  return SHORT_ESCAPES[character] ?? `\\u${unit.toString(16).padStart(4, '0')}`;
}
