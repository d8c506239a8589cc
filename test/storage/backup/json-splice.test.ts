import { describe, expect, it } from 'vitest';
import { memberNames, replaceJson } from '../../../src/storage/backup/json-splice.js';

const replaced = (text: string, path: readonly string[], value = '7') =>
  Buffer.from(replaceJson(Buffer.from(text), path, value)).toString();

describe('replacing a value in JSON', () => {
  it.each([
    ['{"a":1}', ['a'], '{"a":7}'],
    ['{"a":1,"b":[2,{"c":3}]}', ['b'], '{"a":1,"b":7}'],
    [' { "a" : { "b" : null , "c":true } } ', ['a', 'b'], ' { "a" : { "b" : 7 , "c":true } } '],
    ['{"x":"}\\"]","a":"\\\\"}', ['a'], '{"x":"}\\"]","a":7}'],
    ['{"x":{"a":1},"a":2}', ['a'], '{"x":{"a":1},"a":7}'],
    ['{"ü":18446744073709551615,"a":-1.5e3}', ['a'], '{"ü":18446744073709551615,"a":7}'],
    ['{"a":{}}', ['a'], '{"a":7}'],
    ['{"a":[]}', ['a'], '{"a":7}'],
    ['{"a":1}', [], '7'],
  ])('in %s at %j', (text, path, expected) => {
    expect(replaced(text, path)).toBe(expected);
  });

  it.each([
    ['{"a":1}', ['b']],
    ['{}', ['a']],
    ['{"a":1}', ['a', 'b']],
    ['[1]', ['a']],
    ['{"ab":1}', ['a']],
  ])('changes nothing in %s, which has no %j', (text, path) => {
    expect(replaced(text, path)).toBe(text);
  });

  it('throws for JSON that is truncated at any offset', () => {
    const text = '{"x":["\\"",{"y":-1}],"a":{"b":"c"}}';
    for (let length = 1; length < text.length - 1; length++) {
      expect(() => replaced(text.slice(0, length), ['a', 'z']), text.slice(0, length)).toThrow(SyntaxError);
    }
  });

  it('reads deeply nested JSON', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(replaced(`{"x":${deep},"a":1}`, ['a'])).toBe(`{"x":${deep},"a":7}`);
  });
});

describe('the member names of a JSON object', () => {
  it.each([
    ['{"a":1,"b":{"c":2}}', [], ['a', 'b']],
    ['{"a":1,"b":{"c":2}}', ['b'], ['c']],
    ['{"ü":1,"q\\"":2}', [], ['ü', 'q\\"']],
    ['{}', [], []],
    ['{"a":null}', ['a'], []],
    ['{"a":1}', ['b', 'c'], []],
  ])('%s at %j', (text, path, names) => {
    expect(memberNames(Buffer.from(text), path)).toEqual(names);
  });

  it('are not read from truncated JSON', () => {
    expect(() => memberNames(Buffer.from('{"a":1'), [])).toThrow(SyntaxError);
  });
});
