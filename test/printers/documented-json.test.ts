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

async function jsonOf(fixture: string): Promise<string> {
  const chunks: Buffer[] = [];
  const sink = {
    out: (chunk: string | Uint8Array) => void chunks.push(Buffer.from(chunk)),
    err: () => undefined,
  };
  const result = FIXTURES[fixture];
  if (result === undefined) throw new Error(`there is no fixture ${fixture}`);
  await (await loadPrinter('json')).print(result, sink, { hex: false });
  return Buffer.concat(chunks).toString();
}

test.each(documented)('JSON is as docs/schemas/%s.schema.json says: %s', async (name, fixture) => {
  const file = new URL(`../../docs/schemas/${name}.schema.json`, import.meta.url);
  const value: unknown = JSON.parse(await jsonOf(fixture));
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

test('every field of the JSON of doctor stands in docs/operators.md', async () => {
  const text = readFileSync(new URL('../../docs/operators.md', import.meta.url), 'utf8');
  const [, section = ''] = /^### The JSON of `doctor`\n(.*?)^## /ms.exec(text) ?? [];
  const documented = [...section.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = '']) => {
    const names = Array.from(cell.matchAll(/`([^`]+)`/g), ([, name = '']) => name);
    const parent = names[0]?.replace(/\.\w+$/, '') ?? '';
    return names.map((name) => (name.startsWith('.') ? parent + name : name));
  });
  const printed = new Set<string>();
  for (const fixture of ['doctor-healthy', 'doctor-unhealthy', 'doctor-nothing'] as const) {
    const report = JSON.parse(await jsonOf(fixture));
    for (const name of Object.keys(report)) printed.add(name);
    for (const list of ['findings', 'members'] as const) {
      for (const item of report[list]) for (const name of Object.keys(item)) printed.add(`${list}[].${name}`);
    }
  }
  expect(documented).toContain('members[].certificate');
  expect([...printed].sort()).toEqual([...new Set(documented)].sort());
});
