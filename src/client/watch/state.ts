/**
 * The state machine of a watch, without network or clock. A watch runs over a sequence of streams. When a stream breaks, the
 * watch is created again on the next one, after the last event that was delivered: no event is lost or repeated
 * (etcd client/v3/watch.go `serveSubstream`).
 */
import { ConnectionError, ServerError } from '../../model/errors.js';
import type { KeyRange } from '../../model/key-range.js';
import type { ResponseHeader } from '../../model/messages/header.js';
import type { Events, WatchRequest, WatchResponse } from '../../model/messages/watch.js';
import { isTooLargeResponse } from '../range/page.js';

/** The keys to watch, and the options of the watch. */
export interface WatchTarget {
  readonly range: KeyRange;
  /** 0: from now on. */
  readonly startRevision: bigint;
  /** The events of the start revision that an earlier watch has delivered; absent: none. */
  readonly delivered?: number;
  readonly prevKv?: boolean;
  /** The server periodically sends a response without events when there are none. */
  readonly progressNotify?: boolean;
  /** When a response is too large, the watch asks for fragments: the server then splits the events of a revision into several responses. */
  readonly mayBeFragmented?: boolean;
}

/** All events of revisions below `revision` are delivered, and `delivered` events of `revision` itself. */
export interface Position {
  /** 0: not known until the first response. */
  readonly revision: bigint;
  readonly delivered: number;
}

interface Alive {
  readonly position: Position;
  /**
   * Whether responses come in fragments. etcd computes the size of a fragment again for every event in it: whole responses are quicker, up
   * to a hundred times when a revision has many events.
   */
  readonly fragments: 'never' | 'if-needed' | 'always';
}

/** A watch that the server has not created, or not again. */
interface NotOpen extends Alive {
  /** The number of streams that broke since the watch was last open. */
  readonly failures: number;
  /** What the consumer is told when the server has created the watch. */
  readonly announces: 'created' | 'resumed' | 'reopened';
}

export type WatchState =
  /** The create request is sent. */
  | ({ readonly kind: 'opening' } & NotOpen)
  /** The server has created the watch. The next `duplicates` events were delivered by an earlier stream. */
  | ({ readonly kind: 'open'; readonly duplicates: number } & Alive)
  /** The stream broke; the next one is opened after a pause. */
  | ({ readonly kind: 'broken' } & NotOpen)
  | { readonly kind: 'ended' };

export type WatchInput =
  | { readonly kind: 'response'; readonly response: WatchResponse }
  /** The stream ended, with an error or without. */
  | { readonly kind: 'failure'; readonly error: unknown }
  /** The pause is over. */
  | { readonly kind: 'retry' };

/** What the consumer of a watch receives. */
export type WatchUpdate =
  | { readonly kind: 'created' }
  /** Events; a response without events is a progress notification: all events up to the header's revision are delivered. */
  | { readonly kind: 'response'; readonly response: WatchResponse }
  /** The stream broke. The watch resumes by itself, from `revision` on (0: not known yet). */
  | { readonly kind: 'interrupted'; readonly reason: string; readonly revision: bigint }
  | { readonly kind: 'resumed'; readonly revision: bigint }
  /** Another stream goes on, with fragments and without an interruption; its server may be another one. */
  | { readonly kind: 'reopened' }
  /** The last update. */
  | { readonly kind: 'ended'; readonly end: WatchEnd };

/** Why a watch ended. It does not resume. */
export interface WatchEnd {
  /** The server's message; empty when it gave none. */
  readonly reason: string;
  /** Above 0: revisions below it are compacted, and some of their events were not delivered. */
  readonly compactRevision: bigint;
  /** The response that etcdctl prints last; absent when the server cancelled without a reason. */
  readonly response?: WatchResponse;
}

export interface Transition {
  readonly state: WatchState;
  readonly update?: WatchUpdate;
}

export const COMPACTED = 'etcdserver: mvcc: required revision has been compacted';

export function initialState({
  startRevision,
  delivered = 0,
  mayBeFragmented = false,
}: WatchTarget): WatchState {
  return {
    kind: 'opening',
    position: { revision: startRevision, delivered },
    fragments: mayBeFragmented ? 'if-needed' : 'never',
    failures: 0,
    announces: 'created',
  };
}

/** The request that creates the watch on a new stream, at its position. */
export function createRequest(target: WatchTarget, { position, fragments }: Alive): WatchRequest {
  const { range, prevKv = false, progressNotify = false } = target;
  const fragment = fragments === 'always';
  return {
    requestUnion: {
      $case: 'createRequest',
      value: { ...range, startRevision: position.revision, prevKv, progressNotify, fragment },
    },
  };
}

