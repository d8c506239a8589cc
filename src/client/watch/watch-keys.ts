import type { WatchRequest, WatchResponse } from '../../model/messages/watch.js';
import type { WatchService } from '../../model/services.js';
import {
  createRequest,
  initialState,
  transition,
  type WatchInput,
  type WatchState,
  type WatchTarget,
  type WatchUpdate,
} from './state.js';

interface WatchContext {
  /** Ends the watch: the iteration then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** A running watch. It can be iterated once, until the watch ends. Nothing is read while the consumer handles an update. */
export interface Watch extends AsyncIterable<WatchUpdate> {
  /** Requests a progress notification. The request is lost when the stream breaks. */
  requestProgress(): void;
}

const INITIAL_BACKOFF_MS = 25;
const MAX_BACKOFF_MS = 1_000;

/** Watches keys across reconnects. The watch starts when the iteration starts. */
export function watchKeys(service: WatchService, target: WatchTarget, context: WatchContext): Watch {
  let requests: RequestQueue<WatchRequest> | undefined;

  async function* run(): AsyncGenerator<WatchUpdate, void, undefined> {
    let state = initialState(target);
    for (;;) {
      requests = new RequestQueue<WatchRequest>();
      try {
        for await (const input of inputsOf(service, { target, state, requests }, context)) {
          const { state: next, update } = transition(state, input);
          state = next;
          if (update !== undefined) yield update;
          if (state.kind === 'ended') return;
        }
      } finally {
        requests.end();
      }
    }
  }

  return {
    requestProgress: () => requests?.push({ requestUnion: { $case: 'progressRequest', value: {} } }),
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
  service: WatchService,
  { target, state, requests }: Stream,
  { signal, sleep }: WatchContext,
): AsyncGenerator<WatchInput, void, undefined> {
  if (state.kind === 'ended') return;
  requests.push(createRequest(target, state.position));
  const failures = state.kind === 'opening' ? state.failures : 0;
  try {
    const responses: AsyncIterable<WatchResponse> = service.watch(requests, {
      signal,
      timeoutMs: null,
      requiresLeader: true,
    });
    for await (const response of responses) yield { kind: 'response', response };
    yield { kind: 'failure', error: undefined };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
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
