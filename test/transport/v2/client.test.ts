import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createPki, type Pki } from '../../../scripts/lib/pki.mjs';
import {
  V2ApiError,
  V2ApiMissingError,
  V2AttemptError,
  V2ClusterError,
} from '../../../src/model/v2/errors.js';
import type { V2Client } from '../../../src/model/v2/services.js';
import { connectV2, type HttpConnectionOptions } from '../../../src/transport/v2/connect.js';
import { json, serve } from '../../support/http/fake-servers.js';

const NODE = { key: '/a', value: 'one', createdIndex: 4, modifiedIndex: 5 };
const FOUND = json(200, { action: 'get', node: NODE }, { 'X-Etcd-Index': '9' });
const GET = { key: '/a', recursive: false, sorted: false, quorum: false };
const NOWHERE = 'http://127.0.0.1:1';
const NO_FILES = { insecureSkipVerify: false };

async function client(options: Partial<HttpConnectionOptions> & Pick<HttpConnectionOptions, 'endpoints'>) {
  const made = await connectV2({ tls: NO_FILES, dialTimeoutMs: 5000, headerTimeoutMs: 0, ...options });
  onTestFinished(() => made.close());
  return made;
}

const call = () => ({ signal: new AbortController().signal });
const get = (made: V2Client) => made.keys.get(GET, call());

describe('the version 2 client: requests', () => {
  it.each([
    [
      'get',
      (c: V2Client) => c.keys.get({ ...GET, key: 'a b/?', sorted: true }, call()),
      'GET /v2/keys/a%20b/%3F?quorum=false&recursive=false&sorted=true',
      '',
    ],
    [
      'get of the root',
      (c: V2Client) => c.keys.get({ ...GET, key: '' }, call()),
      'GET /v2/keys?quorum=false&recursive=false&sorted=false',
      '',
    ],
    [
      'get of a path to be cleaned',
      (c: V2Client) => c.keys.get({ ...GET, key: '/x//../a/' }, call()),
      'GET /v2/keys/a/?quorum=false&recursive=false&sorted=false',
      '',
    ],
    [
      'set',
      (c: V2Client) =>
        c.keys.set(
          { key: '/a', value: 'a b&ü\udcff', ttlSeconds: 5n, previousValue: '=', previousIndex: 7n },
          call(),
        ),
      'PUT /v2/keys/a?prevIndex=7&prevValue=%3D',
      'ttl=5&value=a+b%26%C3%BC%FF',
    ],
    [
      'set without conditions',
      (c: V2Client) =>
        c.keys.set({ key: '/a', value: '', ttlSeconds: 0n, previousValue: '', previousIndex: 0n }, call()),
      'PUT /v2/keys/a',
      'value=',
    ],
    [
      'a directory',
      (c: V2Client) => c.keys.set({ key: '/d', value: undefined, ttlSeconds: 5n, mustExist: false }, call()),
      'PUT /v2/keys/d?dir=true&prevExist=false',
      'ttl=5',
    ],
    [
      'a key in order',
      (c: V2Client) => c.keys.createInOrder({ directory: '/q', value: 'v' }, call()),
      'POST /v2/keys/q',
      'value=v',
    ],
    [
      'delete',
      (c: V2Client) =>
        c.keys.delete({ key: '/d', directory: true, recursive: true, previousValue: 'x' }, call()),
      'DELETE /v2/keys/d?dir=true&prevValue=x&recursive=true',
      '',
    ],
    [
      'poll',
      async (c: V2Client) =>
        (await c.keys.poll({ key: '/a', recursive: true, waitIndex: 8n }, call())).response(),
      'GET /v2/keys/a?recursive=true&wait=true&waitIndex=8',
      '',
    ],
  ])('%s', async (_name, ask, line, body) => {
    const server = await serve(FOUND);
    await ask(await client({ endpoints: [server.url] }));
    const [request] = server.requests;
    expect(`${request?.method} ${request?.url}`).toBe(line);
    expect(request?.body).toBe(body);
  });

  it('lists members, users and roles', async () => {
    const server = await serve(json(200, { id: 'x', message: '' }));
    const c = await client({ endpoints: [`${server.url}/base/`] });
    await c.members.leader(call());
    await c.users.grant('a/../b', ['r'], call());
    await c.users.setPassword('ann', 'secret', call());
    await c.roles.revoke('r', { read: ['/x'], write: [] }, call());
    await c.roles.add('r', call());
    await c.auth.disable(call());
    expect(server.requests.map(({ method, url, body }) => `${method} ${url} ${body}`.trim())).toEqual([
      'GET /base/v2/members/leader',
      'PUT /base/v2/auth/users/b {"user":"a/../b","roles":null,"grant":["r"]}',
      'PUT /base/v2/auth/users/ann {"user":"ann","roles":null,"password":"secret"}',
      'PUT /base/v2/auth/roles/r {"role":"r","permissions":{"kv":{"read":null,"write":null}},"revoke":{"kv":{"read":["/x"],"write":null}}}',
      'PUT /base/v2/auth/roles/r {"role":"r","permissions":{"kv":{"read":null,"write":null}}}',
      'DELETE /base/v2/auth/enable',
    ]);
  });

  it('shows requests without secrets', async () => {
    const server = await serve(json(200, {}));
    const shown: string[] = [];
    const credentials = { username: 'root', password: 'secret' };
    const c = await client({ endpoints: [server.url], credentials, onRequest: (line) => shown.push(line) });
    await c.users.setPassword('ann', 'se"cret', call());
    expect(shown).toEqual([
      `curl -X PUT ${server.url}/v2/auth/users/ann -d ${JSON.stringify('{"user":"ann","roles":null,"password":"********"}')}`,
    ]);
  });

  it('sends name and password, and uses one connection for many requests', async () => {
    const server = await serve(FOUND);
    const c = await client({ endpoints: [server.url], credentials: { username: 'ann', password: 'a:ü' } });
    for (let count = 0; count < 5; count++) await get(c);
    const expected = `Basic ${Buffer.from('ann:a:ü').toString('base64')}`;
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(Array(5).fill(expected));
    expect(server.connections).toBe(1);
  });
});

