import type { Encryption } from '../../model/decoded-value.js';
import { LENGTH_DELIMITED, WireReader } from './wire.js';

const PREFIX = 'k8s:enc:';
/** Provider, version and name of the key are short; what follows is ciphertext. */
const MAX_PREFIX_BYTES = 1024;

/**
 * The prefix of a value that an API server has encrypted: `k8s:enc:aescbc:v1:key1:`, `k8s:enc:kms:v2:plugin:`
 * (k8s.io/apiserver, server/options/encryptionconfig). `undefined` for any other value.
 */
export function encryptionOf(value: Uint8Array): Encryption | undefined {
  const head = Buffer.from(value.buffer, value.byteOffset, Math.min(value.length, MAX_PREFIX_BYTES));
  const text = head.toString('latin1');
  if (!text.startsWith(PREFIX)) return undefined;
  const [, provider, version, keyName] = /^k8s:enc:([a-z0-9]+):(v\d+):([^:]*):/.exec(text) ?? [];
  if (provider === undefined || version === undefined || keyName === undefined) {
    return { provider: '', version: '', keyName: '' };
  }
  const length = `${PREFIX}${provider}:${version}:${keyName}:`.length;
  const keyId = provider === 'kms' && version === 'v2' ? kmsKeyId(value, length) : undefined;
  return {
    provider,
    version,
    keyName: head.toString('utf8', length - keyName.length - 1, length - 1),
    ...(keyId !== undefined && { keyId }),
  };
}

/** The id of the key in the message that follows the prefix of KMS version 2: field 2 of `EncryptedObject`. */
function kmsKeyId(value: Uint8Array, start: number): string | undefined {
  const reader = new WireReader(value, start, value.length);
  for (let each = reader.next(); each !== undefined && !('fault' in each); each = reader.next()) {
    if (each.number === 2 && each.wireType === LENGTH_DELIMITED) {
      return Buffer.from(value.subarray(each.start, each.end)).toString('utf8');
    }
  }
  return undefined;
}
