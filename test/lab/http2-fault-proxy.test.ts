import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type ClientHttp2Session, connect, createSecureServer, type Http2SecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createPki, type Pki } from '../../scripts/lib/pki.mjs';
import { Http2FaultProxy } from '../support/http2/http2-fault-proxy.js';

const folder = mkdtempSync(path.join(tmpdir(), 'http2-fault-proxy-'));
let pki: Pki;
let server: Http2SecureServer;
let served: string[];
let proxy: Http2FaultProxy;
let client: ClientHttp2Session;

const read = ({ cert, key }: Pki['server']) => ({ cert: readFileSync(cert), key: readFileSync(key) });

beforeAll(async () => {
  pki = await createPki(folder, { algorithm: 'ecdsa' });
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  served = [];
  server = createSecureServer({ ...read(pki.server), ca: readFileSync(pki.caCert), requestCert: true });
  server.on('stream', (stream, headers) => {
    served.push(headers[':path'] ?? '');
    stream.on('error', () => {});
    stream.respond({ ':status': 200 }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ status: 'done' }));
    if (headers[':path'] !== '/endless') stream.end('answer');
    else stream.write('begun');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await Http2FaultProxy.start((server.address() as AddressInfo).port, pki);
  client = open();
});
afterEach(async () => {
  client.destroy();
  await proxy.close();
  server.close();
});

function open(): ClientHttp2Session {
  const tls = { ...read(pki.client), ca: readFileSync(pki.caCert) };
  return connect(`https://127.0.0.1:${proxy.port}`, tls).on('error', () => {});
}

/** The body and the trailers of a response, or the code with which its stream was reset. */
async function ask(session: ClientHttp2Session, target: string): Promise<string> {
  const stream = session.request({ ':path': target });
  stream.on('error', () => {});
  let text = '';
  stream.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  stream.on('trailers', ({ status }) => {
    text += ` ${status}`;
  });
  await new Promise((resolve) => stream.on('close', resolve));
  return stream.rstCode === 0 ? text : `${text}${stream.rstCode}`;
}

it('passes on one stream of four, and resets the others with codes that are true', async () => {
  const answers = [];
  for (const target of ['/a', '/b', '/c', '/endless']) answers.push(await ask(client, target));
  // REFUSED_STREAM: unread; INTERNAL_ERROR, after it was read; CANCEL, within the response.
  expect(answers).toEqual(['answer done', '7', '2', 'begun8']);
  expect(served).toEqual(['/a', '/c', '/endless']);
  expect(proxy.ended).toBe(3);
});

it('answers the first stream of a connection, and takes no other', async () => {
  proxy.mode = 'goaway';
  const goAway = once(client, 'goaway');
  expect(await ask(client, '/a')).toBe('answer done');
  expect((await goAway)[0]).toBe(0);
  await once(client, 'close');
  expect(served).toEqual(['/a']);
});

it('ends each other connection after its second stream, with ENHANCE_YOUR_CALM', async () => {
  proxy.mode = 'goaway';
  await ask(client, '/a');
  const other = open();
  expect(await ask(other, '/b')).toBe('answer done');
  const goAway = once(other, 'goaway');
  // The fourth stream in all.
  const third = open();
  expect(await ask(third, '/c')).toBe('answer done');
  void ask(other, '/endless');
  expect((await goAway)[0]).toBe(11);
  third.destroy();
});
