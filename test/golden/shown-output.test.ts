import { expect, test } from 'vitest';
import { showOutcomes } from './shown-output.js';

const outcome = (out: string, err = '') => ({ out: Buffer.from(out, 'latin1'), err: Buffer.from(err) });
const same = (plain: ReturnType<typeof outcome>) => ({ plain, hex: plain });

test.each([
  ['one line', 'a b\n', '\n| a b'],
  ['an empty line', 'a\n\n', '\n| a\n|'],
  ['a last line without an end', 'a\nb', '\n| a\n| b⟨no line end⟩'],
  ['a blank at the end of a line', 'a \nb', '\n| a⟨20⟩\n| b⟨no line end⟩'],
  ['bytes that are no text', 'a\xff\0é\t\n', '\n| a⟨ff 00 e9 09⟩'],
  ['letters beyond ASCII', '\xc3\xa9\xe6\x97\xa5\n', '\n| é日'],
  ['characters that cannot be seen', '\xc2\xa0\xe2\x80\x8d\n', '\n| ⟨c2 a0 e2 80 8d⟩'],
  ['the brackets of hexadecimal bytes', '\xe2\x9f\xa8ff\xe2\x9f\xa9\n', '\n| ⟨e2 9f a8⟩ff⟨e2 9f a9⟩'],
  ['no output', '', ' nothing'],
])('%s is shown so that no other output looks like it', (_name, out, shown) => {
  expect(showOutcomes({ json: same(outcome(out)) })).toBe(`json:${shown}\n`);
});

test('stderr is shown with another line prefix than stdout', () => {
  expect(showOutcomes({ json: same(outcome('a\n', 'b\n')) })).toBe('json:\n| a\n! b\n');
});

test('a protobuf message is shown as a hex dump', () => {
  expect(showOutcomes({ protobuf: same(outcome('\n\x03foo')) })).toMatch(
    /^protobuf:\n0000 {2}0a 03 66 6f 6f +\.\.foo\n$/,
  );
});

test('a refusal with the standard message is shown as "not supported", any other with its message', () => {
  const refused = { ...outcome(''), refused: 'table not supported as output format' };
  expect(showOutcomes({ table: same(refused), json: same(refused) })).toBe(
    'table: not supported\njson: refused: table not supported as output format\n',
  );
});

test('formats with equal output share a section, and --hex has its own section where it differs', () => {
  const outcomes = { fields: same(outcome('a\n')), json: { plain: outcome('a\n'), hex: outcome('61\n') } };
  expect(showOutcomes(outcomes)).toBe('fields, json:\n| a\njson --hex:\n| 61\n');
});
