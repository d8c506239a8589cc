import { gzipSync } from 'node:zlib';
import type { SeededRandom } from '../../../storage/support/random.js';
import { mutatedBytes, oneOf } from './mutations.js';
import type { ResponseParts } from './recordings.js';

/** Mutations of what gRPC puts into frames: header fields, trailers, message prefixes and protobuf messages. */

type Field = readonly [name: string, value: string];

const GRPC_STATUSES = ['0', '1', '2', '4', '8', '12', '13', '14', '16', '17', '255', '00', '+1', '-1'].concat(
  ['', ' 0', '0x1', '1e3', '1.5', 'abc', '2147483647', '2147483648', '99999999999999999999', 'NaN', '\u00e4'],
);
const GRPC_MESSAGES = [
  '',
  '%',
  '%4',
  '%zz',
  '%00',
  '%0a%1b[2J',
  '%ff%fe',
  '%E4%BD',
  '%25%25',
  'x'.repeat(5000),
].concat([
  '%F0%9F%98%80',
  'etcdserver: no leader',
  'etcdserver: invalid auth token',
  '\u00ff\u00fe',
  '%e4'.repeat(3000),
]);
const CONTENT_TYPES = [
  '',
  'application/grpc',
  'application/grpc+proto',
  'application/grpc;x',
  'application/grpcx',
].concat(['application/json', 'text/html; charset=utf-8', 'APPLICATION/GRPC', 'a'.repeat(3000)]);
const HTTP_STATUSES = [
  '',
  '100',
  '101',
  '103',
  '200',
  '204',
  '301',
  '304',
  '401',
  '404',
  '429',
  '500',
  '503',
].concat(['0', '99', '600', '1000', '-200', '2e2', 'abc', '999999999999']);
const ENCODINGS = ['', 'identity', 'gzip', 'deflate', 'snappy', 'gzip, identity', '\u00e4'];
const OTHER_FIELDS: readonly Field[] = [
  ['grpc-status-details-bin', '!!!not base64'],
  ['grpc-status-details-bin', 'CAU='],
  ['x-bin', '===='],
  ['content-length', '3'],
  ['content-length', '-1'],
  ['connection', 'close'],
  ['transfer-encoding', 'chunked'],
  ['Upper', 'case'],
  ['', 'no name'],
  ['a b', 'blank in the name'],
  ['__proto__', 'x'],
  ['constructor', 'x'],
  ['x', 'a\nb'],
  ['x', '\0'],
  [':path', '/'],
  [':other', 'x'],
  ['grpc-accept-encoding', 'gzip'],
  ['grpc-retry-pushback-ms', '-5'],
  ['set-cookie', 'a=b'],
  ['long', 'x'.repeat(20_000)],
  ['grpc-encoding', 'gzip'],
];

const VALUES: Readonly<Record<string, readonly string[]>> = {
  'grpc-status': GRPC_STATUSES,
  'grpc-message': GRPC_MESSAGES,
  'content-type': CONTENT_TYPES,
  ':status': HTTP_STATUSES,
  'grpc-encoding': ENCODINGS,
};

/** Other fields in the headers, in the trailers, or in both. */
export function mutatedFields(parts: ResponseParts, random: SeededRandom): ResponseParts {
  const where = random.below(3);
  const { headers, trailers } = parts;
  return {
    ...parts,
    headers: where === 0 ? headers : otherFields(headers, random),
    trailers: where === 1 ? trailers : otherFields(trailers ?? [['grpc-status', '0']], random),
  };
}

function otherFields(original: readonly Field[], random: SeededRandom): Field[] {
  const fields = [...original];
  for (let count = 1 + random.below(3); count > 0; count--) {
    const name = oneOf(Object.keys(VALUES), random);
    const value = oneOf(VALUES[name] ?? [''], random);
    const index = fields.findIndex(([present]) => present === name);
    const action = random.below(6);
    if (action === 0) fields.splice(random.below(fields.length + 1), 1);
    else if (action === 1) fields.splice(random.below(fields.length + 1), 0, oneOf(OTHER_FIELDS, random));
    else if (action === 2) fields.push([name, value]);
    else if (index < 0) fields.push([name, value]);
    else fields[index] = [name, value];
  }
  return fields;
}

/** Other lengths, flags, numbers and sizes of messages. */
export function mutatedMessages(parts: ResponseParts, random: SeededRandom): ResponseParts {
  const messages = [...parts.messages];
  for (let count = 1 + random.below(2); count > 0; count--) {
    const at = random.below(messages.length + 1);
    const message = messages[at] ?? lengthPrefixed(Buffer.alloc(0));
    messages.splice(at, random.below(2), ...oneOf(MESSAGE_MUTATIONS, random)(message, random));
  }
  const encoding = oneOf(ENCODINGS, random);
  const isEncoded = random.below(3) === 0;
  return {
    ...parts,
    messages,
    headers: isEncoded ? [...parts.headers, ['grpc-encoding', encoding]] : parts.headers,
  };
}

