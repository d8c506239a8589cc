import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type ListenOptions } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { CommandError } from '../../../src/model/errors.js';
import { fetchMetrics } from '../../../src/transport/http/metrics.js';

const PLAIN = { insecureTransport: true, insecureSkipVerify: false };
const never = new AbortController().signal;

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});

async function serve(listener: RequestListener, where: ListenOptions = { host: '127.0.0.1', port: 0 }) {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(where, resolve));
  undo.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('requests /metrics for every form of endpoint', async () => {
  const address = await serve((request, response) => response.end(`${request.method} ${request.url}`));
  for (const endpoint of [address, `http://${address}`, `http://${address}/some/path`]) {
    expect((await fetchMetrics(endpoint, PLAIN, never)).text).toBe('GET /metrics');
  }
});

it('reads a compressed page, and the time of the server', async () => {
  const address = await serve((request, response) => {
    expect(request.headers['accept-encoding']).toBe('gzip');
    response.writeHead(200, { 'content-encoding': 'gzip', date: 'Sun, 29 Nov 2026 01:02:03 GMT' });
    response.end(gzipSync('the page'));
  });
  const began = Date.now();
  const page = await fetchMetrics(address, PLAIN, never);
  expect(page).toMatchObject({ text: 'the page', serverTimeMs: Date.UTC(2026, 10, 29, 1, 2, 3) });
  expect(page.sentAtMs).toBeGreaterThanOrEqual(began);
  expect(page.receivedAtMs).toBeGreaterThanOrEqual(page.sentAtMs);
});

it('reports a page whose compression is damaged', async () => {
  const address = await serve((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip');
  });
  await expect(fetchMetrics(address, PLAIN, never)).rejects.toThrow(/^cannot read \/metrics: /);
});

it('connects to a Unix socket', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'metrics-'));
  undo.push(() => rmSync(folder, { recursive: true }));
  await serve((_request, response) => response.end('by socket'), { path: join(folder, 's') });
  expect((await fetchMetrics(`unix://${join(folder, 's')}`, PLAIN, never)).text).toBe('by socket');
});

it('reports errors in one line', async () => {
  const address = await serve((_request, response) => response.writeHead(404).end('nothing here'));
  const failure = (endpoint: string) => fetchMetrics(endpoint, PLAIN, never).catch((error) => error);
  expect(await failure(address)).toEqual(new CommandError('cannot read /metrics: HTTP status 404'));
  expect(await failure('no-port')).toEqual(new CommandError('the port is missing: write no-port:2379'));
  expect((await failure('127.0.0.1:1')).message).toBe('cannot read /metrics: connection refused');
});

it('rejects a response that is too large', async () => {
  const address = await serve((_request, response) => {
    const block = Buffer.alloc(1 << 20, 'x');
    const send = () => {
      while (response.write(block));
    };
    response.on('drain', send);
    send();
  });
  await expect(fetchMetrics(address, PLAIN, never)).rejects.toThrow('the response is too large');
});

it('rejects with the reason of the signal', async () => {
  const controller = new AbortController();
  const address = await serve(() => controller.abort(new Error('enough')));
  await expect(fetchMetrics(address, PLAIN, controller.signal)).rejects.toThrow('enough');
});

it('closes the connection to a server that never answers the handshake', async () => {
  const silent = createTcpServer((socket) => socket.resume().on('error', () => {}));
  undo.push(() => silent.close());
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  const accepted = once(silent, 'connection');
  const controller = new AbortController();
  const endpoint = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const fetched = fetchMetrics(endpoint, { ...PLAIN, insecureSkipVerify: true }, controller.signal);
  const [socket] = await accepted;
  const closed = once(socket, 'close');
  controller.abort(new Error('enough'));
  await expect(fetched).rejects.toThrow('enough');
  await closed;
});
