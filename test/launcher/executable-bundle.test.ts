import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bundleExecutable, MAIN } from '../../scripts/lib/executable-bundle.mjs';

const program = 'test/fixtures/split-program';

describe('bundleExecutable', () => {
  it('writes modules that load each other when they are needed', async () => {
    const division = { first: /entry\.ts$/, second: /later\.ts$/, nothing: /^/ };
    const { files, inputs } = await bundleExecutable(`${program}/entry.ts`, division);
    expect(files.map(({ name }) => name)).toEqual([MAIN, 'first.cjs', 'second.cjs']);
    expect(inputs).toHaveLength(3);
    expect(files.filter(({ code }) => code.includes('"lazy:'))).toEqual([]);

    const folder = mkdtempSync(path.join(tmpdir(), 'executable-bundle-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const { name, code } of files) writeFileSync(path.join(folder, name), code);
    const require = createRequire(path.join(folder, MAIN));
    require('./main.cjs');
    const loaded = () =>
      Object.keys(require.cache)
        .map((file) => path.relative(folder, file))
        .filter((file) => !file.startsWith('..'));
    expect(loaded()).toEqual([MAIN, 'first.cjs']);
    const { ask } = require('./first.cjs')[0]() as typeof import('../fixtures/split-program/entry.js');
    expect(await ask('a/b')).toBe('b');
    expect(await ask('')).toBe('refused: ask something');
    expect(loaded()).toEqual([MAIN, 'first.cjs', 'second.cjs']);
  });
});
