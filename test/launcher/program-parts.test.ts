import { describe, expect, it } from 'vitest';
import { createPartRequire, type PartsFile, type Require } from '../../src/launcher/program-parts.js';

const os = { name: 'os' };

/** A file that logs when it is read. */
function partsFile(log: string[], name: string, exported: readonly object[]): PartsFile {
  const load = (require: Require) => {
    log.push(name);
    return exported.map((each) => () => ({ ...each, require }));
  };
  return { count: exported.length, load };
}

describe('the parts of the program', () => {
  it('are numbered consecutively across the files, and a file is read once, when one of its parts is needed', () => {
    const log: string[] = [];
    const files = [
      partsFile(log, 'first', [{ part: 'a' }, { part: 'b' }]),
      partsFile(log, 'second', [{ part: 'c' }]),
      partsFile(log, 'third', [{ part: 'd' }, { part: 'e' }]),
    ];
    const require = createPartRequire(files, () => os);
    expect(log).toEqual([]);
    expect(require(4)).toEqual({ part: 'e', require });
    expect(require(1)).toEqual({ part: 'b', require });
    expect(require(3)).toEqual({ part: 'd', require });
    expect(require(0)).toEqual({ part: 'a', require });
    expect(log).toEqual(['third', 'first']);
    expect(() => require(5)).toThrow('the program has no part 5');
  });

  it('can require modules of the runtime, and modules with the prefix `lazy:` are loaded at the first use', () => {
    const loaded: string[] = [];
    const require = createPartRequire([], (name) => {
      loaded.push(name);
      return os;
    });
    expect(require('node:assert')).toBe(os);
    const lazy = require('lazy:node:os') as typeof os;
    expect(require('lazy:node:os')).toBe(lazy);
    expect(loaded).toEqual(['node:assert']);
    expect(lazy.name).toBe('os');
    expect(lazy.name).toBe('os');
    expect(loaded).toEqual(['node:assert', 'node:os']);
  });
});
