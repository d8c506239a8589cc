/** Go's unicode.IsSpace as the inside of a character class; JavaScript's `\s` has another set. */
export const SPACES = '\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const AROUND = new RegExp(`^[${SPACES}]+|[${SPACES}]+$`, 'g');

/** strings.TrimSpace. */
export function trimSpace(text: string): string {
  return text.replace(AROUND, '');
}
