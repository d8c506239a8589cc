import { bytesFromText, textFromBytes } from '../../go/bytes.js';

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is escaped
const ESCAPED = /["\\\x00-\x1f\x7f-\x9f]|[\udc80-\udcff]/gu;

/** Bytes as protobuf's text format quotes them: less is escaped than by Go (protobuf-go v1.36.11, appendString). */
export function quoteProtobufText(bytes: Uint8Array): string {
  return `"${textFromBytes(bytes).replace(ESCAPED, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  const [byte = 0, ...more] = bytesFromText(character);
  if (more.length > 0) return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return ESCAPES[character] ?? `\\x${byte.toString(16).padStart(2, '0')}`;
}
