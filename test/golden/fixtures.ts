import { bytesFromText } from '../../src/model/bytes.js';
import type { KeyValue, ResponseHeader } from '../../src/model/messages.js';
import type { Result } from '../../src/model/results.js';

/** The results whose output in each format is kept in this folder, by the name of their sub-folder. */

const HEADER: ResponseHeader = {
  clusterId: 14841639068965178418n,
  memberId: 10276657743932975437n,
  revision: 42n,
  raftTerm: 7n,
};
const WHOLE_RANGE = { keysOnly: false, countOnly: false, valuesOnly: false };

function keyValue(
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

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte);

const KEY_VALUES: readonly KeyValue[] = [
  keyValue('foo', 'bar'),
  keyValue('empty value', ''),
  keyValue('line\nbreak\ttab', 'two\nlines\n'),
  keyValue('quotes "\\\' <&>', '{"a":1}'),
  keyValue('日本語 é e\u0301', '🇩🇪 👨‍👩‍👧 \u2028\u2029\u00ad\u00a0\ufeff\u{10ffff}'),
  keyValue(Buffer.from('c328a0a1e282f0288cbc', 'hex'), Buffer.from('edb080f4908080c080fffe00', 'hex')),
  keyValue(ALL_BYTES, Buffer.concat([ALL_BYTES, ALL_BYTES])),
  keyValue('leased', 'l', { lease: 7587890332221447170n, createRevision: 9007199254740993n, version: 12n }),
  keyValue('extremes', 'x', {
    createRevision: 9223372036854775807n,
    modRevision: -9223372036854775808n,
    version: 0n,
    lease: -255n,
  }),
];

export const FIXTURES: { readonly [name: string]: Result } = {
  put: { kind: 'put', response: { header: HEADER } },
  'put-prev-kv': {
    kind: 'put',
    response: { header: HEADER, prevKv: keyValue('a"b', '\x00\xff\n', { lease: 255n }) },
  },
  range: {
    kind: 'range',
    view: WHOLE_RANGE,
    response: { header: HEADER, kvs: KEY_VALUES, more: true, count: 1000n },
  },
  'range-empty': {
    kind: 'range',
    view: WHOLE_RANGE,
    response: { header: HEADER, kvs: [], more: false, count: 0n },
  },
  'range-keys-only': {
    kind: 'range',
    view: { ...WHOLE_RANGE, keysOnly: true },
    response: { header: HEADER, kvs: [keyValue('a', ''), keyValue('b', '')], more: false, count: 2n },
  },
  'range-count-only': {
    kind: 'range',
    view: { ...WHOLE_RANGE, countOnly: true },
    response: { header: HEADER, kvs: [], more: false, count: 5n },
  },
  'range-values-only': {
    kind: 'range',
    view: { ...WHOLE_RANGE, valuesOnly: true },
    response: { header: HEADER, kvs: KEY_VALUES, more: false, count: 9n },
  },
  'range-zero-header': {
    kind: 'range',
    view: WHOLE_RANGE,
    response: {
      header: { clusterId: 0n, memberId: 0n, revision: 0n, raftTerm: 0n },
      kvs: [keyValue('', '', { createRevision: 0n, modRevision: 0n, version: 0n })],
      more: false,
      count: 1n,
    },
  },
  'range-no-header': {
    kind: 'range',
    view: WHOLE_RANGE,
    response: { kvs: [], more: false, count: 0n },
  },
  'delete-range': { kind: 'delete-range', response: { header: HEADER, deleted: 3n, prevKvs: [] } },
  'delete-range-prev-kv': {
    kind: 'delete-range',
    response: { header: HEADER, deleted: 9n, prevKvs: KEY_VALUES },
  },
  'endpoint-health': {
    kind: 'endpoint-health',
    endpoints: [
      { endpoint: '127.0.0.1:2379', isHealthy: true, took: '1.234567ms', error: '' },
      {
        endpoint: 'https://10.0.0.12:2379',
        isHealthy: false,
        took: '5.0002s',
        error: 'context deadline exceeded',
      },
      {
        endpoint: 'http://[::1]:2379',
        isHealthy: false,
        took: '980.5µs',
        error: 'Active Alarm(s): NOSPACE ',
      },
      {
        endpoint: 'unix://日本.sock',
        isHealthy: false,
        took: '',
        error: '<&> "two\nlines"\twide 語 and 🇩🇪 e\u0301',
      },
    ],
  },
  'endpoint-health-none': { kind: 'endpoint-health', endpoints: [] },
  'snapshot-saved': {
    kind: 'snapshot-saved',
    path: '/var/backups/a "b" é \udcff.db',
    serverVersion: '3.6.0',
  },
  'snapshot-saved-old-server': { kind: 'snapshot-saved', path: 'snapshot.db', serverVersion: '' },
  text: { kind: 'text', text: 'first line\nsecond line\n' },
};
