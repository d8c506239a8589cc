import { monotonicMs } from '../../runtime/monotonic-clock.js';
import type { ConnectionOptions } from '../connection.js';
import type { CallContext } from './call-context.js';
import { Countdown } from './countdown.js';
import type { EndpointPool } from './endpoint-pool.js';
import type { RetryPolicy } from './retry.js';
import { NO_RESPONSE_YET } from './settings.js';

/** A new leader is elected within this time, and a slow member answers. It is shorter than the default deadline. */
const FIRST_REPORT_MS = 3_000;

const NEXT_REPORT_MS = 5_000;

/** Writes that take long on a large store. */
const LONG_WRITES: readonly string[] = ['/etcdserverpb.Maintenance/Defragment', '/etcdserverpb.KV/Compact'];

interface WaitingCall {
  readonly path: string;
  readonly policy: RetryPolicy;
}

/**
 * Reports that calls wait for their first response, and why: of calls without a time limit, and of writes, which are not made on another
 * endpoint. One call at a time is reported.
 */
export class WaitReports {
  readonly #pool: EndpointPool;
  readonly #report: ConnectionOptions['reportWaiting'];
  #reportedAtMs = Number.NEGATIVE_INFINITY;

  constructor(pool: EndpointPool, report: ConnectionOptions['reportWaiting']) {
    this.#pool = pool;
    this.#report = report;
  }

  /** The caller must call the function that is returned when the first response is there, or the call has ended. */
  begin(call: WaitingCall, context: CallContext): () => void {
    if (this.#report === undefined) return () => {};
    const isWrite = call.policy === 'only-if-unprocessed' && !LONG_WRITES.includes(call.path);
    if (context.isLimited && !isWrite) return () => {};
    const beganAtMs = monotonicMs();
    const wait = (ms: number) =>
      new Countdown(ms, () => {
        timer = wait(NEXT_REPORT_MS);
        void this.#say({ beganAtMs, isWrite, context });
      });
    let timer = wait(FIRST_REPORT_MS);
    return () => timer.stop();
  }

  async #say({ beganAtMs, isWrite, context }: { beganAtMs: number; isWrite: boolean; context: CallContext }) {
    const nowMs = monotonicMs();
    if (nowMs - this.#reportedAtMs < NEXT_REPORT_MS / 2) return;
    this.#reportedAtMs = nowMs;
    const { ready } = this.#pool;
    const reasons = await this.#pool.explain(context.lastFailure, NO_RESPONSE_YET);
    if (context.isDone) return;
    const isOfThis = (reason: string) => !isWrite || !ready || reason.startsWith(`${ready.endpoint.text}: `);
    context.isReported = true;
    const seconds = Math.round((nowMs - beganAtMs) / 1000);
    this.#report?.(`no response for ${seconds} s: ${reasons.filter(isOfThis).join('; ')}`);
  }
}
