import { Http2Error } from './error.js';

/** Frames of HTTP/2 (RFC 9113, sections 4 and 6). */

export const FrameType = {
  data: 0,
  headers: 1,
  resetStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const Flag = { ack: 0x1, endStream: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;

export const Setting = {
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
} as const;

/** The connection preface, sent before the first frame (RFC 9113, 3.4). */
export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

export const FRAME_HEADER_BYTES = 9;

/** Initial value of SETTINGS_MAX_FRAME_SIZE, in bytes of payload. */
export const DEFAULT_MAX_FRAME_BYTES = 16 * 2 ** 10;

/** The largest allowed SETTINGS_MAX_FRAME_SIZE. */
export const MAX_FRAME_BYTES = 2 ** 24 - 1;

/** Initial flow-control window of the connection, and of streams until SETTINGS_INITIAL_WINDOW_SIZE changes it. */
export const DEFAULT_WINDOW_BYTES = 2 ** 16 - 1;

export const MAX_WINDOW_BYTES = 2 ** 31 - 1;

export interface FrameHeader {
  readonly type: number;
  readonly flags: number;
  /** 0: the frame is about the connection. */
  readonly streamId: number;
}

export function frame({ type, flags, streamId }: FrameHeader, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(streamId, 5);
  bytes.set(payload, FRAME_HEADER_BYTES);
  return bytes;
}

export function settingsFrame(settings: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.allocUnsafe(6 * settings.length);
  for (const [index, [id, value]] of settings.entries()) {
    payload.writeUInt16BE(id, 6 * index);
    payload.writeUInt32BE(value, 6 * index + 2);
  }
  return frame({ type: FrameType.settings, flags: 0, streamId: 0 }, payload);
}

/** A frame whose payload is one 32-bit number: WINDOW_UPDATE or RST_STREAM. */
export function uint32Frame(type: number, streamId: number, number: number): Buffer {
  const payload = Buffer.allocUnsafe(4);
  payload.writeUInt32BE(number);
  return frame({ type, flags: 0, streamId }, payload);
}

/** GOAWAY for a client, which has received no streams of the server. */
export function goAwayFrame(errorCode: number): Buffer {
  const payload = Buffer.alloc(8);
  payload.writeUInt32BE(errorCode, 4);
  return frame({ type: FrameType.goAway, flags: 0, streamId: 0 }, payload);
}

/** The acknowledgement of SETTINGS or PING. */
export function ackFrame(type: number, payload: Uint8Array = new Uint8Array(0)): Buffer {
  return frame({ type, flags: Flag.ack, streamId: 0 }, payload);
}

/** The settings in the payload of a SETTINGS frame. */
export function* parseSettings(payload: Buffer): Generator<readonly [id: number, value: number]> {
  for (let offset = 0; offset + 6 <= payload.length; offset += 6) {
    yield [payload.readUInt16BE(offset), payload.readUInt32BE(offset + 2)];
  }
}

/** Checks of received frames. All throw `Http2Error`. */

export function withoutPadding({ flags }: FrameHeader, payload: Buffer): Buffer {
  if (!(flags & Flag.padded)) return payload;
  const end = payload.length - (payload[0] ?? 0);
  if (end < 1) throw new Http2Error('PROTOCOL_ERROR', 'padding is longer than its frame');
  return payload.subarray(1, end);
}

const PRIORITY_BYTES = 5;

export function withoutPriority({ flags }: FrameHeader, payload: Buffer): Buffer {
  if (!(flags & Flag.priority)) return payload;
  if (payload.length < PRIORITY_BYTES) throw frameSizeError();
  return payload.subarray(PRIORITY_BYTES);
}

/** For SETTINGS, PING and GOAWAY frames. */
export function requireStreamZero({ streamId }: FrameHeader): void {
  if (streamId !== 0) throw new Http2Error('PROTOCOL_ERROR', 'a connection frame has a stream ID');
}

export function uint32At(payload: Buffer, offset: number): number {
  if (payload.length < offset + 4) throw frameSizeError();
  return payload.readUInt32BE(offset);
}

export function frameSizeError(): Http2Error {
  return new Http2Error('FRAME_SIZE_ERROR', 'a frame has an invalid length for its type');
}
