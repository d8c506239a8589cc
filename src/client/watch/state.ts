/**
 * A watch as the states it goes through, without network or clock. It outlives the streams it runs over: when one breaks,
 * the next one is asked for what comes after the last event delivered, so that none is lost or repeated
 * (etcd client/v3/watch.go `serveSubstream`).
 */
import { ServerError } from '../../model/errors.js';
import type { KeyRange } from '../../model/key-range.js';
import type { ResponseHeader } from '../../model/messages/header.js';
import type { Event, WatchRequest, WatchResponse } from '../../model/messages/watch.js';

/** What is watched, and how. */
export interface WatchTarget {
  readonly range: KeyRange;
  /** 0: from now on. */
  readonly startRevision: bigint;
  readonly prevKv?: boolean;
  /** The server tells now and then that nothing happened. */
  readonly progressNotify?: boolean;
  /** Events may come in parts that the server finds handy, marked by `fragment`, even of one revision. */
  readonly fragment?: boolean;
}

/** All events of revisions below `revision` are delivered, and this many of those of `revision` itself. */
export interface Position {
  /** 0: not known before the server has answered for the first time. */
  readonly revision: bigint;
  readonly delivered: number;
}

export type WatchState =
  /** A stream is asked for the watch. `failures` counts the streams since the last one that had it. */
  | {
      readonly kind: 'opening';
      readonly position: Position;
      readonly failures: number;
      readonly isNew: boolean;
    }
  /** Events flow; the first `repeated` of them are known already. */
  | { readonly kind: 'open'; readonly position: Position; readonly repeated: number }
  /** The stream broke; another one is due after a pause. */
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

/** What a watch has to tell. */
export type WatchUpdate =
  | { readonly kind: 'created' }
  /** Events, or without any the progress of the watch: all up to the header's revision is delivered. */
  | { readonly kind: 'response'; readonly response: WatchResponse }
  /** The watch goes on by itself, from `revision` on (0: not known yet), when a server answers again. */
  | { readonly kind: 'interrupted'; readonly why: string; readonly revision: bigint }
  | { readonly kind: 'resumed'; readonly revision: bigint }
  /** The last update. */
  | { readonly kind: 'ended'; readonly end: WatchEnd };

/** Why a watch is over for good. */
export interface WatchEnd {
  /** In the server's words; empty when it gave no reason. */
  readonly why: string;
  /** Above 0: events below it are compacted, and some of them were not delivered. */
  readonly compactRevision: bigint;
  /** What etcdctl prints as the watch's last response; none when the server cancelled without a reason. */
  readonly response?: WatchResponse;
}

export interface Step {
  readonly state: WatchState;
  readonly update?: WatchUpdate;
}

export const COMPACTED = 'etcdserver: mvcc: required revision has been compacted';

export function initialState({ startRevision }: WatchTarget): WatchState {
  return { kind: 'opening', position: { revision: startRevision, delivered: 0 }, failures: 0, isNew: true };
}

/** The request by which a stream goes on where the watch stands. */
export function createRequest(target: WatchTarget, { revision }: Position): WatchRequest {
  const { range, prevKv = false, progressNotify = false, fragment = false } = target;
  return {
    requestUnion: {
      $case: 'createRequest',
      value: { ...range, startRevision: revision, prevKv, progressNotify, fragment },
    },
  };
}

/** The one place where a watch changes. */
export function transition(state: WatchState, input: WatchInput): Step {
  switch (input.kind) {
    case 'retry':
      return state.kind === 'broken' ? { state: { ...state, kind: 'opening' } } : { state };
    case 'failure':
      return state.kind === 'opening' || state.kind === 'open' ? failed(state, input.error) : { state };
    case 'response':
      if (state.kind === 'opening') return answered(state, input.response);
      return state.kind === 'open' ? received(state, input.response) : { state };
  }
}

type Opening = Extract<WatchState, { kind: 'opening' }>;
type Open = Extract<WatchState, { kind: 'open' }>;

function answered(state: Opening, response: WatchResponse): Step {
  if (response.canceled) return refused(response);
  if (!response.created) return { state };
  const { position, isNew } = state;
  // The created response bears the revision after which the watch begins.
  const revision = position.revision === 0n ? (response.header?.revision ?? 0n) + 1n : position.revision;
  return {
    state: { kind: 'open', position: { ...position, revision }, repeated: position.delivered },
    update: isNew ? { kind: 'created' } : { kind: 'resumed', revision },
  };
}

function received(state: Open, response: WatchResponse): Step {
  if (response.canceled || response.compactRevision > 0n) return refused(response);
  if (response.events.length === 0) {
    return { state: afterProgress(state, response), update: { kind: 'response', response } };
  }
  const events = response.events.slice(state.repeated);
  const repeated = state.repeated - (response.events.length - events.length);
  const position =
    events.length === 0 ? state.position : positionAfter(state.position, events, response.fragment);
  return {
    state: { kind: 'open', position, repeated },
    ...(events.length > 0 && { update: { kind: 'response', response: { ...response, events } } }),
  };
}

/** Progress never leads back: a watch of a future revision has it, too. */
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

function endedWith(response: Partial<WatchResponse>): WatchResponse {
  return {
    header: NO_HEADER,
    watchId: 0n,
    created: false,
    canceled: true,
    compactRevision: 0n,
    cancelReason: '',
    fragment: false,
    events: [],
    ...response,
  };
}

function refused(response: WatchResponse): Step {
  const { compactRevision, cancelReason, created } = response;
  const end: WatchEnd =
    compactRevision > 0n
      ? { why: COMPACTED, compactRevision, response }
      : { why: cancelReason, compactRevision: 0n, ...(created && { response: endedWith({}) }) };
  return { state: { kind: 'ended' }, update: { kind: 'ended', end } };
}

function failed(state: Opening | Open, error: unknown): Step {
  if (!mayResume(error)) {
    const why = error instanceof Error ? error.message : String(error);
    const end = { why, compactRevision: 0n, response: endedWith({}) };
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
  const why = error instanceof Error ? error.message : 'the server ended the stream';
  return { kind: 'interrupted', why, revision };
}

/** Another stream may have more luck (client/v3/client.go `isHaltErr`); so it may after the loss of the leader. */
function mayResume(error: unknown): boolean {
  if (error === undefined) return true;
  return error instanceof ServerError && (error.code === 'Unavailable' || error.code === 'Internal');
}
