import { aborted, linkSignals } from '../../../model/abort-signal.js';
import { ConnectionError, Failure, isEtcdError, ServerError, UsageError } from '../../../model/errors.js';
import type { Answer, Trouble } from './observation.js';

class TimeIsUpError extends Error {}

/**
 * Asks, and waits for the answer at most `limitMs`. A failure is an answer too; so is `interruption`, when it settles first.
 * @throws UsageError for unusable TLS files, the reason of `outer`, and any error that is not a `Failure`
 */
export async function ask<Value>(
  question: (signal: AbortSignal) => Promise<Value>,
  { limitMs, outer, interruption }: AskOptions,
): Promise<Answer<Value>> {
  const link = linkSignals(outer);
  const timer = setTimeout(() => link.abort(new TimeIsUpError()), Math.max(0, limitMs));
  const answer = question(link.signal).then((value) => ({ value }));
  const interrupted = interruption?.then((trouble) => ({ trouble }));
  try {
    return await Promise.race([answer, aborted(link.signal), ...(interrupted ? [interrupted] : [])]);
  } catch (error) {
    outer.throwIfAborted();
    return { trouble: toTrouble(error) };
  } finally {
    // When it lost the race, it may still reject.
    answer.catch(() => undefined);
    clearTimeout(timer);
    link.abort(new TimeIsUpError());
    link.release();
  }
}

/** The time in which a call that has given up says what it was waiting for; generous, because this machine may be busy. */
const EXPLAIN_MS = 800;

/** The options of a call in a question with this time limit: it gives up earlier, and says why. */
export function callWithin(
  limitMs: number,
  signal: AbortSignal,
): { readonly signal: AbortSignal; readonly timeoutMs: number } {
  return { signal, timeoutMs: Math.max(1, limitMs - EXPLAIN_MS) };
}

interface AskOptions {
  readonly limitMs: number;
  readonly outer: AbortSignal;
  readonly interruption?: Promise<Trouble> | undefined;
}

/** @throws the error itself when it says nothing about the server */
function toTrouble(error: unknown): Trouble {
  if (error instanceof TimeIsUpError) return { kind: 'silent', words: 'it did not answer in time' };
  if (error instanceof UsageError || !(error instanceof Failure)) throw error;
  return { kind: kindOf(error), words: wordsOf(error), cause: error };
}

function kindOf(error: Failure): Trouble['kind'] {
  const failure = error instanceof ConnectionError ? error.cause : error;
  if (!(failure instanceof ServerError)) return 'failed';
  if (failure.isUnsent || failure.isInterruption) return 'unreachable';
  if (failure.code === 'DeadlineExceeded') return 'silent';
  if (failure.code === 'Unimplemented') return 'unsupported';
  if (error instanceof ConnectionError) return 'login';
  const isDenied = ['PermissionDenied', 'Unauthenticated'].includes(failure.code);
  const isUnknown = isEtcdError(failure, 'anonymous') || isEtcdError(failure, 'unknownUser');
  return isDenied || isUnknown ? 'denied' : 'failed';
}

/** What the transport says about the one endpoint that was asked, or else the message. */
function wordsOf({ reasons, message }: Failure): string {
  return reasons[0] === undefined ? message : withoutEndpoint(reasons[0]);
}

/** Reasons begin with the endpoint, which a finding has anyway. */
export function withoutEndpoint(reason: string): string {
  return reason.replace(/^\S+: /, '');
}
