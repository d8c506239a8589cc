import { describe, expect, it } from 'vitest';
import { decodeValue } from '../../src/values/decode-value.js';
import { storedObject, storedValue } from '../support/kubernetes-values.js';

const encodingOf = (value: string | Uint8Array) => decodeValue(Buffer.from(value), 'auto').encoding;

describe('what is in a value', () => {
  it.each([
    ['{"a":1}', 'json'],
    [' \n[1, 2]\n', 'json'],
    ['{"a":1', 'text'],
    ['{"a":1} x', 'text'],
    ['12345', 'text'],
    ['"quoted"', 'text'],
    ['', 'text'],
    ['héllo\twörld\r\n', 'text'],
    ['bell\x07', 'binary'],
    ['\x1b[31mred', 'binary'],
    ['del\x7f', 'binary'],
    [Buffer.from('{"a":"\xff"}', 'latin1'), 'binary'],
    [Buffer.from([0]), 'binary'],
    ['k8s', 'text'],
    ['k8s\0', 'kubernetes'],
    [storedObject('v1 Secret').value, 'kubernetes'],
    [storedValue('secret-aescbc'), 'encrypted'],
    [storedValue('custom-resource'), 'json'],
  ])('%j is %s', (value, encoding) => {
    expect(encodingOf(value)).toBe(encoding);
  });

  it('is bytes with the decoding hex, whatever they are', () => {
    for (const value of ['{"a":1}', 'text', 'k8s\0']) {
      expect(decodeValue(Buffer.from(value), 'hex')).toEqual({
        encoding: 'binary',
        bytes: Buffer.from(value),
        problems: [],
      });
    }
  });

  it('is a custom resource as it was stored, numbers included', () => {
    const value = decodeValue(storedValue('custom-resource'), 'kubernetes');
    expect(value).toMatchObject({ encoding: 'json', problems: [] });
    const { document } = value as { document: ReadonlyMap<string, ReadonlyMap<string, unknown>> };
    expect(document.get('spec')?.get('keep')).toEqual({ numberText: '9007199254740993' });
  });
});

describe('the decoding kubernetes', () => {
  it.each(['{"a":1}', '{"apiVersion":1,"kind":"x"}', '[]', 'text', '\0'])(
    'has a problem with %j',
    (value) => {
      expect(decodeValue(Buffer.from(value), 'kubernetes')).toMatchObject({
        encoding: encodingOf(value),
        problems: [{ offset: 0, message: 'this is no value of a Kubernetes API server' }],
      });
    },
  );

  it.each([storedObject('v1 Pod').value, storedValue('custom-resource'), storedValue('secret-kms-v2')])(
    'has none with what an API server stores',
    (value) => {
      expect(decodeValue(value, 'kubernetes').problems).toEqual([]);
    },
  );
});

describe('an encrypted value', () => {
  it.each([
    [storedValue('secret-aescbc'), { provider: 'aescbc', version: 'v1', keyName: 'key1' }],
    [
      storedValue('secret-kms-v2'),
      { provider: 'kms', version: 'v2', keyName: 'vault', keyId: 'transit-key-3' },
    ],
    [Buffer.from('k8s:enc:secretbox:v1:clé:\0'), { provider: 'secretbox', version: 'v1', keyName: 'clé' }],
    [
      Buffer.from('k8s:enc:kms:v2:vault:\xff\xff', 'latin1'),
      { provider: 'kms', version: 'v2', keyName: 'vault' },
    ],
    [Buffer.from('k8s:enc:'), { provider: '', version: '', keyName: '' }],
  ])('names its provider and its key', (value, encryption) => {
    expect(decodeValue(value, 'auto')).toEqual({
      encoding: 'encrypted',
      encryption,
      sizeBytes: value.length,
      problems: [],
    });
  });
});
