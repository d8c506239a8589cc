import { describe, expect, it } from 'vitest';
import { quotedWords } from '../../../src/commands/kv/quoted-words.js';

describe('quotedWords', () => {
  it.each([
    ['', []],
    ['put k v', ['put', 'k', 'v']],
    ['put\tk\f v', ['put', 'k', 'v']],
    ['put k\vv', ['put', 'k\vv']],
    ['put\u00a0k', ['put\u00a0k']],
    ['put "a b" \'c "d\'', ['put', 'a b', 'c "d']],
    ['put "" \'\'', ['put', '', '']],
    ['put "\\xff\\n\\"" v', ['put', '\udcff\n"', 'v']],
    ["put 'a\\n'", ['put', 'a\\n']],
    ['put a"b c"d', ['put', 'a"b', 'c"d']],
    ['put "a"b', ['put', 'a', 'b']],
    ['put "open v', ['put', 'open', 'v']],
    ["put 'open v", ['put', 'open', 'v']],
    ['put --lease="12" k', ['put', '--lease="12"', 'k']],
  ])('splits %j', (line, words) => {
    expect(quotedWords(line)).toEqual(words);
  });

  it('rejects an invalid Go literal', () => {
    expect(() => quotedWords('put "\\q" v')).toThrow(
      expect.objectContaining({ message: 'invalid syntax', kind: 'input' }),
    );
  });
});
