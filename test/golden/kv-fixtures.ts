import type { KeyValue, RangeResponse, TxnResponse } from '../../src/model/messages/kv.js';
import { EventType, type WatchResponse } from '../../src/model/messages/watch.js';
import { type Fixtures, HEADER, keyValue, LEASE_ID, ZERO_HEADER } from './fixture-parts.js';

const WHOLE_RANGE = { keysOnly: false, countOnly: false, valuesOnly: false };

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

const RANGE_OF_TWO: RangeResponse = {
  header: HEADER,
  kvs: [keyValue('a', '1'), keyValue('b\n', '\xff', { lease: LEASE_ID })],
  more: true,
  count: 3n,
};
const EMPTY_RANGE: RangeResponse = { header: ZERO_HEADER, kvs: [], more: false, count: 0n };

const TXN: TxnResponse = {
  header: HEADER,
  succeeded: true,
  responses: [
    { response: { $case: 'responsePut', value: { header: HEADER } } },
    { response: { $case: 'responsePut', value: { prevKv: keyValue('p', 'old') } } },
    { response: { $case: 'responseRange', value: RANGE_OF_TWO } },
    { response: { $case: 'responseRange', value: EMPTY_RANGE } },
    { response: { $case: 'responseDeleteRange', value: { header: HEADER, deleted: 0n, prevKvs: [] } } },
    {
      response: {
        $case: 'responseDeleteRange',
        value: { header: HEADER, deleted: 2n, prevKvs: [keyValue('d', '1'), keyValue('e', '')] },
      },
    },
  ],
};

const NO_EVENTS: WatchResponse = {
  header: HEADER,
  watchId: 0n,
  created: false,
  canceled: false,
  compactRevision: 0n,
  cancelReason: '',
  fragment: false,
  events: [],
};
const deleted = (key: string) => keyValue(key, '', { createRevision: 0n, modRevision: 43n, version: 0n });

export const KV_FIXTURES: Fixtures = {
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
  txn: { kind: 'txn', response: TXN },
  'txn-failed': { kind: 'txn', response: { header: HEADER, succeeded: false, responses: [] } },
  'txn-unknown-operation': {
    kind: 'txn',
    response: { header: HEADER, succeeded: false, responses: [{ response: undefined }] },
  },
  watch: {
    kind: 'watch',
    response: {
      ...NO_EVENTS,
      events: [
        { type: EventType.put, kv: keyValue('foo', 'bar', { lease: LEASE_ID }) },
        { type: EventType.put, kv: keyValue('quotes "<>', '\x00\u{2028}\xff') },
        { type: EventType.delete, kv: deleted('foo') },
      ],
    },
  },
  'watch-prev-kv': {
    kind: 'watch',
    response: {
      ...NO_EVENTS,
      watchId: 7n,
      events: [
        { type: EventType.put, kv: keyValue('foo', 'new'), prevKv: keyValue('foo', 'old') },
        { type: EventType.delete, kv: deleted('foo'), prevKv: keyValue('foo', 'new', { lease: -1n }) },
      ],
    },
  },
  'watch-no-events': { kind: 'watch', response: NO_EVENTS },
  'watch-no-header': {
    kind: 'watch',
    response: { ...NO_EVENTS, header: undefined, events: [{ type: EventType.put, kv: keyValue('', '') }] },
  },
  'watch-compacted': {
    kind: 'watch',
    response: {
      ...NO_EVENTS,
      canceled: true,
      compactRevision: 40n,
      cancelReason: 'etcdserver: mvcc: required revision has been compacted',
    },
  },
};
