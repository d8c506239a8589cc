import { describe, expect, it } from 'vitest';
import type { StoreUse } from '../../src/model/store-use.js';
import { renderStoreUse } from '../../src/printers/simple/store-use.js';

const totals = { keys: 1, keyBytes: 3, valueBytes: 5 };
const GROUPS = 150_000;
const use: StoreUse = {
  revision: 7n,
  total: totals,
  sort: 'bytes',
  depth: 1,
  tables: [
    { by: 'prefix', groups: Array.from({ length: GROUPS }, () => ({ ...totals, name: Buffer.from('a') })) },
  ],
};

describe('what fills the store', () => {
  it.each([
    ['columns of numbers', undefined],
    ['a page of a terminal', { columns: 80, loadPalette: async () => undefined as never }],
  ])('is shown for more groups than a function takes arguments: %s', async (_what, display) => {
    let text = '';
    const out = (chunk: string | Uint8Array) => {
      text += Buffer.from(chunk).toString();
    };
    await renderStoreUse(
      use,
      { out, err: () => undefined },
      display === undefined ? {} : ({ display } as never),
    );
    expect(text.match(/ {2}a$/gm)).toHaveLength(GROUPS);
  });
});
