import type { DecodedValue, Structured } from '../../src/model/decoded-value.js';
import type { DecodedKey } from '../../src/model/results.js';
import { type Fixtures, keyValue, LEASE_ID } from './fixture-parts.js';

const OBJECT: Structured = new Map<string, Structured>([
  ['apiVersion', 'v1'],
  [
    'data',
    new Map([
      ['__proto__', 'yes'],
      ['2', 'on\nmore'],
    ]),
  ],
  ['kind', 'ConfigMap'],
  [
    'metadata',
    new Map<string, Structured>([
      ['annotations', new Map()],
      ['creationTimestamp', '2026-01-02T03:04:05Z'],
      ['finalizers', []],
      ['generation', 9007199254740993n],
      ['labels', new Map([['app', '<&>"\u2028é']])],
      ['name', null],
      ['ownerReferences', [new Map([['controller', true]])]],
    ]),
  ],
]);

const DOCUMENT: Structured = new Map<string, Structured>([
  ['number', { numberText: '1.50' }],
  ['large', { numberText: '123456789012345678901234567890' }],
  ['exponent', { numberText: '-2.5e-3' }],
  ['list', [null, [], '']],
]);

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte);

/** A key with this value. */
function decoded(name: string | Buffer, value: DecodedValue): DecodedKey {
  const { value: _replaced, ...kv } = keyValue(name, '', {
    lease: LEASE_ID,
    createRevision: 9007199254740993n,
  });
  return { kv, value };
}

const CONFIG_MAP = decoded('/registry/configmaps/default/a', {
  encoding: 'kubernetes',
  object: OBJECT,
  unknownFields: [{ path: 'metadata', number: 99, count: 2, sizeBytes: 7 }],
  isUnknownKind: false,
  problems: [],
});
const DAMAGED = decoded('/registry/example.com/a', {
  encoding: 'kubernetes',
  object: new Map([['kind', 'Thing']]),
  unknownFields: [],
  isUnknownKind: true,
  problems: [{ offset: 27, message: 'metadata.labels: a field of 3 bytes has only 1' }],
});
const JSON_VALUE = decoded('settings', { encoding: 'json', document: DOCUMENT, problems: [] });
const TEXT = decoded('text', { encoding: 'text', bytes: Buffer.from('one: ä\ntwo\n'), problems: [] });
const BINARY = decoded(Buffer.from([0xff, 0x0a]), {
  encoding: 'binary',
  bytes: Buffer.concat([ALL_BYTES, Buffer.alloc(53)]),
  problems: [],
});
const ENCRYPTED = decoded('/registry/secrets/default/token', {
  encoding: 'encrypted',
  encryption: { provider: 'kms', version: 'v2', keyName: 'vault', keyId: 'key-3' },
  sizeBytes: 607,
  problems: [],
});

/** Values that were decoded, alone and in events of a watch. */
export const DECODED_FIXTURES: Fixtures = {
  'decoded-kubernetes': { kind: 'decoded-values', keys: [CONFIG_MAP], valuesOnly: false },
  'decoded-kubernetes-value': { kind: 'decoded-values', keys: [CONFIG_MAP], valuesOnly: true },
  'decoded-damaged': { kind: 'decoded-values', keys: [DAMAGED], valuesOnly: false },
  'decoded-json': { kind: 'decoded-values', keys: [JSON_VALUE], valuesOnly: false },
  'decoded-text': { kind: 'decoded-values', keys: [TEXT], valuesOnly: false },
  'decoded-text-value': { kind: 'decoded-values', keys: [TEXT], valuesOnly: true },
  'decoded-binary': { kind: 'decoded-values', keys: [BINARY], valuesOnly: false },
  'decoded-encrypted': { kind: 'decoded-values', keys: [ENCRYPTED], valuesOnly: false },
  'decoded-encrypted-value': { kind: 'decoded-values', keys: [ENCRYPTED], valuesOnly: true },
  'decoded-put': { kind: 'decoded-events', events: [{ type: 'put', key: JSON_VALUE, previous: TEXT }] },
  'decoded-delete': {
    kind: 'decoded-events',
    events: [{ type: 'delete', key: { kv: TEXT.kv }, previous: ENCRYPTED }],
  },
  'decoded-progress': { kind: 'decoded-events', events: [{ type: 'progress', revision: 9007199254740993n }] },
};
