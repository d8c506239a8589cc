import { describe, expect, it } from 'vitest';
import type { Structured } from '../../../src/model/decoded-value.js';
import { decodeValue } from '../../../src/values/decode-value.js';
import { storedObjects } from '../../support/kubernetes-values.js';

/** What `JSON.parse` would make of its JSON. */
function plain(value: Structured): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, each]) => [name, plain(each)]));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'object' && value !== null && 'numberText' in value) return Number(value.numberText);
  return value;
}

const filled = storedObjects('filled');
const COMPLETE = { encoding: 'kubernetes', problems: [], unknownFields: [], isUnknownKind: false };

describe('objects as an API server stores them', () => {
  it('are of every kind of the API: more than a hundred', () => {
    expect(new Set(filled.map(({ kind }) => kind)).size).toBeGreaterThan(100);
  });

  it.each(filled)('are decoded as Kubernetes does, with every field set: $kind', ({ value, json }) => {
    const { object, ...rest } = decodeValue(value, 'kubernetes') as { object: Structured };
    expect(plain(object)).toEqual(json);
    expect(rest).toEqual(COMPLETE);
  });

  it.each(storedObjects('random'))(
    'are decoded as Kubernetes does, with random fields: $kind',
    ({ value, json }) => {
      const { object, ...rest } = decodeValue(value, 'auto') as { object: Structured };
      expect(plain(object)).toEqual(json);
      expect(rest).toEqual(COMPLETE);
    },
  );

  it('have their names in alphabetical order, as kubectl prints them', () => {
    for (const { value } of filled) {
      const { object } = decodeValue(value, 'auto') as { object: ReadonlyMap<string, Structured> };
      const metadata = object.get('metadata') as ReadonlyMap<string, Structured>;
      expect([...object.keys()]).toEqual([...object.keys()].sort());
      expect([...metadata.keys()]).toEqual([...metadata.keys()].sort());
    }
  });
});