describe('the version 2 client: responses', () => {
  it('keeps indexes exact', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'X-Etcd-Index': '18446744073709551615' });
      response.end(
        '{"action":"get","node":{"key":"/a","value":"12345678901234567890","createdIndex":18446744073709551615,"modifiedIndex":9007199254740993}}',
      );
    });
    expect(await get(await client({ endpoints: [server.url] }))).toMatchObject({
      index: 2n ** 64n - 1n,
      node: { value: '12345678901234567890', createdIndex: 2n ** 64n - 1n, modifiedIndex: 9007199254740993n },
    });
  });

  it.each([
    [
      'a status',
      json(404, { errorCode: 100, message: 'Key not found', cause: '/a', index: 6 }),
      new V2ApiError('100: Key not found (/a) [6]', 100),
    ],
    [
      'no JSON',
      json(200, 'text'),
      'client: response is invalid json. The endpoint is probably not valid etcd cluster endpoint',
    ],
    [
      'another shape',
      json(200, { action: 'get', node: { key: 7 } }),
      'client: response is invalid json. The endpoint is probably not valid etcd cluster endpoint',
    ],
    [
      'a number that is none',
      json(200, { action: 'get', node: { createdIndex: 1.5 } }),
      'client: response is invalid json. The endpoint is probably not valid etcd cluster endpoint',
    ],
  ])('tells of %s', async (_name, listener, error) => {
    const server = await serve(listener);
    await expect(get(await client({ endpoints: [server.url] }))).rejects.toThrow(error);
  });

  it('detects a server without the API by a 404 that is not JSON', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('404 page not found\n');
    });
    const c = await client({ endpoints: [server.url] });
    const asked = [
      get(c),
      c.members.list(call()),
      c.users.list(call()),
      c.keys.poll({ ...GET, waitIndex: 0n }, call()),
    ];
    for (const each of asked) await expect(each).rejects.toEqual(new V2ApiMissingError(server.url));
  });

  it('rejects a body that is too large', async () => {
    const { Connector } = await import('../../../src/transport/v2/connector.js');
    const { parseOrigin } = await import('../../../src/transport/v2/url.js');
    const server = await serve((_request, response) => {
      const block = Buffer.alloc(1 << 16, 'x');
      const send = () => {
        while (response.write(block));
      };
      response.on('drain', send);
      send();
    });
    const connector = new Connector(NO_FILES, { dialTimeoutMs: 5000, maxBodyBytes: 1 << 20 });
    onTestFinished(() => connector.close());
    const url = { origin: parseOrigin(server.url), target: '/' };
    const answer = await connector.send(
      url,
      { method: 'GET', headers: {} },
      { ...call(), headerTimeoutMs: 0 },
    );
    await expect(answer.body()).rejects.toThrow('the response is larger than 1048576 bytes');
  });

  it('reads users whose roles are names or objects', async () => {
    const server = await serve(json(200, { user: 'ann', roles: [{ role: 'r1', permissions: {} }, 'r2'] }));
    const c = await client({ endpoints: [server.url] });
    expect(await c.users.get('ann', call())).toEqual({ name: 'ann', roles: ['r1', 'r2'] });
  });

  it('reports the start and the end of a poll', async () => {
    let end = () => {};
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'X-Etcd-Index': '41' });
      response.flushHeaders();
      end = () => response.end();
    });
    const c = await client({ endpoints: [server.url], headerTimeoutMs: 1000 });
    const poll = await c.keys.poll({ key: '/a', recursive: false, waitIndex: 0n }, call());
    expect(poll.index).toBe(41n);
    end();
    expect(await poll.response()).toBeUndefined();
  });
});

