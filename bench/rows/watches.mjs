// `watch` of a store that is written to constantly.
import { statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { measure } from '../measure/program.mjs';
import { putAll } from '../scenes/gateway.mjs';
import { pairs } from '../scenes/history.mjs';
import { startServer } from '../scenes/server.mjs';
import { row } from './row.mjs';

const EVENTS = 100_000;
const EVENTS_PER_SECOND = 10_000;
const PUTS_PER_TRANSACTION = 100;
/** All keys and values have the same length, so the number of printed events follows from the size of the output. */
const VALUE = Buffer.alloc(100, 'v');
const EVENT_BYTES = 'PUT\n'.length + 'w/000000\n'.length + VALUE.length + 1;
const POLL_EVERY_MS = 5;

/** @typedef {{ server: import('../scenes/server.mjs').Server, events: number }} Stage */

/** @type {import('./row.mjs').Scene<Stage>} */
const scene = {
  open: async ({ isQuick }) => ({ server: await startServer(), events: isQuick ? EVENTS / 100 : EVENTS }),
  close: ({ server }) => server.stop(),
};

export const watchRows = [
  row({
    id: 'watch-live',
    title: '`watch` under 10,000 events/s for 10 s: until the last event is printed',
    unit: 's',
    goal: 'keeps up, bounded memory',
    runs: 3,
    needsNoWarmUp: true,
    scene,
    run: ({ server, events }, { etcdctl }) =>
      watchRun(server, etcdctl, {
        events,
        async whenReady(output) {
          // The server has created the watch when its first event is printed.
          while (statSync(output).size === 0) {
            await putAll(server.gateway, pairs(1, VALUE), 1);
            await delay(POLL_EVERY_MS);
          }
          await putAtRate(server, events);
        },
      }),
  }),
];

/**
 * @param {Stage['server']} server
 * @param {import('../measure/program.mjs').Program} etcdctl
 * @param {{ events: number, whenReady: (output: string) => Promise<void> }} watch
 */
function watchRun(server, etcdctl, { events, whenReady }) {
  const output = path.join(server.folder, 'output');
  return measure(etcdctl, [...server.flags, 'watch', '--prefix', 'w/'], {
    output,
    async until() {
      await whenReady(output);
      while (statSync(output).size < events * EVENT_BYTES) await delay(POLL_EVERY_MS);
    },
  });
}

/**
 * @param {Stage['server']} server
 * @param {number} events
 */
async function putAtRate(server, events) {
  const began = performance.now();
  const all = [...pairs(events, VALUE)];
  for (let sent = 0; sent < events; sent += PUTS_PER_TRANSACTION) {
    const due = began + (sent / EVENTS_PER_SECOND) * 1000;
    if (due > performance.now()) await delay(due - performance.now());
    await putAll(server.gateway, all.slice(sent, sent + PUTS_PER_TRANSACTION), PUTS_PER_TRANSACTION);
  }
}
