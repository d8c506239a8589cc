import { describe, expect, it } from 'vitest';
import { lazyModule } from '../../src/launcher/lazy-module.js';

const contents = { constants: { SIGINT: 2 }, name: 'os' };

describe('a lazy module', () => {
  it('is loaded once, at the first access to a property', () => {
    let loads = 0;
    const os = lazyModule(() => {
      loads++;
      return contents;
    }) as typeof contents;
    expect(loads).toBe(0);
    expect(os.constants.SIGINT).toBe(2);
    expect(os.name).toBe('os');
    expect(loads).toBe(1);
  });

  it.each([
    ['in', (module: object) => 'constants' in module, true],
    ['keys', (module: object) => Object.keys(module), ['constants', 'name']],
    ['spread', (module: object) => ({ ...module }), contents],
  ])('has the properties of the module: %s', (_what, look, expected) => {
    expect(look(lazyModule(() => contents))).toEqual(expected);
  });
});
