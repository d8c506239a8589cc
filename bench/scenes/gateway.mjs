// A client of etcd's JSON gateway, which fills stores without the programs that are compared.

import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';

/**
 * @typedef {object} Gateway
 * @property {(path: string, body: object) => Promise<any>} post such as `/v3/kv/range`
 * @property {() => void} close
 */

/**
 * @param {string} endpoint
 * @param {import('../../scripts/lib/pki.mjs').Pki} [pki]
 * @returns {Gateway}
 */
export function gatewayOf(endpoint, pki) {
  const { Agent, request } = pki === undefined ? http : https;
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const tls = pki && {
    ca: readFileSync(pki.caCert),
    cert: readFileSync(pki.client.cert),
    key: readFileSync(pki.client.key),
  };
  return {
    post(path, body) {
      return new Promise((resolve, reject) => {
        const sent = request(new URL(path, endpoint), { method: 'POST', agent, ...tls }, (response) => {
          /** @type {Buffer[]} */
          const chunks = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            if (response.statusCode === 200) resolve(JSON.parse(text));
            else reject(new Error(`${path}: ${response.statusCode} ${text.slice(0, 500)}`));
          });
        });
        sent.on('error', reject);
        sent.end(JSON.stringify(body));
      });
    },
    close: () => agent.destroy(),
  };
}

/** @param {string | Buffer} bytes */
export function base64(bytes) {
  return Buffer.from(bytes).toString('base64');
}

/** The `range_end` of a prefix: its last character code plus one, which must not overflow. @param {string} prefix */
export function prefixEnd(prefix) {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

/** A transaction ends before the value that exceeds this size: servers reject requests of more than 1.5 MiB by default. */
const MAX_TRANSACTION_BYTES = 2 ** 20;

/**
 * Writes keys, at most `perTransaction` of them in each transaction.
 *
 * @param {Gateway} gateway
 * @param {Iterable<{ key: string, value: Buffer }>} pairs
 * @param {number} perTransaction
 */
export async function putAll(gateway, pairs, perTransaction) {
  /** @type {Promise<unknown>[]} */
  let pending = [];
  /** @type {object[]} */
  let writes = [];
  let bytes = 0;
  const send = async () => {
    if (pending.length === 4) {
      await Promise.all(pending);
      pending = [];
    }
    if (writes.length > 0) pending.push(gateway.post('/v3/kv/txn', { success: writes }));
    writes = [];
    bytes = 0;
  };
  for (const { key, value } of pairs) {
    if (bytes + value.length > MAX_TRANSACTION_BYTES) await send();
    writes.push({ requestPut: { key: base64(key), value: base64(value) } });
    bytes += key.length + value.length;
    if (writes.length === perTransaction) await send();
  }
  await send();
  await Promise.all(pending);
}

/**
 * @param {Gateway} gateway
 * @param {string} prefix
 * @returns {Promise<number>} the number of keys
 */
export async function countKeys(gateway, prefix) {
  const { count = '0' } = await gateway.post('/v3/kv/range', { ...rangeOf(prefix), count_only: true });
  return Number(count);
}

/**
 * @param {Gateway} gateway
 * @param {string} prefix
 */
export async function deleteKeys(gateway, prefix) {
  await gateway.post('/v3/kv/deleterange', rangeOf(prefix));
}

/** @param {string} prefix */
function rangeOf(prefix) {
  return { key: base64(prefix), range_end: base64(prefixEnd(prefix)) };
}
