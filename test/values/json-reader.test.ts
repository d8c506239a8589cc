import { describe, expect, it } from 'vitest';
import type { Structured } from '../../src/model/decoded-value.js';
import { readJson } from '../../src/values/json-reader.js';

const read = (text: string | Uint8Array) => readJson(Buffer.from(text));

/** As `JSON.parse` gives it. */
function plain(value: Structured): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, each]) => [name, plain(each)]));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null && 'numberText' in value) return Number(value.numberText);
  return value;
}

const DOCUMENTS = [
  '{}',
  ' [ ] ',
  '{"a":{"b":[1,-2.5e-3,true,false,null,"\\u00e9\\n\\"\\\\"]},"":0}',
  '[[[]],{"x":{}},"🇩🇪"]',
  '0',
  '"a"',
];
const MALFORMED = [
  '',
  '{',
  '[',
  '[1',
  '[1,]',
  '{"a"}',
  '{"a":}',
  '{a:1}',
  '[01]',
  '[1.]',
  '[+1]',
  '["\\x"]',
  '["a',
  '["\t"]',
  '[1]]',
  'nul',
  '["\\',
];

describe('a JSON document', () => {
  it.each(DOCUMENTS)('%s is read as JSON.parse reads it', (text) => {
    expect(plain(read(text))).toEqual(JSON.parse(text));
  });

  it.each(MALFORMED)('%j is refused, as JSON.parse refuses it', (text) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(() => read(text)).toThrow(expect.objectContaining({ name: 'JsonError' }));
  });

  it('is refused at every truncation, with an offset in it', () => {
    const text = DOCUMENTS[2] ?? '';
    for (let length = 1; length < text.length; length++) {
      expect(() => read(text.slice(0, length))).toThrow(expect.objectContaining({ name: 'JsonError' }));
    }
    expect(() => read('["é",]')).toThrow(expect.objectContaining({ offset: 6 }));
  });

  it('keeps numbers, the order of names, and names that mean something to JavaScript', () => {
    const value = read('{"2":1.0,"1":9007199254740993,"__proto__":1e400}');
    expect([...(value as ReadonlyMap<string, unknown>)]).toEqual([
      ['2', { numberText: '1.0' }],
      ['1', { numberText: '9007199254740993' }],
      ['__proto__', { numberText: '1e400' }],
    ]);
  });

  it('is refused when it is not UTF-8, and when it is too deep', () => {
    expect(() => read(Buffer.from('["\xff"]', 'latin1'))).toThrow('it is not UTF-8');
    expect(() => read('['.repeat(100_000))).toThrow('it is more than 500 levels deep');
  });
});
