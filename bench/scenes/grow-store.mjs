import { statSync } from 'node:fs';
import path from 'node:path';
import { base64, putAll } from './gateway.mjs';
import { randomValue } from './values.mjs';

const VALUE_BYTES = 2 ** 20;
const template = randomValue(VALUE_BYTES);

/**
 * Puts values of 1 MiB until the database file has at least this size. bbolt grows files in steps, so it can become larger.
 *
 * @param {import('./server.mjs').Server} server
 * @param {number} bytes
 */
export async function growStore(server, bytes) {
  const file = path.join(server.dataDir, 'member', 'snap', 'db');
  for (let number = 0; statSync(file).size < bytes; number++) {
    const missing = Math.ceil((bytes - statSync(file).size) / (VALUE_BYTES * 1.02));
    await putAll(server.gateway, pairs(Math.min(missing, 64), `${Math.floor(bytes)}-${number}`), 1);
    // Makes the server write the values to the database file, whose size the loop checks.
    await server.gateway.post('/v3/kv/range', { key: base64('none') });
  }
}

/**
 * @param {number} count
 * @param {string} series
 */
function* pairs(count, series) {
  for (let index = 0; index < count; index++) {
    const key = `blob/${series}/${index}`;
    const value = Buffer.from(template);
    value.write(key);
    yield { key, value };
  }
}
