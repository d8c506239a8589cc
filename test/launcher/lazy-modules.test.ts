import { describe, expect, it } from 'vitest';
import { lazyRequire } from '../../src/launcher/lazy-modules.js';

function recorded() {
  const loads: string[] = [];
  const require = lazyRequire((name) => {
    loads.push(name);
    return { constants: { SIGINT: 2 }, name };
  });
  return { loads, require };
}

describe('a lazy require', () => {
  it('loads a heavy module when something of it is used, once', () => {
    const { loads, require } = recorded();
    const os = require('node:os') as { constants: { SIGINT: number }; name: string };
    expect(loads).toEqual([]);
    expect(os.constants.SIGINT).toBe(2);
    expect(os.name).toBe('node:os');
    expect(loads).toEqual(['node:os']);
  });

  it('loads other modules at once', () => {
    const { loads, require } = recorded();
    expect(require('node:events')).toMatchObject({ name: 'node:events' });
    expect(loads).toEqual(['node:events']);
  });

  it.each([
    ['in', (module: object) => 'constants' in module, true],
    ['keys', (module: object) => Object.keys(module), ['constants', 'name']],
    ['spread', (module: object) => ({ ...module }), { constants: { SIGINT: 2 }, name: 'http2' }],
  ])('looks like the module: %s', (_what, look, expected) => {
    expect(look(recorded().require('http2'))).toEqual(expected);
  });
});
