import { expect, test } from 'vitest';
import type { KeyValue } from '../../src/model/messages/kv.js';
import type { Result } from '../../src/model/results.js';
import { loadPrinter } from '../../src/printers/registry.js';
import { MemberListResponse, RangeResponse, TxnResponse } from '../../src/wire/etcdserver.js';

async function print(result: Result): Promise<Buffer> {
  const out: Uint8Array[] = [];
  const sink = { out: (chunk: string | Uint8Array) => out.push(Buffer.from(chunk)), err: () => {} };
  (await loadPrinter('protobuf')).print(result, sink, { hex: false });
  return Buffer.concat(out);
}

/** Field 1000, a text: nothing that this version of the messages knows. */
const FROM_NEWER_SERVER = Buffer.from([0xc2, 0x3e, 3, ...Buffer.from('new')]);
const HEADER = Buffer.from([0x0a, 2, 0x08, 5]);

test('keeps the fields of newer servers', async () => {
  const bytes = Buffer.concat([HEADER, FROM_NEWER_SERVER]);
  const members = MemberListResponse.decode(bytes);
  expect(await print({ kind: 'member-list', response: members })).toEqual(bytes);
});

test('keeps an operation of a transaction that only newer servers know', async () => {
  const operation = Buffer.from([0x1a, FROM_NEWER_SERVER.length, ...FROM_NEWER_SERVER]);
  const bytes = Buffer.concat([HEADER, operation]);
  const response = TxnResponse.decode(bytes);
  expect(response.responses.map((each) => each.response)).toEqual([undefined]);
  expect(await print({ kind: 'txn', response })).toEqual(bytes);
});

test('the slices of a long range are together its encoding', async () => {
  const kvs = Array.from({ length: 1000 }, (_, index): KeyValue => {
    const key = Buffer.from(`key ${index}`);
    return { key, value: key, createRevision: 1n, modRevision: BigInt(index), version: 1n, lease: 0n };
  });
  const response = { header: undefined, kvs, more: true, count: 5000n };
  const view = { keysOnly: false, countOnly: false, valuesOnly: false };
  const bytes = await print({ kind: 'range', response, view });
  expect(bytes.equals(RangeResponse.encode(response).finish())).toBe(true);
});
