import { Flag, FrameType } from '../../../../src/transport/http2/frame.js';
import { encodeHeaders } from '../../../../src/transport/http2/hpack/encoder.js';
import type { SeededRandom } from '../../../storage/support/random.js';
import { oneOf, uint32s } from './mutations.js';
import { bytesOf, type WireFrame } from './recordings.js';

/** What no mutation of a response makes: other protocols, header blocks made to hurt, and frames without end. */

const PAGE = '<html>nope</html>';

/** What programs that are not gRPC servers send to every client. */
const OTHER_PROTOCOLS: readonly string[] = [
  `HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n400 Bad Request`,
  `HTTP/1.1 200 OK\r\nContent-Length: ${PAGE.length}\r\n\r\n${PAGE}`,
  'HTTP/1.0 502 Bad Gateway\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n',
  'SSH-2.0-OpenSSH_9.2p1\r\n',
  '220 mail.example ESMTP\r\n',
  '-ERR unknown command\r\n',
  '\x15\x03\x01\x00\x02\x02\x46',
  '\x15\x03\x03\x00\x02\x02\x28',
  '\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\0\0\0',
  '\0\0\0\x04\0\0\0\0',
  '',
];

export function strangerBytes(random: SeededRandom): Buffer {
  if (random.below(3) === 0) return Buffer.from(random.bytes(random.below(200)));
  const text = oneOf(OTHER_PROTOCOLS, random);
  return Buffer.concat([
    Buffer.from(text, 'latin1'),
    Buffer.alloc(random.below(2) * random.below(300), text),
  ]);
}

const block = (payload: Uint8Array, flags: number = Flag.endHeaders): WireFrame => ({
  type: FrameType.headers,
  flags,
  streamId: 1,
  payload: Buffer.from(payload),
});
const continuation = (payload: Uint8Array, flags: number): WireFrame => ({
  ...block(payload, flags),
  type: FrameType.continuation,
});
const hex = (text: string) => Buffer.from(text, 'hex');
const HEAD = encodeHeaders([
  [':status', '200'],
  ['content-type', 'application/grpc'],
]);

/** A literal field that is added to the dynamic table, with a value of this many bytes. */
function indexedLiteral(valueBytes: number): Buffer {
  const rest = valueBytes - 127;
  return Buffer.concat([
    hex('40016b7f'),
    Buffer.of(0x80 | (rest & 0x7f), rest >> 7),
    Buffer.alloc(valueBytes, 'v'),
  ]);
}

const HEADER_BLOCKS: readonly ((random: SeededRandom) => readonly WireFrame[])[] = [
  () => [block(Buffer.concat([HEAD, hex('80')]))],
  () => [block(Buffer.concat([HEAD, hex('ffffffff7f')]))],
  () => [block(Buffer.concat([HEAD, hex('ff808080808080808000')]))],
  () => [block(Buffer.concat([HEAD, hex('3fe1ffffff0f')]))],
  () => [block(Buffer.concat([HEAD, hex('3fe13f')]))],
  () => [block(hex('20'.repeat(50)))],
  () => [block(Buffer.concat([HEAD, hex('4001787fffffff7f')]))],
  () => [block(Buffer.concat([HEAD, hex('00017884ffffffff')]))],
  () => [block(Buffer.concat([HEAD, hex('00017881fe')]))],
  (random) => [block(Buffer.concat([HEAD, random.bytes(1 + random.below(60))]))],
  (random) => [block(random.bytes(random.below(30)))],
  () => [block(Buffer.alloc(0))],
  // One field of 4000 bytes, then 12 000 references to it: 48 MB of headers.
  () => [block(Buffer.concat([HEAD, indexedLiteral(3900), Buffer.alloc(12_000, 0xbe)]))],
  // A list of headers of a few hundred kilobytes in CONTINUATION frames.
  (random) => {
    const part = encodeHeaders([['k', 'x'.repeat(16_000)]]);
    const parts = Array.from({ length: random.below(40) }, () => continuation(part, 0));
    return [block(HEAD, 0), ...parts, continuation(part, Flag.endHeaders)];
  },
  () => [block(HEAD, 0), ...Array.from({ length: 3000 }, () => continuation(Buffer.alloc(0), 0))],
  () => [block(HEAD, 0), { ...block(HEAD), type: FrameType.data }],
];

export function hostileHeaders(random: SeededRandom): readonly WireFrame[] {
  return oneOf(HEADER_BLOCKS, random)(random);
}

const of = (type: number, flags: number, streamId: number, payload: Buffer): WireFrame => ({
  type,
  flags,
  streamId,
  payload,
});
const START = block(HEAD);

/** The frames that begin a flood, and those that are repeated. */
type Flood = readonly [start: readonly WireFrame[], repeated: readonly WireFrame[]];

const FLOODS: readonly Flood[] = [
  [[], [of(FrameType.ping, 0, 0, Buffer.alloc(8))]],
  [[], [of(FrameType.ping, Flag.ack, 0, Buffer.alloc(8))]],
  [[], [of(FrameType.settings, 0, 0, Buffer.alloc(0))]],
  [[], [of(FrameType.settings, 0, 0, Buffer.concat([hex('0004'), uint32s(1000)]))]],
  [[], [of(FrameType.settings, Flag.ack, 0, Buffer.alloc(0))]],
  [[], [of(FrameType.windowUpdate, 0, 0, uint32s(1))]],
  [[], [of(FrameType.windowUpdate, 0, 1, uint32s(1))]],
  [[], [of(FrameType.resetStream, 0, 1, uint32s(7))]],
  [[], [of(FrameType.goAway, 0, 0, uint32s(1, 0))]],
  [[], [of(2, 0, 1, Buffer.alloc(5))]],
  [[], [of(0xfe, 0, 0, Buffer.alloc(1000))]],
  [[], [START]],
  [[], [block(encodeHeaders([[':status', '103']]))]],
  [[block(HEAD, 0)], [continuation(Buffer.alloc(0), 0)]],
  [[block(HEAD, 0)], [continuation(encodeHeaders([['k', 'x'.repeat(10_000)]]), 0)]],
  [[START], [of(FrameType.data, 0, 1, Buffer.alloc(0))]],
  [[START], [of(FrameType.data, Flag.padded, 1, Buffer.from([200, ...Buffer.alloc(200)]))]],
  // Empty messages, and one message without an end. They never stop: neither respects the window.
  [[START], [of(FrameType.data, 0, 1, Buffer.alloc(1000))]],
  [[START], [of(FrameType.data, 0, 1, Buffer.alloc(16_384, 0x22))]],
  [
    [
      block(
        encodeHeaders([
          [':status', '200'],
          ['content-type', 'text/html'],
        ]),
      ),
    ],
    [of(FrameType.data, 0, 1, Buffer.alloc(16_384, '<'))],
  ],
];

/** The size of one write of a flood. */
const CHUNK_BYTES = 64 * 2 ** 10;

export interface FloodBytes {
  readonly start: Buffer;
  /** To be sent again and again. */
  readonly chunk: Buffer;
}

export function floodBytes(random: SeededRandom): FloodBytes {
  const [start, repeated] = oneOf(FLOODS, random);
  const once = bytesOf(repeated);
  const chunk = Buffer.concat(Array.from({ length: Math.ceil(CHUNK_BYTES / once.length) }, () => once));
  return { start: bytesOf(start), chunk };
}
