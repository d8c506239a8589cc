import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Result } from '../../src/model/results.js';
import { OUTPUT_FORMATS, type OutputFormat } from '../../src/printers/printer.js';
import { loadPrinter } from '../../src/printers/registry.js';
import { FIXTURES } from './fixtures.js';

/**
 * What each result looks like in each format, byte for byte: `<fixture>/<format>[-hex].out` is stdout,
 * `.err` is stderr, `.refused` the message when the format lacks the kind. Only UPDATE_GOLDEN=1 writes
 * these files; read the diff, and compare with the real etcdctl, before keeping it.
 */
const UPDATE = process.env.UPDATE_GOLDEN === '1';
const FOLDER = import.meta.dirname;

type Files = ReadonlyMap<string, Buffer>;

async function print(result: Result, format: OutputFormat, hex: boolean): Promise<Files> {
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  const files = new Map<string, Buffer>();
  const name = hex ? `${format}-hex` : format;
  const printer = await loadPrinter(format);
  try {
    const sink = {
      out: (chunk: string | Uint8Array) => out.push(Buffer.from(chunk)),
      err: (text: string) => err.push(Buffer.from(text)),
    };
    printer.print(result, sink, { hex });
    files.set(`${name}.out`, Buffer.concat(out));
  } catch (error) {
    expect(error).toMatchObject({ name: 'UnsupportedFormatError' });
    expect(out).toEqual([]);
    files.set(`${name}.refused`, Buffer.from(`${(error as Error).message}\n`));
  }
  if (err.length > 0) files.set(`${name}.err`, Buffer.concat(err));
  return files;
}

async function printAll(result: Result): Promise<Files> {
  const files: [string, Buffer][] = [];
  for (const format of OUTPUT_FORMATS) {
    for (const hex of [false, true]) files.push(...(await print(result, format, hex)));
  }
  return new Map(files.sort());
}

function readAll(folder: string): Files {
  return new Map(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name))]),
  );
}

function writeAll(folder: string, files: Files): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
}

describe('golden output', () => {
  test.each(Object.entries(FIXTURES))('%s', async (name, result) => {
    const printed = await printAll(result);
    const folder = join(FOLDER, name);
    if (UPDATE) writeAll(folder, printed);
    const kept = readAll(folder);
    expect([...printed.keys()]).toEqual([...kept.keys()]);
    for (const [file, content] of kept) {
      expect(printed.get(file)?.toString('latin1'), file).toBe(content.toString('latin1'));
    }
  });

  test('no folder without its fixture', () => {
    const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).sort()).toEqual(Object.keys(FIXTURES).sort());
  });
});
