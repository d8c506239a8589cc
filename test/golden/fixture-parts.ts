import { bytesFromText } from '../../src/go/bytes.js';
import type { ResponseHeader } from '../../src/model/messages/header.js';
import type { KeyValue } from '../../src/model/messages/kv.js';
import type { Result } from '../../src/model/results.js';

/** Results, by the name of the golden file with their output. */
export type Fixtures = { readonly [name: string]: Result };

/** Its ids are larger than 2^53, which a double cannot represent exactly. */
export const HEADER: ResponseHeader = {
  clusterId: 14841639068965178418n,
  memberId: 10276657743932975437n,
  revision: 42n,
  raftTerm: 7n,
};

/** The header of responses without a revision: calls that read or write no key. */
export const BARE_HEADER: ResponseHeader = { ...HEADER, revision: 0n };

export const ZERO_HEADER: ResponseHeader = { clusterId: 0n, memberId: 0n, revision: 0n, raftTerm: 0n };

/** A lease id such as etcd generates, larger than 2^53. */
export const LEASE_ID = 7587890332221447170n;

export function keyValue(
  key: string | Uint8Array,
  value: string | Uint8Array,
  rest: Partial<KeyValue> = {},
): KeyValue {
  const bytes = (content: string | Uint8Array) =>
    typeof content === 'string' ? bytesFromText(content) : content;
  return {
    key: bytes(key),
    createRevision: 2n,
    modRevision: 3n,
    version: 1n,
    value: bytes(value),
    lease: 0n,
    ...rest,
  };
}
