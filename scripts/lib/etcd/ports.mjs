import { createServer } from 'node:net';

/**
 * Below the ranges from which systems give out ports to outgoing connections (32768 on Linux, 49152
 * elsewhere): a port from there would now and then be taken while a server restarts.
 */
const lowest = 12_000;
const highest = 31_999;

/** Given out by this process; not reused, so that a stopped server's clients never meet another one. */
const givenOut = new Set();

/**
 * @param {number} count
 * @returns {Promise<number[]>} ports of 127.0.0.1 that nothing listens on just now
 */
export async function freePorts(count) {
  /** @type {number[]} */
  const ports = [];
  while (ports.length < count) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest + 1));
    if (givenOut.has(port) || !(await isFree(port))) continue;
    givenOut.add(port);
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
