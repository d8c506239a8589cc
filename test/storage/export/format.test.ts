import { describe, expect, it } from 'vitest';
import type { KeyValue } from '../../../src/model/messages/kv.js';
import {
  addHeader,
  addKey,
  addLease,
  type ExportedLease,
  type ExportHeader,
  type ExportLine,
  endLine,
  parseLine,
} from '../../../src/storage/export/format.js';
import { LineBuffer } from '../../../src/storage/export/line-buffer.js';

const KEY = { createRevision: 2n, modRevision: 9_007_199_254_740_993n, version: 4n, lease: 0n };

type Add<Item> = (lines: LineBuffer, item: Item) => void;

/** The line that `add` makes, behind another one. */
function lineOf<Item>(add: Add<Item>, item: Item): string {
  const lines = new LineBuffer().text('before');
  add(lines, item);
  return Buffer.from(lines.take()).toString().slice('before'.length);
}
const keyLine = (kv: KeyValue) => lineOf(addKey, kv);
const leaseLine = (lease: ExportedLease) => lineOf(addLease, lease);
const headerLine = (header: ExportHeader) => lineOf(addHeader, header);

const parse = (text: string) => parseLine(Buffer.from(text));

describe('the lines of an export', () => {
  it.each([
    ['text', 'value "quoted" \\ é 😀 \u2028\n\0'],
    ['a byte order mark', '\ufeffx'],
    ['a replacement character', '\ufffd'],
    ['nothing', ''],
    ['much', 'long é '.repeat(60_000)],
    ['exactly what is copied', 'x'.repeat(512)],
  ])('have %s as text', (_what, value) => {
    const line = keyLine({ ...KEY, key: Buffer.from('k'), value: Buffer.from(value) });
    expect(JSON.parse(line)).toMatchObject({ key: 'k', value });
    expect(parse(line)).toEqual({
      kind: 'key',
      record: { key: Buffer.from('k'), value: Buffer.from(value), lease: 0n },
    });
  });

  it.each([
    ['a byte alone', [0xff]],
    ['many bytes', Array(200_000).fill(0xfe)],
    ['half of a character', [0x61, 0xc3]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a zero in two bytes', [0xc0, 0x80]],
  ])('have %s in base64', (_what, bytes) => {
    const value = Buffer.from(bytes);
    const line = keyLine({ ...KEY, key: value, value });
    expect(JSON.parse(line)).toMatchObject({
      keyBase64: value.toString('base64'),
      valueBase64: value.toString('base64'),
    });
    expect(parse(line)).toEqual({ kind: 'key', record: { key: value, value, lease: 0n } });
  });

  it('have revisions as numbers, and leases in hexadecimal', () => {
    const kv = { ...KEY, key: Buffer.from('k'), value: Buffer.from('v'), lease: 0x694d8a9b12c4e5f0n };
    expect(keyLine(kv)).toBe(
      '{"key":"k","value":"v","createRevision":2,"modRevision":9007199254740993,"version":4,"lease":"694d8a9b12c4e5f0"}\n',
    );
    const lease = { id: -1n, grantedTtl: 60n, ttl: 42n };
    expect(leaseLine(lease)).toBe('{"lease":"-1","grantedTtl":60,"ttl":42}\n');
    expect(parse(leaseLine(lease))).toEqual({ kind: 'lease', lease });
  });

  it.each([0n, 1n, 9n, 10n, 99n, 100n, 9_007_199_254_740_991n, 9_007_199_254_740_992n, 2n ** 63n - 1n])(
    'have the digits of %d',
    (version) => {
      const kv = { ...KEY, key: Buffer.from('k'), value: Buffer.from('v'), version };
      expect(keyLine(kv)).toContain(`,"version":${version}}`);
    },
  );

  it('begin with what was exported and end with what was written', () => {
    const head = {
      clusterId: 0xabn,
      revision: 5n,
      range: { key: Buffer.of(0xff), rangeEnd: Buffer.from('b') },
      time: new Date(0),
    };
    expect(headerLine(head)).toBe(
      '{"kind":"etcdctl-export","schema":1,"clusterId":"ab","revision":5,' +
        '"range":{"keyBase64":"/w==","rangeEnd":"b"},"time":"1970-01-01T00:00:00.000Z"}\n',
    );
    expect(parse(headerLine(head))).toEqual({ kind: 'header' });
    expect(parse(endLine(3, 'ff'))).toEqual<ExportLine>({ kind: 'end', keys: 3, sha256: 'ff' });
  });

  it.each([
    ['', 'it is not JSON'],
    ['{"key"', 'it is not JSON'],
    ['[1]', 'it is not an object'],
    ['null', 'it is not an object'],
    ['{}', 'it has no "key"'],
    ['{"kind":"other"}', 'it begins another kind of file'],
    ['{"kind":"etcdctl-export","schema":2}', 'its schema is 2; this program reads 1'],
    ['{"key":"a"}', 'it needs either "value" or "valueBase64"'],
    ['{"key":"a","keyBase64":"YQ==","value":""}', 'it needs either "key" or "keyBase64"'],
    ['{"key":"","value":"v"}', 'the key is empty'],
    ['{"key":1,"value":"v"}', '"key" is not text'],
    ['{"key":"\\ud800","value":"v"}', '"key" has half of a character'],
    ['{"keyBase64":"Y!Q==","value":"v"}', '"keyBase64" is not base64'],
    ['{"keyBase64":"YQ","value":"v"}', '"keyBase64" is not base64'],
    ['{"key":"a","value":"v","lease":5}', '"lease" is not a hexadecimal number'],
    ['{"lease":"5"}', 'a lease needs "grantedTtl", in seconds'],
    ['{"end":{}}', '"end" needs "keys" and "sha256"'],
  ])('%j is refused', (text, message) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ message, kind: 'input' }));
  });

  it('are refused when they are not UTF-8', () => {
    expect(() => parseLine(Buffer.of(0x22, 0xff, 0x22))).toThrow('it is not UTF-8');
  });
});
