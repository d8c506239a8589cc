import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadPrinter } from '../../src/printers/registry.js';
import { DECODED_FIXTURES } from '../golden/decoded-fixtures.js';
import { FIXTURES } from '../golden/fixtures.js';
import { schemaProblems } from '../support/json-schema.js';

const documented = [
  ['endpoint-health', 'endpoint-health-states'],
  ...Object.entries(DECODED_FIXTURES)
    .filter(([, result]) => !('valuesOnly' in result) || !result.valuesOnly)
    .map(([fixture]) => ['decoded-value', fixture] as const),
] as const;

test.each(documented)('JSON is as docs/schemas/%s.schema.json says: %s', async (name, fixture) => {
  const file = new URL(`../../docs/schemas/${name}.schema.json`, import.meta.url);
  const chunks: Buffer[] = [];
  const sink = {
    out: (chunk: string | Uint8Array) => void chunks.push(Buffer.from(chunk)),
    err: () => undefined,
  };
  const result = FIXTURES[fixture];
  if (result === undefined) throw new Error(`there is no fixture ${fixture}`);
  await (await loadPrinter('json')).print(result, sink, { hex: false });
  const value: unknown = JSON.parse(Buffer.concat(chunks).toString());
  expect([value].flat()).not.toEqual([]);
  expect(schemaProblems(value, JSON.parse(readFileSync(file, 'utf8')))).toEqual([]);
});

test('a difference from a schema is found', () => {
  const schema = { type: 'array', items: { type: 'object', properties: { a: { enum: [1] } } } } as const;
  expect(schemaProblems([{ a: 2 }, { b: 1 }, 3], schema)).toEqual([
    '$[0].a: 2',
    '$[1].b: not in the schema',
    '$[2]: integer instead of object',
  ]);
});