/** Sizes of what a short compressed message becomes. */
const INFLATED_BYTES = 8 * 2 ** 20;

const MESSAGE_MUTATIONS: readonly ((message: Buffer, random: SeededRandom) => Buffer[])[] = [
  () => [],
  (message) => [message, message],
  (message, random) => [lengthPrefixed(message.subarray(5), { length: random.below(2 * message.length) })],
  (message, random) => {
    const length = oneOf([0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 5 * 2 ** 20], random);
    return [lengthPrefixed(message.subarray(5), { length })];
  },
  (message, random) => [lengthPrefixed(message.subarray(5), { flag: oneOf([1, 1, 2, 255], random) })],
  (message) => [lengthPrefixed(gzipSync(message.subarray(5)), { flag: 1 })],
  () => [lengthPrefixed(gzipSync(Buffer.alloc(INFLATED_BYTES)), { flag: 1 })],
  (message) => [lengthPrefixed(Buffer.alloc(0)), message],
  (message, random) => [message.subarray(0, random.below(message.length))],
  (_message, random) => [Buffer.from(random.bytes(random.below(30)))],
  (_message, random) => [lengthPrefixed(Buffer.from(random.bytes(random.below(300))))],
];

function lengthPrefixed(message: Uint8Array, { flag = 0, length = message.length } = {}): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(flag);
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, message]);
}

/** Messages with valid prefixes whose contents are changed. */
export function mutatedProtobuf(parts: ResponseParts, random: SeededRandom): ResponseParts {
  const at = random.below(parts.messages.length);
  const messages = parts.messages.map((message, index) =>
    index === at ? lengthPrefixed(otherProtobuf(message.subarray(5), random)) : message,
  );
  return { ...parts, messages };
}

function otherProtobuf(message: Buffer, random: SeededRandom): Buffer {
  if (random.below(2) === 0) return mutatedBytes(message, random);
  const added = oneOf(PROTOBUF_PARTS, random)(random);
  const at = oneOf([0, message.length, random.below(message.length + 1)], random);
  return Buffer.concat([message.subarray(0, at), added, message.subarray(at)]);
}

const varint = (...bytes: number[]) => Buffer.from(bytes);
const HUGE_VARINT = Buffer.from('ffffffffffffffffff01', 'hex');
const field = (random: SeededRandom, wireType: number) => varint(((1 + random.below(15)) << 3) | wireType);

/** Parts of a message that are valid in themselves, or invalid in an interesting way. */
const PROTOBUF_PARTS: readonly ((random: SeededRandom) => Buffer)[] = [
  (random) => Buffer.concat([field(random, 0), HUGE_VARINT]),
  (random) => Buffer.concat([field(random, 0), Buffer.alloc(12, 0xff)]),
  (random) => Buffer.concat([field(random, 2), HUGE_VARINT]),
  (random) => Buffer.concat([field(random, 2), varint(0xff, 0xff, 0xff, 0xff, 0x07)]),
  (random) => Buffer.concat([field(random, 2), varint(0)]),
  (random) => Buffer.concat([field(random, random.below(8)), Buffer.from(random.bytes(random.below(12)))]),
  // Groups, nested deeply, that do not end or end too often.
  (random) => Buffer.alloc(oneOf([3, 1000, 60_000], random), field(random, 3)),
  (random) => Buffer.alloc(oneOf([1, 1000], random), field(random, 4)),
  () => varint(0, 0),
  () => varint(0xff, 0xff, 0xff, 0xff, 0x0f, 0),
  // Messages in messages: a `txn` response can contain responses of `txn`.
  (random) => nested(oneOf([5, 200, 5000], random)),
  (random) => Buffer.concat(Array.from({ length: random.below(5000) }, () => varint(0x12, 0))),
];

/** TxnResponse.responses (3) → ResponseOp.responseTxn (4) → …; lengths are those of what follows. */
function nested(depth: number): Buffer {
  const parts: Buffer[] = [];
  let length = 0;
  for (let level = 0; level < depth; level++) {
    const head = Buffer.from([level % 2 === 0 ? 0x22 : 0x1a, ...lengthBytes(length)]);
    parts.unshift(head);
    length += head.length;
  }
  return Buffer.concat(parts);
}

function lengthBytes(length: number): number[] {
  const bytes: number[] = [];
  let rest = length;
  for (; rest >= 0x80; rest >>>= 7) bytes.push(0x80 | (rest & 0x7f));
  return [...bytes, rest];
}