describe('the version 2 client: members that fail', () => {
  it('uses the next endpoint, and keeps using it', async () => {
    const server = await serve(FOUND);
    const c = await client({ endpoints: [NOWHERE, server.url] });
    await get(c);
    await get(c);
    expect(server.requests).toHaveLength(2);
    await server.close();
    const failure = await get(c).catch((error) => error);
    expect(failure).toBeInstanceOf(V2ClusterError);
    // The endpoint in use is tried first.
    expect(failure.attempts.map(({ message }: Error) => message)).toEqual([
      expect.stringMatching(/refused|reset|EOF/),
      'dial tcp 127.0.0.1:1: connect: connection refused',
    ]);
  });

  it('reports the failure with the message of Go', async () => {
    const failure = await get(await client({ endpoints: [NOWHERE] })).catch((error) => error);
    expect(failure.message).toBe(
      'client: etcd cluster is unavailable or misconfigured; error #0: dial tcp 127.0.0.1:1: connect: connection refused\n',
    );
    expect(failure.details).toBe('error #0: dial tcp 127.0.0.1:1: connect: connection refused\n\n');
    expect(failure.attempts[0].isConnectionFailure).toBe(true);
  });

  it.each([
    [503, 'has no leader'],
    [500, 'has no leader'],
    [502, 'returns server error [Bad Gateway]'],
  ])('tries the next endpoint after status %i', async (status, words) => {
    const bad = await serve(json(status, {}));
    const good = await serve(FOUND);
    await expect(get(await client({ endpoints: [bad.url, good.url] }))).resolves.toMatchObject({ index: 9n });
    await expect(get(await client({ endpoints: [bad.url] }))).rejects.toThrow(
      `client: etcd member ${bad.url} ${words}`,
    );
  });

  it('does not repeat on another member a request that may have been applied', async () => {
    const server = await serve(FOUND);
    const c = await client({ endpoints: [NOWHERE, server.url] });
    const once = { key: '/a', value: 'v', mustExist: false };
    await expect(c.keys.set(once, call())).rejects.toEqual(
      expect.objectContaining({ message: 'dial tcp 127.0.0.1:1: connect: connection refused' }),
    );
    expect(server.requests).toEqual([]);
    // The next request goes to the next endpoint.
    await c.keys.set(once, call());
    expect(server.requests).toHaveLength(1);
    const other = await client({ endpoints: [NOWHERE, server.url] });
    const removal = { key: '/a', directory: false, recursive: false };
    await expect(other.keys.delete(removal, call())).rejects.toBeInstanceOf(V2AttemptError);
  });

  it.each<[string, (to: V2Client) => Promise<unknown>]>([
    ['a key in order', (to) => to.keys.createInOrder({ directory: '/d', value: 'v' }, call())],
    ['a new member', (to) => to.members.add(['http://127.0.0.1:1'], call())],
  ])('does not repeat %s once a member may have read it', async (_what, make) => {
    const reads = await serve((request) => request.socket.destroy());
    const good = await serve(json(201, {}));
    const to = await client({ endpoints: [NOWHERE, reads.url, good.url] });
    await expect(make(to)).rejects.toBeInstanceOf(V2ClusterError);
    expect(reads.requests.map(({ method }) => method)).toEqual(['POST']);
    expect(good.requests).toEqual([]);
  });

  it('says which member has not answered when the caller aborts', async () => {
    const silent = await serve(() => {});
    const said: string[] = [];
    const c = await client({ endpoints: [silent.url], onUnanswered: (text) => said.push(text) });
    const signal = AbortSignal.timeout(400);
    await expect(c.keys.get(GET, { signal })).rejects.toThrow(/aborted due to timeout/);
    expect(said).toEqual([`${silent.url}: connected, but the server has not answered yet`]);
  });

  it('tries another member after the header timeout, but not for a long poll', async () => {
    const silent = await serve(() => {});
    const good = await serve(FOUND);
    const c = await client({ endpoints: [silent.url, good.url], headerTimeoutMs: 500 });
    await expect(get(c)).resolves.toMatchObject({ index: 9n });
    const alone = await client({ endpoints: [silent.url], headerTimeoutMs: 50 });
    await expect(get(alone)).rejects.toThrow(`client: endpoint ${silent.url} exceeded header timeout`);
    const controller = new AbortController();
    const poll = alone.keys.poll(
      { key: '/a', recursive: false, waitIndex: 0n },
      { signal: controller.signal },
    );
    await vi.waitFor(() => expect(silent.requests.at(-1)?.url).toContain('wait=true'));
    controller.abort(new Error('enough'));
    await expect(poll).rejects.toThrow('enough');
  });

  it.each(['while nothing comes', 'within the body'])(
    'rejects with the reason of the signal %s',
    async (when) => {
      const server = await serve((_request, response) => {
        if (when !== 'while nothing comes') response.writeHead(200).write('{');
      });
      const controller = new AbortController();
      const answer = (await client({ endpoints: [server.url, NOWHERE] })).keys.get(GET, {
        signal: controller.signal,
      });
      await vi.waitFor(() => expect(server.requests).toHaveLength(1));
      controller.abort(new Error('enough'));
      await expect(answer).rejects.toThrow('enough');
    },
  );

  it('tries the next member when a body is incomplete', async () => {
    const bad = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{', () => response.destroy());
    });
    const good = await serve(FOUND);
    await expect(get(await client({ endpoints: [bad.url, good.url] }))).resolves.toMatchObject({ index: 9n });
    await expect(get(await client({ endpoints: [bad.url] }))).rejects.toThrow('unexpected EOF');
  });

  it.each([
    ['ftp://h:1', 'unsupported protocol scheme "ftp"'],
    ['localhost:1', 'unsupported protocol scheme "localhost"'],
    ['', 'http: no Host in request URL'],
  ])('cannot reach %j', async (endpoint, message) => {
    const failure = await get(await client({ endpoints: [endpoint] })).catch((error) => error);
    expect(failure.attempts[0]).toMatchObject({ message, isConnectionFailure: false });
  });
});

