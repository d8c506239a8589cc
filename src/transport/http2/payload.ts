import { Http2Error } from './error.js';
import { Flag, type FrameHeader } from './frame.js';

/** What is asked of payloads before they are used. All throw `Http2Error`. */

export function withoutPadding({ flags }: FrameHeader, payload: Buffer): Buffer {
  if (!(flags & Flag.padded)) return payload;
  const end = payload.length - (payload[0] ?? 0);
  if (end < 1) throw new Http2Error('PROTOCOL_ERROR', 'padding is longer than its frame');
  return payload.subarray(1, end);
}

const PRIORITY_BYTES = 5;

export function withoutPriority({ flags }: FrameHeader, payload: Buffer): Buffer {
  if (!(flags & Flag.priority)) return payload;
  if (payload.length < PRIORITY_BYTES) throw wrongSize();
  return payload.subarray(PRIORITY_BYTES);
}

/** Settings, pings and farewells are about the connection. */
export function checkIsOfConnection({ streamId }: FrameHeader): void {
  if (streamId !== 0) throw new Http2Error('PROTOCOL_ERROR', 'a frame of the connection names a stream');
}

/** 32 bits. */
export function numberIn(payload: Buffer, at: number): number {
  if (payload.length < at + 4) throw wrongSize();
  return payload.readUInt32BE(at);
}

export function wrongSize(): Http2Error {
  return new Http2Error('FRAME_SIZE_ERROR', 'a frame has not the size of its kind');
}
