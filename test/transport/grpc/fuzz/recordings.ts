import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Flag, FrameType } from '../../../../src/transport/http2/frame.js';
import type { Fields } from '../../../../src/transport/http2/hpack/decoder.js';
import { HeaderDecoder } from '../../../../src/transport/http2/hpack/decoder.js';
import { encodeHeaders } from '../../../../src/transport/http2/hpack/encoder.js';

const FILE = join(import.meta.dirname, '../../../fixtures/transport/responses.json.gz');

/** The calls whose responses are recorded; `failure`: a `get` that the server rejects. See test/fixtures/transport/make.mjs. */
export const CALLS = [
  'get',
  'failure',
  'put',
  'txn',
  'memberList',
  'status',
  'keepAlive',
  'watch',
  'snapshot',
] as const;
export type CallName = (typeof CALLS)[number];

export interface WireFrame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
  /** The length in its header, if that is not the length of the payload. */
  readonly claimedBytes?: number;
}

/** What a real server sent on a connection with one call, on stream 1. */
export interface Recording {
  readonly call: CallName;
  /** Before the response. */
  readonly opening: readonly WireFrame[];
  readonly response: readonly WireFrame[];
}

export function recordings(): Recording[] {
  const file = JSON.parse(gunzipSync(readFileSync(FILE)).toString()) as Record<CallName, string>;
  return CALLS.map((call) => {
    const frames = framesIn(Buffer.from(file[call], 'base64')).filter((frame) => !isPingAck(frame));
    const start = frames.findIndex(({ streamId }) => streamId !== 0);
    return { call, opening: frames.slice(0, start), response: frames.slice(start) };
  });
}

/** Of pings that this client does not send. */
function isPingAck({ type, flags }: WireFrame): boolean {
  return type === FrameType.ping && (flags & Flag.ack) !== 0;
}

function framesIn(bytes: Buffer): WireFrame[] {
  const frames: WireFrame[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = start + 9 + bytes.readUIntBE(start, 3);
    frames.push({
      type: bytes.readUInt8(start + 3),
      flags: bytes.readUInt8(start + 4),
      streamId: bytes.readUInt32BE(start + 5),
      payload: bytes.subarray(start + 9, end),
    });
    start = end;
  }
  return frames;
}

export function bytesOf(frames: readonly WireFrame[]): Buffer {
  return Buffer.concat(
    frames.flatMap(({ type, flags, streamId, payload, claimedBytes = payload.length }) => {
      const head = Buffer.alloc(9);
      head.writeUIntBE(claimedBytes, 0, 3);
      head[3] = type;
      head[4] = flags;
      head.writeUInt32BE(streamId, 5);
      return [head, payload];
    }),
  );
}

/** A response in parts that can be changed one by one. */
export interface ResponseParts {
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** With their prefixes. Empty when the trailers are all. */
  readonly messages: readonly Buffer[];
  /** Absent when the client has ended the call. */
  readonly trailers: readonly (readonly [name: string, value: string])[] | undefined;
}

export function partsOf({ response }: Recording): ResponseParts {
  const decoder = new HeaderDecoder();
  const isHeaders = ({ type }: WireFrame) => type === FrameType.headers;
  const blocks = response.filter(isHeaders).map(({ payload }) => [...decoder.decode(payload)]);
  const hasTrailers = response.some((frame) => isHeaders(frame) && (frame.flags & Flag.endStream) !== 0);
  const data = response.filter(({ type }) => type === FrameType.data).map(({ payload }) => payload);
  return {
    headers: blocks.length > 1 || !hasTrailers ? (blocks[0] ?? []) : [],
    messages: messagesIn(Buffer.concat(data)),
    trailers: hasTrailers ? blocks.at(-1) : undefined,
  };
}

function messagesIn(data: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let start = 0; start < data.length; ) {
    const end = start + 5 + data.readUInt32BE(start + 1);
    messages.push(data.subarray(start, end));
    start = end;
  }
  return messages;
}

/** Frames of at most this many payload bytes. */
const MAX_FRAME_BYTES = 16_384;

export function framesOf({ headers, messages, trailers }: ResponseParts): WireFrame[] {
  const data = Buffer.concat(messages);
  const frames: WireFrame[] = [];
  if (headers.length > 0) frames.push(...headerFrames(headers, false));
  for (let start = 0; start < data.length; start += MAX_FRAME_BYTES) {
    const payload = data.subarray(start, start + MAX_FRAME_BYTES);
    frames.push({ type: FrameType.data, flags: 0, streamId: 1, payload });
  }
  if (trailers !== undefined) frames.push(...headerFrames(trailers, true));
  return frames;
}

/** HEADERS, and CONTINUATION if the block is large. */
function headerFrames(fields: Iterable<readonly [string, string]> | Fields, isLast: boolean): WireFrame[] {
  const block = encodeHeaders(fields);
  const frames: WireFrame[] = [];
  for (let start = 0; start === 0 || start < block.length; start += MAX_FRAME_BYTES) {
    const payload = block.subarray(start, start + MAX_FRAME_BYTES);
    const isEnd = start + payload.length >= block.length;
    const flags = (isEnd ? Flag.endHeaders : 0) | (isLast && start === 0 ? Flag.endStream : 0);
    frames.push({
      type: start === 0 ? FrameType.headers : FrameType.continuation,
      flags,
      streamId: 1,
      payload,
    });
  }
  return frames;
}
