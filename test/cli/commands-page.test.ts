import { expect, it } from 'vitest';
import { commandsPage } from '../../scripts/lib/commands-page.mjs';
import { exampleProgram } from './example-program.js';

const page = commandsPage([{ description: exampleProgram().describe(), hasVariables: true }]);

it('has a section for each command, in the order of the help page', () => {
  const titles = [...page.matchAll(/^### (.*)$/gm)].map(([, title]) => title);
  expect(titles).toEqual([
    'etcdctl get',
    'etcdctl compaction',
    'etcdctl endpoint',
    'etcdctl endpoint health',
    'etcdctl endpoint hashkv',
    'etcdctl help',
    'etcdctl options',
    'etcdctl completion',
  ]);
});

it('shows flags with placeholders and defaults, inherited flags included', () => {
  expect(page).toContain('| `--order <text>` |  | order of the keys: `ASCEND`, `DESCEND` |');
  expect(page).toContain('| `--pause <duration>` | `1.5s` | how long to wait |');
  expect(page).toContain('| `--interactive`, `-i` |  | ask |');
  const hashkv = page.slice(page.indexOf('### etcdctl endpoint hashkv'));
  expect(hashkv).toMatch(/`--rev <number>`.*\n.*`--cluster`/);
});

it('keeps examples unchanged, and escapes Markdown in prose', () => {
  const program = exampleProgram();
  program.command({
    name: 'wordy',
    summary: 'Talks about <key>',
    description: 'A range_end and *stars*:\n\n  etcdctl wordy <key>\n    more_of it\n\nMore prose.',
    examples: ['# Talk', 'etcdctl wordy a_b'],
    flags: {},
    deadline: 'none',
    toOptions: () => ({}),
    run: async () => {},
  });
  const wordy = commandsPage([{ description: program.describe(), hasVariables: true }]);
  expect(wordy).toContain(
    [
      'Talks about &lt;key>.\n',
      '```\netcdctl wordy [flags]\n```\n',
      'A range\\_end and \\*stars\\*:\n',
      '```\netcdctl wordy <key>\n  more_of it\n```\n',
      'More prose.\n',
      '```sh\n# Talk\netcdctl wordy a_b\n```\n',
    ].join('\n'),
  );
});
