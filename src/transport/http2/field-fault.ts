/** Tokens in lower case; of a pseudo-header, behind its colon (RFC 9113, 8.2.1). */
const NAME = /^:?[!#$%&'*+.^_`|~0-9a-z-]+$/;
/** What HTTP allows, and Go checks: no control but a tab. CR, LF and NUL would forge fields where the value is handed on. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Why a field makes its response malformed, in the words of golang.org/x/net/http2. */
export function fieldFault(name: string, value: string): string | undefined {
  if (!NAME.test(name)) return `invalid header field name ${JSON.stringify(name)}`;
  return VALUE.test(value) ? undefined : `invalid header field value for ${JSON.stringify(name)}`;
}
