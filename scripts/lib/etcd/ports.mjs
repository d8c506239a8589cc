import { createServer } from 'node:net';

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
 * @returns {Promise<number[]>} ports of 127.0.0.1 on which nothing listens at the moment
 */
export async function freePorts(count) {
  /** @type {number[]} */
  const ports = [];
  while (ports.length < count) {
    const port = minPort + Math.floor(Math.random() * (maxPort - minPort + 1));
    if (allocated.has(port) || !(await isFree(port))) continue;
    allocated.add(port);
    ports.push(port);
  }
  return ports;
}

/** @param {number} port */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
