import { expect, it } from 'vitest';
import { formatCsvRecord, parseCsvRecord } from '../../src/go/csv.js';
import { GoParseError } from '../../src/go/parse-error.js';

it.each([
  ['a', ['a']],
  ['a,b', ['a', 'b']],
  [',', ['', '']],
  ['a, b', ['a', ' b']],
  ['"a,b",c', ['a,b', 'c']],
  ['"say ""hi"""', ['say "hi"']],
  ['"a\nb",c', ['a\nb', 'c']],
  ['\na,b\nc', ['a', 'b']],
])('parses %j', (text, fields) => {
  expect(parseCsvRecord(text)).toEqual(fields);
});

it.each([
  ['"a', 'parse error on line 1, column 3: extraneous or missing " in quoted-field'],
  ['"a"b', 'parse error on line 1, column 3: extraneous or missing " in quoted-field'],
  ['é"', 'parse error on line 1, column 3: bare " in non-quoted-field'],
  ['"a\nb', 'record on line 1; parse error on line 2, column 2: extraneous or missing " in quoted-field'],
  ['\n', 'EOF'],
])('rejects %j', (text, message) => {
  expect(() => parseCsvRecord(text)).toThrow(new GoParseError(message));
});

it.each([[['a', 'b']], [['a,b', ' c', 'd"', '', 'e\nf']]])(
  'formats %j so that it can be parsed again',
  (fields) => {
    expect(parseCsvRecord(formatCsvRecord(fields))).toEqual(fields);
  },
);
