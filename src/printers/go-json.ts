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
 * The JSON literal that Go's encoding/json writes for a text: `<`, `>` and `&` are escaped for HTML, and a byte that was
 * not valid UTF-8 (a lone surrogate, see go/bytes.ts) is `\ufffd`.
 */
export function jsonString(text: string): string {
  return `"${text.replace(ESCAPED, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  const unit = character.charCodeAt(0);
  if (unit >= 0xd800 && unit <= 0xdfff) return '\\ufffd';
  return SHORT_ESCAPES[character] ?? `\\u${unit.toString(16).padStart(4, '0')}`;
}
