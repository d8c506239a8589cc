import { describe, expect, it } from 'vitest';
import { SHELLS } from '../../../src/cli/completion/shells.js';
import { boolFlag, stringFlag } from '../../../src/cli/flags.js';
import { exampleProgram } from '../example-program.js';

/** The lines of the response to `etcdctl __complete …`. */
function answer(words: readonly string[], question = '__complete'): string[] {
  const program = exampleProgram();
  program.command({
    name: 'shell',
    summary: 'A command with fixed arguments',
    argumentChoices: SHELLS,
    flags: {},
    toOptions: () => ({}),
    text: () => '',
  });
  program.command({
    name: 'move',
    summary: 'A command with a flag that is required',
    flags: { to: stringFlag('', 'where to', { isRequired: true }), force: boolFlag(false, 'anyway') },
    toOptions: () => ({}),
    text: () => '',
  });
  const outcome = program.parse([question, ...words]);
  if (outcome.kind !== 'text') throw new Error('completion must not run a command');
  expect(outcome.text().endsWith('\n')).toBe(true);
  return outcome.text().trimEnd().split('\n');
}

const values = (words: readonly string[]) => answer(words, '__completeNoDesc');

describe('completion', () => {
  it('offers commands with their summaries', () => {
    expect(answer(['ge'])).toEqual(['get\tPrint keys', ':4']);
    expect(values(['-w', 'json', 'co'])).toEqual(['compaction', 'completion', ':4']);
    expect(values(['endpoint', ''])).toEqual(['health', 'hashkv', ':4']);
    expect(values(['endpoint', '--cluster', 'ha'])).toEqual(['hashkv', ':4']);
    expect(values(['endp', 'he'])).toEqual(['health', ':4']);
    expect(values(['zzz'])).toEqual([':4']);
  });

  it.each([
    [['nope', '']],
    [['endpoint', 'nope', '']],
    [['get', '']],
    [['get', 'key', '']],
    [['get', '--unknown', '']],
    [['get', '--', '--pre']],
    [['shell', 'zsh', '']],
    [['get', '--rev', '']],
    [['--cacert=']],
  ])('has no candidates, and allows file names, for %j', (words) => {
    expect(values(words)).toEqual([':0']);
  });

  it("offers flags: the command's own, its family's and the global ones", () => {
    expect(values(['get', '--pre'])).toEqual(['--prefix', ':4']);
    expect(values(['endpoint', 'hashkv', '--'])).toEqual(
      expect.arrayContaining(['--rev', '--cluster', '--cacert']),
    );
    expect(values(['--cac'])).toEqual(['--cacert', ':4']);
    expect(values(['get', '-']).filter((value) => /^-[^-]$/.test(value))).toEqual(['-i', '-d', '-w', '-h']);
    expect(answer(['get', '--pau'])).toEqual(['--pause\thow long to wait', ':4']);
  });

  it('offers only required flags while they are missing, and offers them among arguments too', () => {
    expect(values(['move', ''])).toEqual(['--to', ':0']);
    expect(values(['move', 'x'])).toEqual([':0']);
    expect(values(['move', '-'])).toEqual(['--to', ':4']);
    expect(values(['move', '--fo'])).toEqual(['--force', ':4']);
    expect(values(['move', '--to=x', ''])).toEqual([':0']);
    expect(values(['move', '--to=x', '--fo'])).toEqual(['--force', ':4']);
  });

  it('does not offer a flag again that is given already, unless it is repeatable', () => {
    expect(values(['get', '--prefix', '--pre'])).toEqual([':4']);
    expect(values(['get', '--tag=a', '--ta'])).toEqual(['--tag', ':4']);
    expect(values(['get', '--prefix', '--help', ''])).toEqual([':4']);
  });

  it('offers the values of a flag, in the next word and after =', () => {
    const formats = ['fields', 'json', 'protobuf', 'simple', 'table', ':4'];
    for (const words of [
      ['-w', ''],
      ['--write-out', ''],
      ['--write-out='],
      ['-w='],
      ['get', 'a', '-w', ''],
    ]) {
      expect(values(words)).toEqual(formats);
    }
    expect(values(['get', '-iw', 'ta'])).toEqual(['table', ':4']);
    expect(values(['get', '--order', 'D'])).toEqual(['DESCEND', ':4']);
    expect(values(['get', '--order=D'])).toEqual(['DESCEND', ':4']);
    expect(values(['get', '--prefix='])).toEqual(['true', 'false', ':4']);
    expect(values(['get', '--prefix', ''])).toEqual([':0']);
    expect(values(['get', '--order', '--sort', ''])).toEqual([':0']);
  });

  it('offers argument choices, and the topics of help', () => {
    expect(values(['shell', ''])).toEqual(['bash', 'zsh', 'fish', 'powershell', ':4']);
    expect(values(['shell', 'p'])).toEqual(['powershell', ':4']);
    expect(values(['help', 'en'])).toEqual(['endpoint', ':4']);
    expect(values(['help', 'endpoint', 'he'])).toEqual(['health', ':4']);
    expect(values(['help', 'nope', ''])).toEqual([':4']);
  });

  it('is rejected without the unfinished word', () => {
    const message = 'requires at least 1 arg(s), only received 0';
    expect(() => answer([])).toThrow(expect.objectContaining({ message, kind: 'flag' }));
  });
});
