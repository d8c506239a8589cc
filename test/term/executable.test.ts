import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkExecutable, hasUnknownFormat, lookPath } from '../../src/term/executable.js';

let folder: string;
let formats: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'executable-'));
  formats = join(folder, 'formats');
  mkdirSync(formats);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Buffer, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode });
  return path;
}

describe('lookPath', () => {
  it('returns the first executable file, and rejects relative directories', () => {
    mkdirSync(join(folder, 'a/p'), { recursive: true });
    mkdirSync(join(folder, 'b'));
    mkdirSync(join(folder, 'c'));
    file('b/p', '', 0o644);
    const found = file('c/p', '');
    const path = ['a', 'b', 'c/../c'].map((name) => join(folder, name)).join(':');
    expect(lookPath('p', path)).toBe(found);
    expect(lookPath('./p', undefined)).toBe('./p');
    for (const none of ['', undefined, join(folder, 'a')]) {
      expect(() => lookPath('p', none)).toThrow('exec: "p": executable file not found in $PATH');
    }
    expect(() => lookPath('p\n', path)).toThrow('exec: "p\\n": executable file not found in $PATH');
  });
});

const linux = describe.runIf(process.platform === 'linux');

linux('hasUnknownFormat', () => {
  const own = readFileSync('/proc/self/exe').subarray(0, 64);
  const changed = (at: number, value: number) => {
    const head = Buffer.from(own);
    head.writeUInt16LE(value, at);
    return head;
  };

  it.each<[string, string | Buffer, boolean]>([
    ['a program', own, false],
    ['a library', changed(16, 3), false],
    ['a core dump', changed(16, 4), true],
    ['a program of another machine', changed(18, 0xfefe), true],
    ['a truncated program', own.subarray(0, 40), true],
    ['text', 'echo hi\n', true],
    ['an empty file', '', true],
    ['a script', '#! /bin/sh -e\n', false],
    ['a script without an interpreter', '#! \n', true],
    ['a script with an interpreter name that is too long', `#!${'x'.repeat(300)}`, true],
    ['a script with a missing interpreter', '#!/nowhere/sh\n', false],
  ])('%s', (name, content, isUnknown) => {
    expect(hasUnknownFormat(file(name, content), formats)).toBe(isUnknown);
  });

  it('checks the format of the interpreter', () => {
    const text = file('text-interpreter', 'x');
    expect(hasUnknownFormat(file('script', `#!${text}\n`), formats)).toBe(true);
    expect(hasUnknownFormat(file('script-of-script', `#!${join(folder, 'script')}\n`), formats)).toBe(true);
  });

  it('knows registered formats', () => {
    const [byMagic, byName] = [file('magic', 'abcXd'), file('name.ext', 'x')];
    const entries = join(folder, 'entries');
    mkdirSync(entries);
    const isKnown = (entry: string) => {
      writeFileSync(join(entries, 'entry'), entry);
      return [byMagic, byName].map((path) => !hasUnknownFormat(path, entries));
    };
    expect(isKnown('enabled\ninterpreter /x\nflags: \noffset 1\nmagic 62635964\nmask ffff00ff\n')).toEqual([
      true,
      false,
    ]);
    expect(isKnown('enabled\ninterpreter /x\nflags: \noffset 1\nmagic 62635964\n')).toEqual([false, false]);
    expect(isKnown('enabled\ninterpreter /x\nflags: \nextension .ext\n')).toEqual([false, true]);
    expect(isKnown('disabled\ninterpreter /x\nflags: \nextension .ext\n')).toEqual([false, false]);
    expect(isKnown('enabled\n')).toEqual([false, false]);
  });
});

linux('checkExecutable', () => {
  it.each([
    ['missing', 'ENOENT'],
    ['denied', 'EACCES'],
    ['formats', 'EACCES'],
    ['loop', 'ELOOP'],
    ['denied/x', 'ENOTDIR'],
    ['of-missing', 'ENOENT'],
    ['of-denied', 'EACCES'],
    ['of-itself', 'ELOOP'],
  ])('throws for %s: %s', (name, code) => {
    file('denied', '#!/bin/sh\n', 0o644);
    file('of-missing', `#!${join(folder, 'missing')}\n`);
    file('of-denied', `#!${join(folder, 'denied')}\n`);
    file('of-itself', `#!${join(folder, 'of-itself')}\n`);
    rmSync(join(folder, 'loop'), { force: true });
    symlinkSync('loop', join(folder, 'loop'));
    expect(() => checkExecutable(join(folder, name))).toThrow(expect.objectContaining({ code }));
  });

  it('accepts an executable file', () => {
    expect(() => checkExecutable(file('fine', '#!/bin/sh\n'))).not.toThrow();
  });
});
