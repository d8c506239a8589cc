import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CallContext, ClientContext } from '../../../src/transport/grpc/call-context.js';
import type { EndpointPool } from '../../../src/transport/grpc/endpoint-pool.js';
import { WaitReports } from '../../../src/transport/grpc/wait-reports.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const READ = { path: '/etcdserverpb.KV/Range', policy: 'idempotent' } as const;
const WRITE = { path: '/etcdserverpb.KV/Put', policy: 'only-if-unprocessed' } as const;
const LONG_WRITE = { ...WRITE, path: '/etcdserverpb.Maintenance/Defragment' };

const contextOf = (timeoutMs: number | null) => new CallContext({ timeoutMs }, null, new ClientContext());

/** The endpoint `b` is the one in use. */
function reports() {
  const lines: string[] = [];
  const pool = {
    ready: { endpoint: { text: 'b' } },
    explain: async (_failure: unknown, unanswered: string) => [`a: ${unanswered}`, `b: ${unanswered}`],
  } as unknown as EndpointPool;
  return { lines, reports: new WaitReports(pool, (line) => lines.push(line)) };
}

const A = 'a: connected, but the server has not answered yet';
const B = 'b: connected, but the server has not answered yet';

describe('a call that waits for its first response', () => {
  it('is reported every few seconds without a time limit', async () => {
    const { lines, reports: to } = reports();
    const stop = to.begin(READ, contextOf(null));
    await vi.advanceTimersByTimeAsync(2_900);
    expect(lines).toEqual([]);
    await vi.advanceTimersByTimeAsync(10_200);
    stop();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(lines).toEqual([3, 8, 13].map((seconds) => `no response for ${seconds} s: ${A}; ${B}`));
  });

  it('is reported with a time limit when it is a write, with the endpoint in use', async () => {
    const { lines, reports: to } = reports();
    const stops = [WRITE, LONG_WRITE, READ].map((call) => to.begin(call, contextOf(5_000)));
    await vi.advanceTimersByTimeAsync(4_900);
    for (const stop of stops) stop();
    expect(lines).toEqual([`no response for 3 s: ${B}`]);
  });

  it('is not reported beside another one', async () => {
    const { lines, reports: to } = reports();
    const stops = [0, 500, 1_000].map(async (ms) => {
      await vi.advanceTimersByTimeAsync(ms);
      return to.begin(WRITE, contextOf(null));
    });
    await vi.advanceTimersByTimeAsync(4_500);
    for (const stop of stops) (await stop)();
    expect(lines).toEqual([`no response for 3 s: ${B}`]);
  });

  it('is not reported when it has ended meanwhile', async () => {
    const { lines, reports: to } = reports();
    const context = contextOf(3_000);
    const stop = to.begin(WRITE, context);
    await vi.advanceTimersByTimeAsync(6_000);
    stop();
    expect(context.hasExpired).toBe(true);
    expect(lines).toEqual([]);
  });
});
