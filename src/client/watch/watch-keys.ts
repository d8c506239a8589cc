import { UsageError } from '../../model/errors.js';
import type { ResponseHeader } from '../../model/messages/header.js';
import type { WatchRequest, WatchResponse } from '../../model/messages/watch.js';
import type { WatchService } from '../../model/services.js';
import {
  createRequest,
  initialState,
  type Position,
  transition,
  type WatchInput,
  type WatchState,
  type WatchTarget,
  type WatchUpdate,
} from './state.js';

/**
 * The maximum size of a response that is read whole. Transports get this limit, so that they reject a larger one before they allocate
 * memory for it.
 */
export const MAX_WATCH_RESPONSE_BYTES = 32 * 2 ** 20;

/**
 * The clients that the streams of a watch are made with. Each may connect on its first use, and again after it has failed with a
 * `ConnectionError`. A `UsageError` ends the watch: the iteration rejects.
 */
export interface WatchStreams {
  /** Rejects responses above `MAX_WATCH_RESPONSE_BYTES` with `ResourceExhausted`. */
  bounded(): Promise<WatchService>;
  /** Accepts responses of any size: for fragments, and for watches that may have none. */
  unbounded(): Promise<WatchService>;
}

/** All streams with one client, which must not have that limit if its watches may be fragmented. */
export function streamsWith(service: WatchService): WatchStreams {
  return { bounded: async () => service, unbounded: async () => service };
}

interface WatchContext {
  /** Ends the watch: the iteration then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** A running watch. It can be iterated once, until the watch ends. Nothing is read while the consumer handles an update. */
export interface Watch extends AsyncIterable<WatchUpdate> {
  /** Requests a progress notification. The request is lost when the stream breaks. */
  requestProgress(): void;
  /** The position after the last update. */
  readonly position: Position;
  /** The header of the last response; undefined before the first one. */
  readonly header: ResponseHeader | undefined;
}

const INITIAL_BACKOFF_MS = 25;
const MAX_BACKOFF_MS = 1_000;

/** Watches keys across reconnects. The watch starts when the iteration starts. */
export function watchKeys(streams: WatchStreams, target: WatchTarget, context: WatchContext): Watch {
  let requests: RequestQueue<WatchRequest> | undefined;
  let state = initialState(target);
  let position: Position = { revision: target.startRevision, delivered: target.delivered ?? 0 };
  let header: ResponseHeader | undefined;
  /** `lost`: with the stream that was given up for one with fragments. */
  let progressRequest: 'none' | 'sent' | 'lost' = 'none';
  const requestProgress = () => {
    progressRequest = 'sent';
    requests?.push({ requestUnion: { $case: 'progressRequest', value: {} } });
  };
  const noteResponse = (response: WatchResponse) => {
    header = response.header ?? header;
    if (response.created || response.fragment) return;
    if (response.events.length === 0) progressRequest = 'none';
    // The server ignores a request while it sends past events.
    else if (progressRequest === 'lost') requestProgress();
  };

  async function* run(): AsyncGenerator<WatchUpdate, void, undefined> {
    for (;;) {
      requests = new RequestQueue<WatchRequest>();
      try {
        for await (const input of inputsOf(streams, { target, state, requests }, context)) {
          const { state: next, update } = transition(state, input);
          state = next;
          if (state.kind !== 'ended') position = state.position;
          if (input.kind === 'response') noteResponse(input.response);
          if (update !== undefined) yield update;
          if (state.kind === 'ended') return;
          // Fragments are asked for at once.
          if (input.kind === 'failure' && state.kind === 'opening') break;
        }
      } finally {
        requests.end();
      }
      const isChange = state.kind === 'opening' && state.announces === 'reopened';
      progressRequest = isChange && progressRequest !== 'none' ? 'lost' : 'none';
    }
  }

  return {
    requestProgress,
    get position() {
      return position;
    },
    get header() {
      return header;
    },
    [Symbol.asyncIterator]: run,
  };
}

interface Stream {
  readonly target: WatchTarget;
  readonly state: WatchState;
  readonly requests: RequestQueue<WatchRequest>;
}

/** The inputs from one stream: its responses, its end, and `retry` after a pause. */
async function* inputsOf(
  streams: WatchStreams,
  { target, state, requests }: Stream,
  { signal, sleep }: WatchContext,
): AsyncGenerator<WatchInput, void, undefined> {
  if (state.kind === 'ended') return;
  requests.push(createRequest(target, state));
  const failures = state.kind === 'opening' ? state.failures : 0;
  try {
    const service = await (state.fragments === 'if-needed' ? streams.bounded() : streams.unbounded());
    const responses: AsyncIterable<WatchResponse> = service.watch(requests, {
      signal,
      timeoutMs: null,
      requiresLeader: true,
    });
    for await (const response of responses) yield { kind: 'response', response };
    yield { kind: 'failure', error: undefined };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof UsageError) throw error;
    yield { kind: 'failure', error };
  }
  await sleep(Math.min(INITIAL_BACKOFF_MS * 2 ** failures, MAX_BACKOFF_MS), signal);
  yield { kind: 'retry' };
}

/** The requests of a stream: an unbounded queue for one consumer. */
class RequestQueue<Request> implements AsyncIterable<Request> {
  readonly #waiting: Request[] = [];
  #wake: (() => void) | undefined;
  #hasEnded = false;

  push(request: Request): void {
    this.#waiting.push(request);
    this.#wake?.();
  }

  /** Ends the iteration after the requests that were pushed before. */
  end(): void {
    this.#hasEnded = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Request, void, undefined> {
    for (;;) {
      const request = this.#waiting.shift();
      if (request !== undefined) yield request;
      else if (this.#hasEnded) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