describe('the version 2 client: redirects', () => {
  const to = (location: string) => (_request: unknown, response: import('node:http').ServerResponse) => {
    response.writeHead(307, { location }).end();
  };

  it('are followed with method, body and credentials', async () => {
    const target = await serve(FOUND);
    const server = await serve(to(`${target.url}/v2/keys/b?x=1`));
    const credentials = { username: 'ann', password: 'secret' };
    const c = await client({ endpoints: [server.url], credentials });
    await c.keys.set({ key: '/a', value: 'v' }, call());
    expect(target.requests).toMatchObject([
      {
        method: 'PUT',
        url: '/v2/keys/b?x=1',
        body: 'value=v',
        headers: { authorization: expect.any(String) },
      },
    ]);
  });

  it('are limited to ten', async () => {
    let address = '';
    const server = await serve((_request, response) => response.writeHead(302, { location: address }).end());
    address = server.url;
    await expect(get(await client({ endpoints: [server.url] }))).rejects.toThrow(
      'client: too many redirects',
    );
    expect(server.requests).toHaveLength(11);
  });

  it('need a location', async () => {
    const server = await serve((_request, response) => response.writeHead(301).end());
    await expect(get(await client({ endpoints: [server.url] }))).rejects.toThrow('location header not set');
    const bad = await serve(to('http://h:x/'));
    await expect(get(await client({ endpoints: [bad.url] }))).rejects.toThrow(
      'location header not valid URL: http://h:x/',
    );
  });
});

