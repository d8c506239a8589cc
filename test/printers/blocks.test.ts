import { describe, expect, it } from 'vitest';
import type { Result } from '../../src/model/results.js';
import { drawBlocks } from '../../src/printers/blocks.js';
import { renderers } from '../../src/printers/table.js';
import { displayWidth } from '../../src/printers/text-table.js';

const HEADER = ['ID', 'CLIENT ADDRS', 'ERRORS'];
const ROWS = [
  ['8e9e05c52164694d', 'https://10.0.0.11:2379,https://10.0.0.12:2379', ''],
  ['1', '日本語日本語日本語日本語', 'one reason\nand another one that is longer'],
];

describe('blocks', () => {
  it('have one line a cell, without empty cells, and an empty line between rows', () => {
    expect(drawBlocks(HEADER, ROWS, 60)).toBe(
      [
        'ID:           8e9e05c52164694d',
        'CLIENT ADDRS: https://10.0.0.11:2379,https://10.0.0.12:2379',
        '',
        'ID:           1',
        'CLIENT ADDRS: 日本語日本語日本語日本語',
        'ERRORS:       one reason',
        '              and another one that is longer',
        '',
      ].join('\n'),
    );
  });

  it('break long values after commas and spaces', () => {
    expect(drawBlocks(HEADER, ROWS, 40)).toBe(
      [
        'ID:           8e9e05c52164694d',
        'CLIENT ADDRS: https://10.0.0.11:2379,',
        '              https://10.0.0.12:2379',
        '',
        'ID:           1',
        'CLIENT ADDRS: 日本語日本語日本語日本語',
        'ERRORS:       one reason',
        '              and another one that is',
        '              longer',
        '',
      ].join('\n'),
    );
  });

  it('break words too, and put values behind their labels, when there is little space', () => {
    expect(drawBlocks(HEADER, ROWS, 20)).toBe(
      [
        'ID:',
        '  8e9e05c52164694d',
        'CLIENT ADDRS:',
        '  https://10.0.0.11',
        '  :2379,',
        '  https://10.0.0.12',
        '  :2379',
        '',
        'ID: 1',
        'CLIENT ADDRS:',
        '  日本語日本語日本',
        '  語日本語',
        'ERRORS: one',
        '  reason',
        '  and another one',
        '  that is longer',
        '',
      ].join('\n'),
    );
  });

  it.each([10, 12, 20, 33, 40, 79])('fit into %d columns', (columns) => {
    for (const line of drawBlocks(HEADER, ROWS, columns).split('\n')) {
      expect(displayWidth(line)).toBeLessThan(columns);
    }
  });
});

describe('a table', () => {
  const result: Result & { kind: 'endpoint-hashkv' } = {
    kind: 'endpoint-hashkv',
    endpoints: [
      {
        endpoint: 'https://10.0.0.11:2379',
        response: { header: undefined, hash: 7, compactRevision: 1n, hashRevision: 2n },
      },
    ],
  };
  const printed = (columns: number | undefined) => {
    const chunks: (string | Uint8Array)[] = [];
    const render = renderers['endpoint-hashkv'];
    if ('unsupported' in render) throw new Error(render.unsupported);
    const display = { columns, loadPalette: () => Promise.reject(new Error('results have no colours')) };
    render(result, { out: (chunk) => chunks.push(chunk), err: () => {} }, { hex: false, display });
    return Buffer.concat(chunks.map((chunk) => Buffer.from(chunk as string))).toString();
  };
  const width = printed(undefined).indexOf('\n');

  it('is printed as blocks on a terminal that is narrower', () => {
    expect(printed(width - 1)).toBe(
      'ENDPOINT:      https://10.0.0.11:2379\nHASH:          7\nHASH REVISION: 2\n',
    );
  });

  it("is etcdctl's where it fits, where there is no terminal, and where its size is not set", () => {
    const table = printed(undefined);
    expect(table).toMatch(/^┌─+┬/);
    for (const columns of [width, 300, 0]) expect(printed(columns)).toBe(table);
  });
});
