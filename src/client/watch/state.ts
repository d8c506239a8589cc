/**
 * The state machine of a watch, without network or clock. A watch runs over a sequence of streams. When a stream breaks, the
 * watch is created again on the next one, after the last event that was delivered: no event is lost or repeated
 * (etcd client/v3/watch.go `serveSubstream`).
 */
import { ServerError } from '../../model/errors.js';
import type { KeyRange } from '../../model/key-range.js';
import type { ResponseHeader } from '../../model/messages/header.js';
import type { Event, WatchRequest, WatchResponse } from '../../model/messages/watch.js';

/** The keys to watch, and the options of the watch. */
export interface WatchTarget {
  readonly range: KeyRange;
  /** 0: from now on. */
  readonly startRevision: bigint;
  readonly prevKv?: boolean;
  /** The server periodically sends a response without events when there are none. */
  readonly progressNotify?: boolean;
  /** The server may split the events of one revision into several responses, marked by `fragment`. */
  readonly fragment?: boolean;
}

/** All events of revisions below `revision` are delivered, and `delivered` events of `revision` itself. */
export interface Position {
  /** 0: not known until the first response. */
  readonly revision: bigint;
  readonly delivered: number;
}

export type WatchState =
  /** The create request is sent. `failures` counts the streams that broke since the watch was last open. */
  | {
      readonly kind: 'opening';
      readonly position: Position;
      readonly failures: number;
      readonly isNew: boolean;
    }
  /** The server has created the watch. The next `duplicates` events were delivered by an earlier stream. */
  | { readonly kind: 'open'; readonly position: Position; readonly duplicates: number }
  /** The stream broke; the next one is opened after a pause. */
  | {
      readonly kind: 'broken';
      readonly position: Position;
      readonly failures: number;
      readonly isNew: boolean;
    }
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

export function initialState({ startRevision }: WatchTarget): WatchState {
  return { kind: 'opening', position: { revision: startRevision, delivered: 0 }, failures: 0, isNew: true };
}

/** The request that creates the watch on a new stream, at its position. */
export function createRequest(target: WatchTarget, { revision }: Position): WatchRequest {
  const { range, prevKv = false, progressNotify = false, fragment = false } = target;
  return {
    requestUnion: {
      $case: 'createRequest',
      value: { ...range, startRevision: revision, prevKv, progressNotify, fragment },
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
  const { position, isNew } = state;
  // The watch starts after the revision in the header of the created response.
  const revision = position.revision === 0n ? (response.header?.revision ?? 0n) + 1n : position.revision;
  return {
    state: { kind: 'open', position: { ...position, revision }, duplicates: position.delivered },
    update: isNew ? { kind: 'created' } : { kind: 'resumed', revision },
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
    state: { kind: 'open', position, duplicates },
    ...(events.length > 0 && { update: { kind: 'response', response: { ...response, events } } }),
  };
}

/** The position after a progress notification. It never moves back: a watch that starts at a future revision gets them too. */
function afterProgress(state: Open, { header }: WatchResponse): Open {
  const next = (header?.revision ?? 0n) + 1n;
  return next > state.position.revision ? { ...state, position: { revision: next, delivered: 0 } } : state;
}

/** After a fragment, more events of its last revision may follow. */
function positionAfter(before: Position, events: readonly Event[], isFragment: boolean): Position {
  const last = events.at(-1)?.kv?.modRevision ?? before.revision;
  if (!isFragment) return { revision: last + 1n, delivered: 0 };
  const ofLast = events.filter(({ kv }) => kv?.modRevision === last).length;
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
  // No error: the server has ended the stream.
  if (error !== undefined && !(error instanceof ServerError && error.canResume)) {
    const reason = error instanceof Error ? error.message : String(error);
    const end = { reason, compactRevision: 0n, response: canceledResponse() };
    return { state: { kind: 'ended' }, update: { kind: 'ended', end } };
  }
  const { position } = state;
  if (state.kind === 'opening') {
    const failures = state.failures + 1;
    const broken: WatchState = { ...state, kind: 'broken', failures };
    return failures === 1 && state.isNew
      ? { state: broken, update: interrupted(position, error) }
      : { state: broken };
  }
  return {
    state: { kind: 'broken', position, failures: 1, isNew: false },
    update: interrupted(position, error),
  };
}

function interrupted({ revision }: Position, error: unknown): WatchUpdate {
  const reason = error instanceof Error ? error.message : 'the server ended the stream';
  return { kind: 'interrupted', reason, revision };
}
