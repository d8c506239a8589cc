import { mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * The ports used are below the ephemeral range (from 32768 on Linux, 49152 elsewhere): an outgoing connection
 * could take a port of that range while a server restarts.
 */
const minPort = 12_000;
const maxPort = 31_999;

/** Ports that this process has already returned. They are not reused, so that clients of a stopped server never reach another one. */
const allocated = new Set();

/**
 * @param {number} count
 * @returns {Promise<number[]>} ports of 127.0.0.1 on which nothing listens at the moment, reserved for this process
 */
export async function freePorts(count) {
  /** @type {number[]} */
  const ports = [];
  while (ports.length < count) {
    const port = minPort + Math.floor(Math.random() * (maxPort - minPort + 1));
    if (allocated.has(port) || !reserve(port) || !(await isFree(port))) continue;
    allocated.add(port);
    ports.push(port);
  }
  return ports;
}

/** How long other processes leave a port alone: a server that was stopped for a test may come back to it. */
const RESERVED_MS = 10 * 60_000;

/**
 * Test files run in several processes at once, and a server listens only some time after its port was chosen: an empty file for each
 * port keeps two processes from choosing the same one.
 *
 * @param {number} port
 * @returns {boolean} false when another process has reserved it
 */
function reserve(port) {
  const folder = path.join(tmpdir(), `etcdctl-ts-ports-${process.getuid?.() ?? ''}`);
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, String(port));
  try {
    writeFileSync(file, '', { flag: 'wx' });
    return true;
  } catch {
    const now = Date.now();
    if (now - statSync(file).mtimeMs < RESERVED_MS) return false;
    utimesSync(file, now / 1000, now / 1000);
    return true;
  }
}

/** @param {number} port */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
