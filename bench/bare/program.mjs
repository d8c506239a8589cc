// The least that a program over grpc-js needs for `get`, `lock … true` and the first event of `watch`: it makes the same calls as etcdctl,
// and prints what etcdctl prints. Takes the flags and arguments that the rows give to etcdctl. build.mjs bundles it like the npm package.
import { spawn } from 'node:child_process';
import { readFileSync, writeSync } from 'node:fs';
import { Client, credentials } from '@grpc/grpc-js';
import { message, valuesOf } from './messages.mjs';

/** @typedef {{ client: Client, key: string, flags: Record<string, string> }} Command */

/** @type {ReadonlyMap<string, (command: Command) => Promise<void>>} */
const commands = new Map([
  ['get', get],
  ['lock', lock],
  ['watch', watch],
]);

/** The launcher of the npm package calls this. @param {string} _name @param {NodeJS.Process} host */
export async function runProcess(_name, host) {
  /** @type {Record<string, string>} */
  const flags = {};
  const words = [];
  for (const argument of host.argv.slice(2)) {
    const [, name, value] = /^--([^=]+)=(.*)$/.exec(argument) ?? [];
    if (name === undefined) words.push(argument);
    else flags[name] = value ?? '';
  }
  const [name = '', key = ''] = words;
  const command = commands.get(name);
  if (command === undefined) throw new Error(`unknown command ${JSON.stringify(name)}`);
  const client = connect(flags);
  await command({ client, key, flags });
  client.close();
}

/**
 * grpc-js passes the host of the endpoint as TLS server name, and Node.js 26 refuses an IP address there. Certificates of the bench have
 * `localhost` (scripts/lib/pki.mjs).
 *
 * @param {Record<string, string>} flags
 */
function connect({ endpoints = '', cacert, cert, key }) {
  const endpoint = endpoints.replace(/^https?:\/\//, '');
  if (!cacert) return new Client(endpoint, credentials.createInsecure());
  const files = [cacert, key, cert].map((file) => (file ? readFileSync(file) : null));
  return new Client(endpoint, credentials.createSsl(...files), {
    'grpc.ssl_target_name_override': 'localhost',
    'grpc.default_authority': endpoint,
  });
}

/** @param {Command} command */
async function get({ client, key }) {
  const response = await call(client, '/etcdserverpb.KV/Range', message([1, key]));
  for (const pair of valuesOf(response, 2)) printPair(/** @type {Buffer} */ (pair));
}

/** The calls of etcdctl: a lease that is kept alive, the key of the lock, and the end of both. @param {Command} command */
async function lock({ client, key }) {
  const granted = await call(client, '/etcdserverpb.Lease/LeaseGrant', message([1, 10]));
  const lease = /** @type {bigint} */ (valuesOf(granted, 2)[0]);
  const keepAlive = stream(client, '/etcdserverpb.Lease/LeaseKeepAlive', message([1, lease]));
  keepAlive.resume();
  const owned = `${key}/${lease.toString(16)}`;
  const isNew = message([2, 1], [3, owned], [5, 0]);
  const put = message([2, message([1, owned], [3, lease])]);
  const first = message([1, message([1, `${key}/`], [2, `${key}0`], [3, 1], [5, 1], [6, 2])]);
  await call(client, '/etcdserverpb.KV/Txn', message([1, isNew], [2, put], [2, first]));
  await new Promise((resolve) => spawn('true', { stdio: 'inherit' }).on('exit', resolve));
  await call(client, '/etcdserverpb.KV/DeleteRange', message([1, owned]));
  keepAlive.cancel();
  await call(client, '/etcdserverpb.Lease/LeaseRevoke', message([1, lease]));
}

/** Prints events until the program is killed. @param {Command} command */
async function watch({ client, key, flags }) {
  const create = message([1, message([1, key], [3, Number(flags.rev ?? 0)])]);
  for await (const response of stream(client, '/etcdserverpb.Watch/Watch', create)) {
    for (const event of valuesOf(response, 11)) {
      writeSync(1, 'PUT\n');
      printPair(/** @type {Buffer} */ (valuesOf(/** @type {Buffer} */ (event), 2)[0]));
    }
  }
}

/** @param {Buffer} pair mvccpb.KeyValue */
function printPair(pair) {
  writeSync(1, Buffer.from(`${valuesOf(pair, 1)[0]}\n${valuesOf(pair, 5)[0] ?? ''}\n`));
}

/** @param {Buffer} bytes */
const asIs = (bytes) => bytes;

/**
 * @param {Client} client
 * @param {string} path
 * @param {Buffer} request
 * @returns {Promise<Buffer>}
 */
function call(client, path, request) {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, asIs, asIs, request, (error, response) => {
      if (error === null && response !== undefined) resolve(response);
      else reject(error);
    });
  });
}

/**
 * @param {Client} client
 * @param {string} path
 * @param {Buffer} request
 */
function stream(client, path, request) {
  const made = client.makeBidiStreamRequest(path, asIs, asIs);
  made.on('error', () => {});
  made.write(request);
  return made;
}
