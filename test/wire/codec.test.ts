import { describe, expect, it, test } from 'vitest';
import { messageEncoder } from '../../src/transport/grpc/rpc.js';
import {
  CompareResult,
  CompareTarget,
  FilterType,
  KvDefinition,
  LeaseTimeToLiveResponse,
  MaintenanceDefinition,
  Member,
  MemberListRequest,
  PutRequest,
  PutResponse,
  RangeResponse,
  SnapshotResponse,
  TxnRequest,
  WatchDefinition,
  WatchRequest,
} from '../../src/wire/etcdserver.js';
import { ConfState, HardState, WalRecord } from '../../src/wire/records.js';
import type { MessageCodec } from '../support/message-codec.js';

const int64Max = 2n ** 63n - 1n;
const int64Min = -(2n ** 63n);
const uint64Max = 2n ** 64n - 1n;

const text = (value: string) => new TextEncoder().encode(value);
const everyByte = Uint8Array.from({ length: 256 }, (_, index) => index);

/** Decoded bytes fields are views into a pooled or larger buffer; as plain arrays they compare by content. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}

interface Vector {
  name: string;
  hex: string;
  check(): void;
}

function vector<Message>(
  name: string,
  hex: string,
  [codec, message]: [MessageCodec<Message>, Message],
): Vector {
  const check = () => {
    expect(Buffer.from(codec.encode(message).finish()).toString('hex')).toBe(hex);
    expect(plain(codec.decode(Buffer.from(hex, 'hex')))).toEqual(plain(message));
  };
  return { name, hex, check };
}

/** The hex strings were encoded by etcd's Go codec. */
const vectors = [
  vector('PutRequest', '0a03666f6f1204000afffe18ffffffffffffffffff0120013001', [
    PutRequest,
    PutRequest.fromPartial({
      key: text('foo'),
      value: Uint8Array.of(0, 10, 255, 254),
      lease: -1n,
      prevKv: true,
      ignoreLease: true,
    }),
  ]),
  vector(
    'RangeResponse',
    '0a2208ffffffffffffffffff0110cdd2918bd2b881cf8e0118ffffffffffffffff7f2001' +
      '12230a03666f6f100218ffffffffffffffff7f20012a03626172308080808080808080800112' +
      `92020a8002${Buffer.from(everyByte).toString('hex')}10ac021880808080808080102080011801` +
      '2003',
    [
      RangeResponse,
      RangeResponse.fromPartial({
        header: { clusterId: uint64Max, memberId: 0x8e9e05c52164694dn, revision: int64Max, raftTerm: 1n },
        kvs: [
          {
            key: text('foo'),
            createRevision: 2n,
            modRevision: int64Max,
            version: 1n,
            value: text('bar'),
            lease: int64Min,
          },
          { key: everyByte, createRevision: 300n, modRevision: 2n ** 53n, version: 128n },
        ],
        more: true,
        count: 3n,
      }),
    ],
  ),
  vector('TxnRequest', '0a09080310041a016b4000120222001a051a030a016b', [
    TxnRequest,
    TxnRequest.fromPartial({
      compare: [
        {
          result: CompareResult.NOT_EQUAL,
          target: CompareTarget.LEASE,
          key: text('k'),
          targetUnion: { $case: 'lease', value: 0n },
        },
      ],
      success: [{ request: { $case: 'requestTxn', value: {} } }],
      failure: [{ request: { $case: 'requestDeleteRange', value: { key: text('k') } } }],
    }),
  ]),
  vector('WatchRequest', '0a130a016b18072a02000138ffffffffffffffff7f', [
    WatchRequest,
    WatchRequest.fromPartial({
      requestUnion: {
        $case: 'createRequest',
        value: {
          key: text('k'),
          startRevision: 7n,
          filters: [FilterType.NOPUT, FilterType.NODELETE],
          watchId: int64Max,
        },
      },
    }),
  ]),
  vector(
    'Member',
    '08ffffffffffffffffff0112026d311a1568747470733a2f2f31302e302e302e313a32333830' +
      '221568747470733a2f2f31302e302e302e313a32333739220c68747470733a2f2fc3a93a312801',
    [
      Member,
      {
        id: uint64Max,
        name: 'm1',
        peerUrls: ['https://10.0.0.1:2380'],
        clientUrls: ['https://10.0.0.1:2379', 'https://é:1'],
        isLearner: true,
      },
    ],
  ),
  vector('ConfState, unpacked', '080108ffffffffffffffffff012800', [
    ConfState,
    ConfState.fromPartial({ voters: [1n, uint64Max], autoLeave: false }),
  ]),
  vector('Record, explicit zero', '08041000', [WalRecord, WalRecord.fromPartial({ type: 4n, crc: 0 })]),
];

describe('equals etcd', () => {
  test.each(vectors)('in the bytes of $name', ({ check }) => check());
});