describe('the version 2 client: member sync and health', () => {
  it('uses the URLs that the members advertise', async () => {
    const member = await serve(FOUND);
    const members = [
      { id: '1', clientURLs: [member.url] },
      { id: '2', name: '' },
    ];
    const seed = await serve(json(200, { members }));
    const c = await client({ endpoints: [seed.url] });
    await c.sync(call());
    expect(c.endpoints).toEqual([member.url]);
    await get(c);
    expect(member.requests).toHaveLength(1);
  });

  it('fails when no member advertises a URL', async () => {
    const seed = await serve(json(200, { members: [{ id: '1' }] }));
    const c = await client({ endpoints: [seed.url] });
    await expect(c.sync(call())).rejects.toThrow('client: no endpoints available');
    expect(c.endpoints).toEqual([seed.url]);
  });

  it.each([
    [{ health: 'true', reason: '' }, true],
    [{ health: true }, true],
    [{ health: 'false' }, false],
    [{}, false],
  ])('reads %j as healthy: %s', async (content, expected) => {
    const server = await serve(json(200, content));
    const c = await client({ endpoints: [NOWHERE] });
    expect(await c.health(server.url, call())).toBe(expected);
    expect(server.requests.map(({ url }) => url)).toEqual(['/health']);
  });

  it('reports why a member could not be asked for its health', async () => {
    const c = await client({ endpoints: [NOWHERE] });
    expect(await c.health(NOWHERE, call())).toEqual({
      failure: 'Get "http://127.0.0.1:1/health": dial tcp 127.0.0.1:1: connect: connection refused',
    });
    const server = await serve((_request, response) => response.end('no JSON'));
    expect(await c.health(server.url, call())).toEqual({ failure: expect.stringContaining('JSON') });
  });
});

describe('the version 2 client: TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'http-tls-'));
  let pki: Pki;
  beforeAll(async () => {
    pki = await createPki(folder, { algorithm: 'ecdsa' });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const secure = () => ({
    cert: readFileSync(pki.server.cert),
    key: readFileSync(pki.server.key),
    ca: readFileSync(pki.caCert),
    requestCert: true,
    rejectUnauthorized: true,
  });
  const files = () => ({
    ...NO_FILES,
    caFile: pki.caCert,
    certFile: pki.client.cert,
    keyFile: pki.client.key,
  });
  const failure = async (endpoint: string, tls: HttpConnectionOptions['tls']) =>
    (await get(await client({ endpoints: [endpoint], tls })).catch((error) => error)) as V2ClusterError;

  it('verifies the server, and sends the client certificate', async () => {
    const server = await serve(FOUND, secure());
    const c = await client({ endpoints: [server.url], tls: files() });
    await get(c);
    await get(c);
    expect(server.connections).toBe(1);
  });

  it('rejects a server whose certificate has an unknown authority', async () => {
    const server = await serve(FOUND, secure());
    const { caFile: _unknown, ...rest } = files();
    const flagNames = { ca: '--ca-file', cert: '--cert-file', key: '--key-file' };
    expect(await failure(server.url, { ...rest, flagNames })).toMatchObject({
      message: expect.stringContaining('x509: certificate signed by unknown authority'),
      reasons: [expect.stringContaining('give its CA with --ca-file')],
    });
    expect(server.requests).toEqual([]);
  });

  it('says what the CA file has when it is not that of the server', async () => {
    const server = await serve(FOUND, secure());
    const flagNames = { ca: '--ca-file', cert: '--cert-file', key: '--key-file' };
    expect(await failure(server.url, { ...files(), caFile: pki.client.cert, flagNames })).toMatchObject({
      reasons: [expect.stringMatching(/; .* has .* \(SHA-256 .*\): give the right CA with --ca-file \(/)],
    });
  });

  it('rejects a server whose certificate is for another name', async () => {
    const server = await serve(FOUND, secure());
    const { message } = await failure(server.url, { ...files(), serverName: 'other.example' });
    expect(message).toMatch(
      /tls: failed to verify certificate: x509: certificate is valid for .*, not other\.example/,
    );
    expect(server.requests).toEqual([]);
  });

  it('explains that a server does not use TLS', async () => {
    const server = await serve(FOUND);
    expect(await failure(server.url.replace('http:', 'https:'), files())).toMatchObject({
      message: expect.stringContaining('http: server gave HTTP response to HTTPS client'),
      reasons: [expect.stringContaining('the server does not speak TLS')],
    });
  });

  it('checks the TLS files even when no endpoint uses TLS', async () => {
    await expect(
      client({ endpoints: [NOWHERE], tls: { ...NO_FILES, caFile: join(folder, 'none') } }),
    ).rejects.toThrow(/^open .*none: no such file or directory$/);
  });

  it('does not send the password when https redirects to http', async () => {
    const plain = await serve(FOUND);
    const server = await serve(
      (_request, response) => response.writeHead(307, { location: plain.url }).end(),
      secure(),
    );
    const c = await client({
      endpoints: [server.url],
      tls: files(),
      credentials: { username: 'ann', password: 'secret' },
    });
    await get(c);
    expect(plain.requests[0]?.headers.authorization).toBeUndefined();
    expect(server.requests[0]?.headers.authorization).toBeDefined();
  });
});
