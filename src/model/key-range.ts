/**
 * The half-open interval [key, rangeEnd) of a request (etcd client/v3/op.go). Without `rangeEnd`, it is the single key.
 * A `rangeEnd` of one zero byte means all keys from `key` on.
 */
export interface KeyRange {
  readonly key: Uint8Array;
  readonly rangeEnd?: Uint8Array;
}

/** The smallest key. As a range end it means "no end". */
export const ZERO_BYTE: Uint8Array = Buffer.of(0);

/** All keys that begin with the prefix; every key when it is empty. */
export function prefixRange(prefix: Uint8Array): KeyRange {
  if (prefix.length === 0) return { key: ZERO_BYTE, rangeEnd: ZERO_BYTE };
  return { key: prefix, rangeEnd: prefixEnd(prefix) };
}

/** All keys from this one on, in byte order. */
export function fromKeyRange(key: Uint8Array): KeyRange {
  return { key: key.length === 0 ? ZERO_BYTE : key, rangeEnd: ZERO_BYTE };
}

/** The smallest key after all keys with the prefix; "no end" when all bytes of the prefix are 0xff. */
export function prefixEnd(prefix: Uint8Array): Uint8Array {
  for (let index = prefix.length - 1; index >= 0; index--) {
    const byte = prefix[index] ?? 0xff;
    if (byte < 0xff) {
      const end = Buffer.from(prefix.subarray(0, index + 1));
      end[index] = byte + 1;
      return end;
    }
  }
  return ZERO_BYTE;
}

/** The key of health probes; any key works. A response, even `permission denied`, shows that the member took part in consensus. */
export const HEALTH_PROBE_KEY: Uint8Array = Buffer.from('health');