describe('round trips', () => {
  test.each([int64Min, -1n, 0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n + 1n, int64Max])('int64 %d', (lease) => {
    const bytes = PutRequest.encode(PutRequest.fromPartial({ lease })).finish();
    expect(PutRequest.decode(bytes).lease).toBe(lease);
  });

  test.each([0n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n, uint64Max])('uint64 %d', (commit) => {
    const bytes = HardState.encode({ commit }).finish();
    expect(HardState.decode(bytes)).toEqual({ commit });
  });

  test.each([int64Max + 1n, int64Min - 1n])('%d is rejected as int64', (lease) => {
    expect(() => PutRequest.encode(PutRequest.fromPartial({ lease }))).toThrow(/too large/);
  });

  test('a message without fields', () => {
    expect(MemberListRequest.encode({ linearizable: false }).finish()).toHaveLength(0);
    expect(MemberListRequest.decode(new Uint8Array(0))).toEqual({ linearizable: false });
    expect(PutResponse.decode(new Uint8Array(0)).header).toBeUndefined();
    expect(WalRecord.decode(new Uint8Array(0))).toEqual({});
  });

  test('an unknown enum value is kept', () => {
    const bytes = Uint8Array.of(0x08, 0x63);
    const { compare } = TxnRequest.decode(Uint8Array.of(0x0a, 2, ...bytes));
    expect(compare[0]?.result).toBe(99);
  });

  test('unknown fields are kept', () => {
    const header = [0x0a, 0x02, 0x18, 0x07];
    const unknown = [0xf8, 0x07, 0xac, 0x02, 0xfa, 0x07, 0x01, 0x61, 0xfa, 0x07, 0x00];
    const bytes = Uint8Array.of(...header, ...unknown);
    expect([...PutResponse.encode(PutResponse.decode(bytes)).finish()]).toEqual([...bytes]);
  });
});

describe('bytes are views, not copies', () => {
  test('of the input buffer', () => {
    const input = SnapshotResponse.encode(SnapshotResponse.fromPartial({ blob: everyByte })).finish();
    const { blob } = SnapshotResponse.decode(input);
    expect(blob.buffer).toBe(input.buffer);
    expect(blob).toHaveLength(256);
    input.fill(7);
    expect(blob.every((byte) => byte === 7)).toBe(true);
  });

  test('also when nested and repeated', () => {
    const kvs = [{ key: text('k'), value: everyByte }];
    const range = RangeResponse.encode(RangeResponse.fromPartial({ kvs })).finish();
    const keys = LeaseTimeToLiveResponse.encode(
      LeaseTimeToLiveResponse.fromPartial({ keys: [everyByte] }),
    ).finish();
    expect(RangeResponse.decode(range).kvs[0]?.value.buffer).toBe(range.buffer);
    expect(LeaseTimeToLiveResponse.decode(keys).keys[0]?.buffer).toBe(keys.buffer);
  });
});

describe('bad input', () => {
  test('a truncated field throws', () => {
    const whole = Buffer.from('1204000afffe18ffffffffffffffffff01', 'hex');
    const boundaries = [0, 6, whole.length];
    for (let length = 0; length <= whole.length; length++) {
      const decode = () => PutRequest.decode(whole.subarray(0, length));
      if (boundaries.includes(length)) expect(decode).not.toThrow();
      else expect(decode, `cut at ${length}`).toThrow(RangeError);
    }
  });

  test('a truncated nested message throws', () => {
    const { hex } = vectors.find(({ name }) => name === 'RangeResponse') ?? { hex: '' };
    const whole = Buffer.from(hex, 'hex');
    expect(() => RangeResponse.decode(whole.subarray(0, 50))).toThrow(RangeError);
    expect(() => RangeResponse.decode(whole.subarray(0, 200))).toThrow(RangeError);
  });

  test.each([
    ['a length beyond the input', '1affffffff0f00'],
    ['a varint without an end', '10ffffffffffffffffffffffff'],
    ['an open group', 'fb07'],
  ])('%s throws', (_, hex) => {
    expect(() => SnapshotResponse.decode(Buffer.from(hex, 'hex'))).toThrow();
  });

  test('endless nesting throws instead of exhausting the stack', () => {
    let nested = TxnRequest.fromPartial({});
    for (let depth = 0; depth < 200; depth++) {
      nested = TxnRequest.fromPartial({ success: [{ request: { $case: 'requestTxn', value: nested } }] });
    }
    const bytes = TxnRequest.encode(nested).finish();
    expect(() => TxnRequest.decode(bytes)).toThrow(/recursion limit/);
  });
});

describe('service definitions', () => {
  test('give names and kinds of streaming', () => {
    const { range, rangeStream } = KvDefinition.methods;
    expect([KvDefinition.fullName, range.name]).toEqual(['etcdserverpb.KV', 'Range']);
    expect([range.requestStream, range.responseStream]).toEqual([false, false]);
    expect([rangeStream.requestStream, rangeStream.responseStream]).toEqual([false, true]);
    expect(MaintenanceDefinition.methods.snapshot.responseType).toBe(SnapshotResponse);
    expect([
      WatchDefinition.methods.watch.requestStream,
      WatchDefinition.methods.watch.responseStream,
    ]).toEqual([true, true]);
  });
});

const bytes = (text: string) => Uint8Array.from(Buffer.from(text));
const put = (value: string, lease = 0n) =>
  PutRequest.fromPartial({ key: bytes('k'), value: bytes(value), lease });

describe('the message encoder', () => {
  it('returns bytes that later messages do not change', () => {
    const encode = messageEncoder(PutRequest);
    const messages = [put('first'), put('x'.repeat(100_000)), put('second'), put('')];
    const encoded = messages.map(encode);
    expect(encoded.map((bytes) => PutRequest.decode(bytes))).toEqual(messages);
  });

  it('drops the bytes of a message that cannot be encoded', () => {
    const encode = messageEncoder(PutRequest);
    encode(put('first'));
    expect(() => encode(put('wrong', 2n ** 64n))).toThrow('too large');
    expect(PutRequest.decode(encode(put('second')))).toEqual(put('second'));
  });
});
