import { base64, putAll } from './gateway.mjs';
import { startServer } from './server.mjs';

/**
 * @typedef {object} HistoryOptions
 * @property {number} events
 * @property {number} eventsPerRevision
 * @property {number} valueBytes
 */

/**
 * A server with past events: puts of keys `w/000000`, `w/000001`, … with values of the same length.
 *
 * @typedef {object} History
 * @property {import('./server.mjs').Server} server
 * @property {number} events
 * @property {number} outputBytes what `watch` prints of them in the format simple
 * @property {number} firstRevision
 */

/**
 * @param {HistoryOptions} options
 * @returns {Promise<History>}
 */
export async function startHistory({ events, eventsPerRevision, valueBytes }) {
  const server = await startServer();
  const { header } = await server.gateway.post('/v3/kv/range', { key: base64('w/') });
  const value = Buffer.alloc(valueBytes, 'v');
  await putAll(server.gateway, pairs(events, value), eventsPerRevision);
  const eventBytes = 'PUT\n'.length + 'w/000000\n'.length + value.length + '\n'.length;
  return { server, events, outputBytes: events * eventBytes, firstRevision: Number(header.revision) + 1 };
}

/**
 * @param {number} count
 * @param {Buffer} value
 * @returns {Generator<{ key: string, value: Buffer }, void>}
 */
export function* pairs(count, value) {
  for (let index = 0; index < count; index++) yield { key: `w/${String(index).padStart(6, '0')}`, value };
}
