import { expect, test } from 'vitest';
import { drawTable } from '../../src/printers/text-table.js';

// Expected lines are tablewriter v1.1.4's, configured as etcdctl 3.7.1 does.

const HEADER = ['ENDPOINT', 'HEALTH', 'TOOK'];

test('many-line, wide, combining, invisible and coloured cells', () => {
  const rows = [
    ['a\n\nb', 'x', '1\n\n\n2'],
    ['日本語', '👨\u200d👩\u200d👧', 'e\u0301\u200b'],
    ['\u001b[31mred\u001b[0m', ' \u3000trim\u0085 ', 'a\tb'],
    ['⚠\ufe0f', '✓…①│', '🇩🇪'],
    ['\u200b', '$& $1', 'ｱ가'],
  ];
  expect(drawTable(HEADER, rows).split('\n')).toEqual([
    '┌──────────┬────────┬────────────┐',
    '│ ENDPOINT │ HEALTH │    TOOK    │',
    '├──────────┼────────┼────────────┤',
    '│        a │      x │          1 │',
    '│        b │        │            │',
    '│          │        │          2 │',
    '│   日本語 │ 👨\u200d👩\u200d👧 │          e\u0301\u200b │',
    '│      \u001b[31mred\u001b[0m │   trim │ a        b │',
    '│        ⚠\ufe0f │   ✓…①│ │       🇩🇪 │',
    '│         \u200b │  $& $1 │        ｱ가 │',
    '└──────────┴────────┴────────────┘',
    '',
  ]);
});

test('a header alone has no rule', () => {
  expect(drawTable(HEADER, []).split('\n')).toEqual([
    '┌──────────┬────────┬──────┐',
    '│ ENDPOINT │ HEALTH │ TOOK │',
    '└──────────┴────────┴──────┘',
    '',
  ]);
});

test('titles are centred, the odd space to the right', () => {
  expect(
    drawTable(['ID', 'A'], [['12345', '1234']])
      .split('\n')
      .slice(1, 4),
  ).toEqual(['│  ID   │  A   │', '├───────┼──────┤', '│ 12345 │ 1234 │']);
});
