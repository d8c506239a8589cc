import { describe, expect, it } from 'vitest';
import { ServerError } from '../../src/model/errors.js';
import { slicesOf } from '../../src/model/key-values.js';
import { AttemptError, toServerError, UNREADABLE_MESSAGE } from '../../src/transport/grpc/status.js';
import { KvDefinition, RangeResponse, RangeStreamResponse } from '../../src/wire/etcdserver.js';

const { range, rangeStream } = KvDefinition.methods;

describe('a received range', () => {
  it('has the pairs and the other fields that were sent', () => {
    const received = range.responseType.decode(encoded(300));
    const { kvs, ...others } = received;
    expect([...kvs]).toEqual(pairs(300));
    expect(others).toMatchObject({ header: { revision: 9n }, more: true, count: 1000n });
  });

  it('decodes many pairs anew for each iteration, and few of them to an array', () => {
    const many = range.responseType.decode(encoded(300)).kvs;
    expect(Array.isArray(many)).toBe(false);
    expect([...many]).toEqual([...many]);
    expect(Array.isArray(range.responseType.decode(encoded(255)).kvs)).toBe(true);
  });

  it('tells its length, its size, single pairs and those that pass a filter', () => {
    const { kvs } = range.responseType.decode(encoded(300));
    const all = pairs(300);
    expect(kvs.length).toBe(300);
    expect(kvs.sizeBytes).toBe(encode({ kvs: all }).length);
    for (const index of [0, 7, -1, -2, 300, -301]) expect(kvs.at(index)).toEqual(all.at(index));
    const isOdd = ({ version }: { version: bigint }) => version % 2n === 1n;
    expect(kvs.filter(isOdd)).toEqual(all.filter(isOdd));
  });

  it('can be a part of a stream', () => {
    const rangeResponse = RangeResponse.decode(encoded(300));
    const bytes = RangeStreamResponse.encode({ rangeResponse }).finish();
    const part = rangeStream.responseType.decode(Buffer.from(bytes));
    expect(Array.isArray(part.rangeResponse?.kvs)).toBe(false);
    expect([...(part.rangeResponse?.kvs ?? [])]).toEqual(pairs(300));
    expect(rangeStream.responseType.decode(new Uint8Array(0)).rangeResponse).toBeUndefined();
  });

  it('frees its memory, with the headers before it', () => {
    const response = encode({ kvs: pairs(2000) });
    const memory = Buffer.allocUnsafeSlow(5 + response.length);
    memory.set(response, 5);
    const { kvs } = range.responseType.decode(memory.subarray(5));
    expect(kvs.length).toBe(2000);
    kvs.free?.();
    expect(memory.length).toBe(0);
  });

  it('keeps the order of the pairs when other fields are between them', () => {
    const parts = [pairs(200), pairs(400).slice(200)].map((kvs) => encode({ kvs, more: true }));
    const { kvs, more } = range.responseType.decode(Buffer.concat(parts));
    expect([...kvs]).toEqual(pairs(400));
    expect(more).toBe(true);
  });

  it('is refused when it is cut off', () => {
    const bytes = encode({ kvs: pairs(300) });
    expect(() => range.responseType.decode(bytes.subarray(0, bytes.length - 1))).toThrow();
  });

  it('fails where a pair is damaged, with the error of a response that cannot be decoded', () => {
    const bytes = encode({ kvs: pairs(300) });
    // The length of the last pair's key, after the tag and the length of the pair and the tag of the key.
    const { kvs } = range.responseType.decode(bytes);
    bytes[bytes.length - lastSize() + 3] = 0x7f;
    const { message, code } = toServerError(new AttemptError(UNREADABLE_MESSAGE, 'endpoint'));
    expect(() => [...kvs]).toThrow(ServerError);
    expect(() => [...kvs]).toThrow(expect.objectContaining({ message, code }));
  });
});

describe('slices of pairs', () => {
  it('have all pairs in order, none longer than asked for', () => {
    const slices = [...slicesOf(range.responseType.decode(encoded(300)).kvs, 128)];
    expect(slices.map(({ length }) => length)).toEqual([128, 128, 44]);
    expect(slices.flat()).toEqual(pairs(300));
  });
});

function pairs(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    key: Buffer.from(`key/${index}`),
    value: Buffer.from(`value ${index}`),
    createRevision: BigInt(index + 2),
    modRevision: BigInt(index + 3),
    version: BigInt(index + 1),
    lease: index % 3 === 0 ? 2n ** 62n : 0n,
  }));
}

function encode(fields: Parameters<typeof RangeResponse.fromPartial>[0]): Buffer {
  return Buffer.from(RangeResponse.encode(RangeResponse.fromPartial(fields)).finish());
}

function encoded(count: number): Buffer {
  return encode({ header: { revision: 9n }, kvs: pairs(count), more: true, count: 1000n });
}

/** The encoded size of the last of 300 pairs, with its tag and its length. */
function lastSize(): number {
  return encode({ kvs: pairs(300).slice(-1) }).length;
}
