import { createRequire } from 'node:module';
import { runInThisContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { splitProgram } from '../../scripts/lib/split-bundle.mjs';
import { createPartRequire, type PartsFile } from '../../src/launcher/program-parts.js';

const program = 'test/fixtures/split-program';
const division = { first: /entry\.ts$/, second: /later\.ts$/, nothing: /^/ };

type Split = Awaited<ReturnType<typeof splitProgram>>;

describe('splitProgram', () => {
  let split: Split;
  beforeAll(async () => {
    split = await splitProgram(`${program}/entry.ts`, division);
  });

  it('writes the files of the division', () => {
    expect(split.files.map(({ name, parts }) => [name, parts > 0])).toEqual([
      ['first', true],
      ['second', true],
      ['nothing', false],
    ]);
    expect(split.inputs.toSorted()).toEqual(
      ['entry.ts', 'later.ts', 'refused-error.ts'].map((name) => `${program}/${name}`),
    );
  });

  it('writes a program that runs, with one instance of a shared module', async () => {
    const loaded: string[] = [];
    const executed: string[] = [];
    const files = split.files.map(({ name, code, parts: count }): PartsFile => {
      const load: PartsFile['load'] = (require) => {
        loaded.push(name);
        const module = { exports: [] };
        runInThisContext(code)(module, require, (index: number) => executed.push(`${name} ${index}`));
        return module.exports;
      };
      return { count, load };
    });
    const require = createPartRequire(files, createRequire(import.meta.url));
    const { ask } = require(0) as typeof import('../fixtures/split-program/entry.js');
    expect(loaded).toEqual(['first']);
    expect(await ask('a/b')).toBe('b');
    expect(await ask('')).toBe('refused: ask something');
    expect(loaded).toEqual(['first', 'second']);
    const each = split.files.flatMap(({ name, parts }) =>
      Array.from({ length: parts }, (_, i) => `${name} ${i}`),
    );
    expect(executed.toSorted()).toEqual(each);
  });

  it.each(['count', 'latest'])(
    'refuses the exported variable %s that is assigned later, because importers have its first value',
    async (name) => {
      const refused = splitProgram(`test/fixtures/assigned-exports/${name}/entry.ts`, { all: /^/ });
      await expect(refused).rejects.toThrow(`the exported variable ${name} is assigned later`);
    },
  );
});
