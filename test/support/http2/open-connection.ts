import { Http2Connection, type Http2ConnectionOptions } from '../../../src/transport/http2/connection.js';
import { encodeHeaders } from '../../../src/transport/http2/hpack/encoder.js';
import type { Stream, StreamEvents, StreamFailure } from '../../../src/transport/http2/stream.js';
import { NO_SETTINGS, ScriptedPeer } from './scripted-peer.js';

/** One request and its events, in order. */
export interface Recorded {
  readonly stream: Stream;
  readonly events: unknown[];
}

export interface Opened {
  readonly peer: ScriptedPeer;
  readonly connection: Http2Connection;
  /** `ready`, the message of the reason of `onUnusable`, `closed`. */
  readonly states: string[];
  readonly request: (body?: string | Uint8Array, options?: RequestOptions) => Recorded;
}

export interface RequestOptions {
  /** Received data is not consumed. */
  readonly holdsData?: boolean;
  readonly fields?: Readonly<Record<string, string>>;
  readonly onData?: (stream: Stream) => void;
}

/** A connection to a scripted peer that has not sent anything. */
export function openConnection(options: Partial<Http2ConnectionOptions> = {}): Opened {
  const peer = new ScriptedPeer();
  const states: string[] = [];
  const connection = new Http2Connection(peer, {
    windowBytes: 2 ** 16,
    onReady: () => states.push('ready'),
    onUnusable: ({ message }) => states.push(message),
    onClosed: () => states.push('closed'),
    ...options,
  });
  return { peer, connection, states, request: (body, options) => record(connection, body, options) };
}

/** Like `openConnection`, after the peer's SETTINGS and their acknowledgement. */
export async function readyConnection(
  settings: Buffer = NO_SETTINGS,
  options: Partial<Http2ConnectionOptions> = {},
): Promise<Opened> {
  const opened = openConnection(options);
  opened.peer.send(settings);
  await opened.peer.takeReceivedFrames();
  return opened;
}

function record(
  connection: Http2Connection,
  body: string | Uint8Array = 'body',
  { holdsData = false, fields = { ':path': '/' }, onData }: RequestOptions = {},
): Recorded {
  const events: unknown[] = [];
  const handlers: StreamEvents = {
    onHeaders: (fields) => events.push(Object.fromEntries(fields)),
    onData: (bytes) => {
      events.push(bytes.toString('latin1'));
      if (!holdsData) stream.consumed(bytes.length);
      onData?.(stream);
    },
    onEnd: () => events.push('end'),
    onFailure: (failure) => events.push(failureText(failure)),
  };
  const stream: Stream = connection.request(
    encodeHeaders(Object.entries(fields)),
    Buffer.from(body),
    handlers,
  );
  return { stream, events };
}

function failureText(failure: StreamFailure): string {
  if (failure.kind === 'lost') return `lost: ${failure.reason.message}`;
  if (failure.kind === 'malformed') return `malformed: ${failure.why}`;
  return failure.kind === 'reset' ? `reset: ${failure.code}` : failure.kind;
}
