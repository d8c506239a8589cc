import { Flag, FrameType } from '../../../../src/transport/http2/frame.js';
import type { SeededRandom } from '../../../storage/support/random.js';
import type { WireFrame } from './recordings.js';

/** Mutations of bytes and of HTTP/2 frames. */

/** Numbers at which computations often fail. */
const INTERESTING = [0, 1, 4, 5, 9, 0x3fff, 0x4000, 0x4001, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
const STREAM_IDS = [0, 1, 2, 3, 5, 0x7fff_ffff, 0x8000_0001, 0xffff_ffff];

export function oneOf<Item>(items: readonly Item[], random: SeededRandom): Item {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new RangeError('there is nothing to choose from');
  return item;
}

/** A copy with one to four changes. */
export function mutatedBytes(original: Uint8Array, random: SeededRandom): Buffer {
  let bytes: Buffer = Buffer.from(original);
  for (let count = 1 + random.below(4); count > 0 && bytes.length > 0; count--) {
    bytes = oneOf(BYTE_MUTATIONS, random)(bytes, random);
  }
  return bytes;
}

type ByteMutation = (bytes: Buffer, random: SeededRandom) => Buffer;

const BYTE_MUTATIONS: readonly ByteMutation[] = [
  (bytes, random) => {
    const index = random.below(bytes.length);
    bytes.writeUInt8(bytes.readUInt8(index) ^ (1 << random.below(8)), index);
    return bytes;
  },
  (bytes, random) => {
    bytes.writeUInt8(random.below(256), random.below(bytes.length));
    return bytes;
  },
  (bytes, random) => {
    if (bytes.length >= 4) bytes.writeUInt32BE(oneOf(INTERESTING, random), random.below(bytes.length - 3));
    return bytes;
  },
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => {
    const at = random.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), random.bytes(1 + random.below(20)), bytes.subarray(at)]);
  },
  (bytes, random) => {
    const at = random.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(20))]);
  },
];

/** A copy with one to three changes. */
export function mutatedFrames(original: readonly WireFrame[], random: SeededRandom): WireFrame[] {
  const frames = [...original];
  for (let count = 1 + random.below(3); count > 0; count--) {
    const at = random.below(frames.length + 1);
    oneOf(FRAME_MUTATIONS, random)(frames, at, random);
  }
  return frames;
}

type FrameMutation = (frames: WireFrame[], at: number, random: SeededRandom) => void;

/** Replaces the frame at the index, if there is one. */
function changing(change: (frame: WireFrame, random: SeededRandom) => Partial<WireFrame>): FrameMutation {
  return (frames, at, random) => {
    const frame = frames[at];
    if (frame !== undefined) frames[at] = { ...frame, ...change(frame, random) };
  };
}

const FRAME_MUTATIONS: readonly FrameMutation[] = [
  (frames, at) => void frames.splice(at, 1),
  (frames, at) => void frames.splice(at, 0, ...frames.slice(at, at + 1)),
  (frames, at, random) => void frames.splice(random.below(frames.length + 1), 0, ...frames.splice(at, 1)),
  (frames, at) => void frames.splice(at),
  changing(({ flags }, random) => ({ flags: flags ^ (1 << random.below(8)) })),
  changing((_frame, random) => ({ type: random.below(16) })),
  changing((_frame, random) => ({ streamId: oneOf(STREAM_IDS, random) })),
  changing(({ payload }, random) => ({ claimedBytes: (payload.length + random.below(40)) & 0xff_ffff })),
  changing((_frame, random) => ({ claimedBytes: oneOf(INTERESTING, random) & 0xff_ffff })),
  changing(({ payload }, random) => ({ payload: mutatedBytes(payload, random) })),
  (frames, at, random) => void frames.splice(at, 0, strangeFrame(random)),
  (frames, at, random) => void frames.splice(at, 0, knownFrame(random)),
  (frames, at, random) => void frames.splice(at, 0, knownFrame(random)),
];

function strangeFrame(random: SeededRandom): WireFrame {
  return {
    type: random.below(random.below(4) === 0 ? 256 : 12),
    flags: random.below(256),
    streamId: oneOf(STREAM_IDS, random),
    payload: Buffer.from(random.bytes(random.below(40))),
  };
}

/** A well-formed frame that does not belong here: RST_STREAM, GOAWAY, SETTINGS, WINDOW_UPDATE, PUSH_PROMISE, padding … */
function knownFrame(random: SeededRandom): WireFrame {
  const streamId = oneOf([0, 1, 1, 1, 3], random);
  const number = () => oneOf([...INTERESTING, 2, 7, 8, 11, 13, 99], random);
  const flags = 0;
  switch (random.below(9)) {
    case 0:
      return { type: FrameType.resetStream, flags, streamId, payload: uint32s(random.below(16)) };
    case 1:
      return { type: FrameType.goAway, flags, streamId: 0, payload: goAway(number(), random) };
    case 2:
      return { type: FrameType.windowUpdate, flags, streamId, payload: uint32s(number()) };
    case 3:
      return { type: FrameType.settings, flags, streamId: 0, payload: setting(random, number()) };
    case 4:
      return { type: FrameType.ping, flags: random.below(2), streamId: 0, payload: Buffer.alloc(8) };
    case 5:
      return { type: FrameType.pushPromise, flags: 4, streamId, payload: uint32s(2) };
    case 6:
      return { type: FrameType.data, flags: Flag.padded, streamId, payload: padded(random) };
    case 7:
      return { type: FrameType.data, flags: random.below(2), streamId, payload: Buffer.alloc(0) };
    default:
      return { type: FrameType.headers, flags: 4 + random.below(2), streamId, payload: Buffer.of(0x88) };
  }
}

export function uint32s(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number, 4 * index);
  return bytes;
}

function goAway(lastId: number, random: SeededRandom): Buffer {
  const debugData = oneOf(['', 'too_many_pings', '\x1b[2J\n', '\xff'.repeat(200)], random);
  return Buffer.concat([uint32s(lastId, random.below(16)), Buffer.from(debugData, 'latin1')]);
}

function setting(random: SeededRandom, value: number): Buffer {
  const id = Buffer.alloc(2);
  id.writeUInt16BE(random.below(9));
  return Buffer.concat([id, uint32s(value)]);
}

function padded(random: SeededRandom): Buffer {
  const bytes = Buffer.alloc(1 + random.below(30));
  bytes[0] = random.below(40);
  return bytes;
}
