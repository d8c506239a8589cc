import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Result } from '../../src/model/results.js';
import { formatsOf, type OutputFormat } from '../../src/printers/printer.js';
import { loadPrinter } from '../../src/printers/registry.js';
import { FIXTURES } from './fixtures.js';
import { type FormatOutcomes, type Outcome, showOutcomes } from './shown-output.js';

/**
 * `<fixture>.txt` has the output of a result in each format, byte for byte; `showOutcomes` describes its layout. UPDATE_GOLDEN=1
 * writes these files: read the diff, and compare with the real etcdctl, before you commit it.
 */
const UPDATE = process.env.UPDATE_GOLDEN === '1';
const FOLDER = import.meta.dirname;

async function print(result: Result, format: OutputFormat, hex: boolean): Promise<Outcome> {
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  const sink = {
    out: (chunk: string | Uint8Array) => out.push(Buffer.from(chunk)),
    err: (text: string) => err.push(Buffer.from(text)),
  };
  const printer = await loadPrinter(format);
  try {
    await printer.print(result, sink, { hex });
    return { out: Buffer.concat(out), err: Buffer.concat(err) };
  } catch (error) {
    expect(error).toMatchObject({ name: 'UnsupportedFormatError' });
    expect([...out, ...err]).toEqual([]);
    return { out: Buffer.of(), err: Buffer.of(), refused: (error as Error).message };
  }
}

async function printAll(result: Result): Promise<Record<string, FormatOutcomes>> {
  const outcomes: Record<string, FormatOutcomes> = {};
  for (const format of formatsOf(result.kind)) {
    outcomes[format] = {
      plain: await print(result, format, false),
      hex: await print(result, format, true),
    };
  }
  return outcomes;
}

describe('the printers', () => {
  test.each(Object.entries(FIXTURES))('print %s exactly as in its golden file', async (name, result) => {
    const printed = showOutcomes(await printAll(result));
    const file = join(FOLDER, `${name}.txt`);
    if (UPDATE) writeFileSync(file, printed);
    expect(printed).toBe(readFileSync(file, 'utf8'));
  });

  test('have a fixture for every golden file', () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));
    expect(files.sort()).toEqual(
      Object.keys(FIXTURES)
        .map((name) => `${name}.txt`)
        .sort(),
    );
  });
});
