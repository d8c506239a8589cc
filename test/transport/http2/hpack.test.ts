import { describe, expect, test } from 'vitest';
import { HeaderDecoder } from '../../../src/transport/http2/hpack/decoder.js';
import { encodeHeaders } from '../../../src/transport/http2/hpack/encoder.js';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');
const fields = (decoder: HeaderDecoder, block: Uint8Array) => Object.fromEntries(decoder.decode(block));

const REQUESTS = [
  { ':method': 'GET', ':scheme': 'http', ':path': '/', ':authority': 'www.example.com' },
  {
    ':method': 'GET',
    ':scheme': 'http',
    ':path': '/',
    ':authority': 'www.example.com',
    'cache-control': 'no-cache',
  },
  {
    ':method': 'GET',
    ':scheme': 'https',
    ':path': '/index.html',
    ':authority': 'www.example.com',
    'custom-key': 'custom-value',
  },
];

const RESPONSES = [
  {
    ':status': '302',
    'cache-control': 'private',
    date: 'Mon, 21 Oct 2013 20:13:21 GMT',
    location: 'https://www.example.com',
  },
  {
    ':status': '307',
    'cache-control': 'private',
    date: 'Mon, 21 Oct 2013 20:13:21 GMT',
    location: 'https://www.example.com',
  },
  {
    ':status': '200',
    'cache-control': 'private',
    date: 'Mon, 21 Oct 2013 20:13:22 GMT',
    location: 'https://www.example.com',
    'content-encoding': 'gzip',
    'set-cookie': 'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
  },
];

/** The dynamic table of the examples has 256 bytes. */
const TABLE_OF_256 = '3fe101';

describe('the examples of RFC 7541, appendix C', () => {
  test.each([
    [
      'C.3: requests',
      REQUESTS,
      [
        '828684410f7777772e6578616d706c652e636f6d',
        '828684be58086e6f2d6361636865',
        '828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565',
      ],
    ],
    [
      'C.4: requests in Huffman code',
      REQUESTS,
      [
        '828684418cf1e3c2e5f23a6ba0ab90f4ff',
        '828684be5886a8eb10649cbf',
        '828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf',
      ],
    ],
    [
      'C.5: responses, with eviction',
      RESPONSES,
      [
        `${TABLE_OF_256}4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e
         1768747470733a2f2f7777772e6578616d706c652e636f6d`,
        '4803333037c1c0bf',
        `88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a
         4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31`,
      ],
    ],
    [
      'C.6: responses in Huffman code, with eviction',
      RESPONSES,
      [
        `${TABLE_OF_256}488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b
         97c8e9ae82ae43d3`,
        '4883640effc1c0bf',
        `88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960
         d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007`,
      ],
    ],
  ])('%s', (_name, expected, blocks) => {
    const decoder = new HeaderDecoder();
    expect(blocks.map((block) => fields(decoder, bytes(block)))).toEqual(expected);
  });
});

test('an evicted field cannot be referred to', () => {
  const decoder = new HeaderDecoder();
  decoder.decode(bytes('4001610162 4001630164'));
  expect(fields(decoder, bytes('be bf'))).toEqual({ c: 'd', a: 'b' });
  // Space for one field of 34 bytes.
  expect(fields(decoder, bytes('3f03 be'))).toEqual({ c: 'd' });
  expect(() => decoder.decode(bytes('bf'))).toThrow('no field 63');
});

test('a field larger than the table empties it', () => {
  const decoder = new HeaderDecoder();
  decoder.decode(bytes('4001610162'));
  expect(fields(decoder, bytes(`40 0178 7f81 1f ${'61'.repeat(4096)}`))).toEqual({ x: 'a'.repeat(4096) });
  expect(() => decoder.decode(bytes('be'))).toThrow('no field 62');
});

test('of two fields with one name the last is used', () => {
  expect(fields(new HeaderDecoder(), bytes('0001610162 0001610163'))).toEqual({ a: 'c' });
});

test.each([
  ['a literal without its value', '400161'],
  ['a string that is shorter than its length', '40016105 62'],
  ['an incomplete integer', '7f'],
  ['an integer that is too large', 'ffffffffffff7f'],
  ['index 0', '80'],
  ['the index of a field that was never added', 'be'],
  ['the index of a name that was never added', '7e0161'],
  ['a table larger than announced', '3fe21f'],
  ['padding of zeros', '0001618118'],
  ['padding of a whole byte', '000161821fff'],
  ['the EOS code', '00016184ffffffff'],
])('%s is a compression error', (_name, block) => {
  expect(() => new HeaderDecoder().decode(bytes(block))).toThrow(
    expect.objectContaining({ name: 'Http2Error', code: 'COMPRESSION_ERROR' }),
  );
});

test('the table may have the announced size', () => {
  expect(fields(new HeaderDecoder(), bytes('3fe11f 82'))).toEqual({ ':method': 'GET' });
});

test('a block cut anywhere inside a field is rejected', () => {
  const block = encodeHeaders([['some-name', 'x'.repeat(300)]]);
  for (let end = 1; end < block.length; end++) {
    expect(() => new HeaderDecoder().decode(block.subarray(0, end)), `${end} bytes`).toThrow('cut short');
  }
});

test('encoded fields are decoded, after any earlier blocks', () => {
  const sent = [
    [':method', 'POST'],
    [':path', '/etcdserverpb.KV/Range'],
    [':authority', ''],
    ['accept-encoding', 'gzip, deflate'],
    ['token', 'é'.repeat(126)],
    ['long', 'x'.repeat(127)],
    ['longer', 'y'.repeat(20_000)],
    ['', ''],
  ] as const;
  const decoder = new HeaderDecoder();
  const block = encodeHeaders(sent);
  expect(fields(decoder, block)).toEqual(Object.fromEntries(sent));
  expect(fields(decoder, block)).toEqual(Object.fromEntries(sent));
});

test('encoded fields are never put into the dynamic table, also not the token', () => {
  expect(encodeHeaders([['token', 'abc']]).toString('latin1')).toBe('\x10\x05token\x03abc');
  expect(encodeHeaders([['authorization', 'abc']]).toString('latin1')).toBe('\x1f\x08\x03abc');
});
