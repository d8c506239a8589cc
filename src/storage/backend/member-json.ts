/** A member, as described in the bucket `members`, in the configuration changes of a WAL and in `.snap` files. */
export interface MemberRecord {
  readonly id: bigint;
  readonly name: string;
  /** In ascending order. */
  readonly peerUrls: readonly string[];
}

/** The id is written as decimal digits, because it can exceed the precision of a double. */
export function memberJson({ id, name, peerUrls }: MemberRecord): string {
  const rest = JSON.stringify({ peerURLs: peerUrls, ...(name === '' ? {} : { name }) });
  return goJson(`{"id":${id},${rest.slice(1)}`);
}

/** Escapes the characters that Go's encoding/json escapes but JSON.stringify does not. */
export function goJson(json: string): string {
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The key of a member in the bucket: its id in hexadecimal, not padded. */
export function memberKey(id: bigint): string {
  return id.toString(16);
}

/** Throws a `SyntaxError` or `RangeError` when the text is not a member's description. */
export function parseMemberJson(text: string): MemberRecord {
  const value: unknown = JSON.parse(text.replace(/("id"\s*:\s*)(\d+)/, '$1"$2"'));
  const { id, name = '', peerURLs } = (value ?? {}) as Record<string, unknown>;
  const isMember = typeof id === 'string' && typeof name === 'string' && isTextList(peerURLs);
  if (!isMember) throw new RangeError('not a member description');
  return { id: BigInt(id), name, peerUrls: peerURLs };
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