/** The transition function: the only place where the state of a watch changes. */
export function transition(state: WatchState, input: WatchInput): Transition {
  switch (input.kind) {
    case 'retry':
      return state.kind === 'broken' ? { state: { ...state, kind: 'opening' } } : { state };
    case 'failure':
      return state.kind === 'opening' || state.kind === 'open' ? onFailure(state, input.error) : { state };
    case 'response':
      if (state.kind === 'opening') return onFirstResponse(state, input.response);
      return state.kind === 'open' ? onResponse(state, input.response) : { state };
  }
}

type Opening = Extract<WatchState, { kind: 'opening' }>;
type Open = Extract<WatchState, { kind: 'open' }>;

function onFirstResponse(state: Opening, response: WatchResponse): Transition {
  if (response.canceled) return onCancel(response);
  if (!response.created) return { state };
  const { position, fragments, announces } = state;
  // The watch starts after the revision in the header of the created response.
  const revision = position.revision === 0n ? (response.header?.revision ?? 0n) + 1n : position.revision;
  return {
    state: { kind: 'open', position: { ...position, revision }, fragments, duplicates: position.delivered },
    update: announces === 'resumed' ? { kind: 'resumed', revision } : { kind: announces },
  };
}

function onResponse(state: Open, response: WatchResponse): Transition {
  if (response.canceled || response.compactRevision > 0n) return onCancel(response);
  if (response.events.length === 0) {
    return { state: afterProgress(state, response), update: { kind: 'response', response } };
  }
  const events = response.events.slice(state.duplicates);
  const duplicates = state.duplicates - (response.events.length - events.length);
  const position =
    events.length === 0 ? state.position : positionAfter(state.position, events, response.fragment);
  return {
    state: { ...state, position, duplicates },
    ...(events.length > 0 && { update: { kind: 'response', response: { ...response, events } } }),
  };
}

/** The position after a progress notification. It never moves back: a watch that starts at a future revision gets them too. */
function afterProgress(state: Open, { header }: WatchResponse): Open {
  const next = (header?.revision ?? 0n) + 1n;
  return next > state.position.revision ? { ...state, position: { revision: next, delivered: 0 } } : state;
}

/**
 * The position after these events, which follow `before`.
 * @param isFragment whether more events of the last revision may follow
 */
export function positionAfter(before: Position, events: Events, isFragment: boolean): Position {
  const last = events.at(-1)?.kv?.modRevision ?? before.revision;
  if (!isFragment) return { revision: last + 1n, delivered: 0 };
  let ofLast = 0;
  for (const { kv } of events) if (kv?.modRevision === last) ofLast++;
  return { revision: last, delivered: last === before.revision ? before.delivered + ofLast : ofLast };
}

const NO_HEADER: ResponseHeader = { clusterId: 0n, memberId: 0n, revision: 0n, raftTerm: 0n };

function canceledResponse(): WatchResponse {
  return {
    header: NO_HEADER,
    watchId: 0n,
    created: false,
    canceled: true,
    compactRevision: 0n,
    cancelReason: '',
    fragment: false,
    events: [],
  };
}

function onCancel(response: WatchResponse): Transition {
  const { compactRevision, cancelReason, created } = response;
  const end: WatchEnd =
    compactRevision > 0n
      ? { reason: COMPACTED, compactRevision, response }
      : { reason: cancelReason, compactRevision: 0n, ...(created && { response: canceledResponse() }) };
  return { state: { kind: 'ended' }, update: { kind: 'ended', end } };
}

function onFailure(state: Opening | Open, error: unknown): Transition {
  if (state.fragments === 'if-needed' && isTooLargeResponse(error)) return onTooLarge(state);
  if (!canResume(error)) {
    const reason = error instanceof Error ? error.message : String(error);
    const end = { reason, compactRevision: 0n, response: canceledResponse() };
    return { state: { kind: 'ended' }, update: { kind: 'ended', end } };
  }
  const { position, fragments } = state;
  const failures = state.kind === 'opening' ? state.failures + 1 : 1;
  const isNew = state.kind === 'opening' && state.announces === 'created';
  return {
    state: { kind: 'broken', position, fragments, failures, announces: isNew ? 'created' : 'resumed' },
    ...(failures === 1 && { update: interrupted(position, error) }),
  };
}

/** Asks for the same events in fragments. */
function onTooLarge(state: Opening | Open): Transition {
  const announces = state.kind === 'opening' ? state.announces : 'reopened';
  const failures = state.kind === 'opening' ? state.failures : 0;
  const { position } = state;
  return { state: { kind: 'opening', position, fragments: 'always', failures, announces } };
}

/** No error: the server has ended the stream. A `ConnectionError`: the client for the stream could not log in. */
function canResume(error: unknown): boolean {
  const cause = error instanceof ConnectionError ? error.cause : error;
  return error === undefined || (cause instanceof ServerError && cause.canResume);
}

function interrupted({ revision }: Position, error: unknown): WatchUpdate {
  const reason = error instanceof Error ? error.message : 'the server ended the stream';
  return { kind: 'interrupted', reason, revision };
}
