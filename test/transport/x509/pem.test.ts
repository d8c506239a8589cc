import { describe, expect, test } from 'vitest';
import { decodePem, encodePem } from '../../../src/transport/x509/pem.js';

const bytes = Buffer.from('some bytes that are longer than one line of a PEM file, which has 48 of them');
const whole = encodePem('CERTIFICATE', bytes);
const [begin = '', first = '', second = '', end = ''] = whole.split('\n');
const lines = (...parts: string[]) => `${parts.join('\n')}\n`;

test('an encoded block is decoded', () => {
  expect(decodePem(whole)).toEqual([{ label: 'CERTIFICATE', hasHeaders: false, bytes }]);
  expect(first).toHaveLength(64);
});

describe('a block is read', () => {
  test.each([
    ['with a blank line before its end', lines(begin, first, second, '', end)],
    ['with a blank line in the middle', lines(begin, first, '', second, end)],
    ['with blanks after its first line', lines(`${begin} \t`, first, second, end)],
    ['with blanks in its data', lines(begin, `${first.slice(0, 20)} \t${first.slice(20)}`, second, end)],
    ['with CRLF line ends', whole.replaceAll('\n', '\r\n')],
    ['without a final line end', whole.trimEnd()],
    ['in one line of data', lines(begin, first + second, end)],
    ['after text', `subject=CN=root\nissuer=CN=root\n${whole}`],
    ['before text', `${whole}and so on`],
    ['after a block that is cut', lines(begin, first) + whole],
    ['after a malformed block', lines(begin, '!', end) + whole],
    ['after a block with another END label', lines(begin, first, second, '-----END KEY-----') + whole],
    ['with padding bits that are not zero', lines(begin, first, second.replace(/.=$/, 'n='), end)],
  ])('%s', (_name, text) => {
    const [block, ...others] = decodePem(text);
    expect(others).toEqual([]);
    expect(block?.bytes.subarray(0, 74)).toEqual(bytes.subarray(0, 74));
  });

  test('with headers', () => {
    const text = lines(begin, 'Proc-Type: 4,ENCRYPTED', 'name: lab', '', first, second, end);
    expect(decodePem(text)).toEqual([{ label: 'CERTIFICATE', hasHeaders: true, bytes }]);
  });

  test('whatever its label', () => {
    expect(decodePem(encodePem('ANY LABEL ', bytes))[0]?.label).toBe('ANY LABEL ');
  });

  test('without data', () => {
    expect(decodePem(lines(begin, end))).toEqual([
      { label: 'CERTIFICATE', hasHeaders: false, bytes: Buffer.alloc(0) },
    ]);
  });
});

describe('a malformed block is skipped', () => {
  test.each([
    ['indented', ` ${whole}`],
    ['cut', lines(begin, first, second)],
    ['without dashes after its label', lines('-----BEGIN CERTIFICATE', first, second, end)],
    ['followed by text in its last line', `${whole.trimEnd()} and so on\n`],
    ['with an incomplete group of characters', lines(begin, first, second.slice(0, -1), end)],
    ['with characters that are not base64', lines(begin, first.replace('A', '-'), `${second}é`, end)],
    ['without text', ''],
  ])('%s', (_name, text) => {
    expect(decodePem(text)).toEqual([]);
  });
});

test('several blocks are returned in order, and a malformed one is skipped', () => {
  const text = [encodePem('A', bytes), lines(begin, first, '*', end), encodePem('B', bytes)].join('');
  expect(decodePem(text).map(({ label }) => label)).toEqual(['A', 'B']);
});
