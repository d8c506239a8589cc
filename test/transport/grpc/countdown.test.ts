import { createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Countdown } from '../../../src/transport/grpc/countdown.js';

let countdown: Countdown | undefined;
afterEach(() => countdown?.stop());

/** The milliseconds until a countdown of `timeoutMs` expires, while `meanwhile` runs. */
async function expiry(timeoutMs: number, meanwhile: () => void): Promise<number> {
  const startMs = performance.now();
  const expired = new Promise<void>((resolve) => {
    countdown = new Countdown(timeoutMs, resolve);
  });
  meanwhile();
  await expired;
  return performance.now() - startMs;
}

/** Keeps the process from handling events, as a machine does that runs other processes instead. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test('expires after its time', async () => {
  const ms = await expiry(250, () => undefined);
  expect(ms).toBeGreaterThan(248);
});

test('does not count time in which the process did not run', async () => {
  expect(await expiry(300, () => block(280))).toBeGreaterThan(400);
});

test('expires after eleven times its time at the latest', async () => {
  // The first look at the clock is 5600 ms late: 5000 of them are not counted. Otherwise 400 ms would be left.
  const ms = await expiry(500, () => block(5_700));
  expect(ms).toBeGreaterThan(5_700);
  expect(ms).toBeLessThan(6_080);
});

test('reads what has arrived before it expires', async () => {
  const events: string[] = [];
  const server = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
  server.on('connection', () => events.push('connection'));
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const { connect } = await import('node:net');
  await expiry(20, () => {
    connect(port, '127.0.0.1').unref();
    block(100);
  }).then(() => events.push('expired'));
  server.close();
  expect(events).toEqual(['connection', 'expired']);
});

test('tells the time that is left, and does not expire when it is stopped', async () => {
  let hasExpired = false;
  countdown = new Countdown(50, () => {
    hasExpired = true;
  });
  expect(countdown.leftMs).toBeGreaterThan(40);
  expect(countdown.leftMs).toBeLessThanOrEqual(50);
  countdown.stop();
  await new Promise((resolve) => setTimeout(resolve, 80));
  expect(hasExpired).toBe(false);
});
