/**
 * Proxies of HTTPS_PROXY, with and without TLS, with credentials. What is said of those that do not connect: connection-failures.test.ts.
 */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Pki } from '../../scripts/lib/pki.mjs';
import { ConnectProxy } from '../support/grpc/connect-proxy.js';
import { FailingServers } from '../support/lab/failures/servers.js';
import { type Lab, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, type Program, run, start } from '../support/lab/program.js';

let lab: Lab;
let pki: Pki;
let proxy: ConnectProxy | undefined;
beforeAll(async () => {
  lab = await startLab({ profile: 'tls' });
  pki = lab.pki as Pki;
  await lab.real(['put', 'k', 'v']);
});
const servers = new FailingServers();
afterEach(() => proxy?.close());
afterAll(async () => {
  await servers.close();
  await lab?.stop();
});

/** A name of the server's certificate that only the proxy reaches. */
const flags = () => [...lab.flags(['https://control-plane:2379']), '--command-timeout=2s'];

async function startProxy(options: { isSecure?: boolean; status?: number } = {}): Promise<ConnectProxy> {
  const { server } = pki;
  const tls = { cert: readFileSync(server.cert, 'utf8'), key: readFileSync(server.key, 'utf8') };
  const port = Number(new URL(lab.cluster.endpoints[0] ?? '').port);
  proxy = await ConnectProxy.start(port, { status: options.status, tls: options.isSecure ? tls : undefined });
  return proxy;
}

async function call(program: Program, proxyUrl: string, { args = ['get', 'k'], env = {} } = {}) {
  const result = await run(program, [...flags(), ...args], { env: { HTTPS_PROXY: proxyUrl, ...env } });
  return { code: result.code, stdout: result.stdout.toString(), stderr: result.stderr.toString() };
}

describe('credentials reach the proxy as those of etcdctl:', () => {
  it.each([
    ['user:pass@', 'user:pass'],
    ['us%25er:p%40s%3As%2F@', 'us%er:p@s:s/'],
    ['user:p:q@', 'user:p:q'],
    ['user@', 'user:'],
    ['user:@', 'user:'],
    [':pass@', ':pass'],
    ['%C3%BCser:p%C3%A4ss@', 'üser:päss'],
    ['', undefined],
  ])('%s', async (written, sent) => {
    const { asked, port } = await startProxy();
    for (const program of [lab.newestEtcdctl, ourEtcdctl()]) {
      expect(await call(program, `http://${written}127.0.0.1:${port}`)).toMatchObject({ code: 0 });
    }
    const authorization = sent === undefined ? undefined : `Basic ${Buffer.from(sent).toString('base64')}`;
    expect(new Set(asked.map((request) => request.authorization))).toEqual(new Set([authorization]));
    expect(new Set(asked.map((request) => request.authority))).toEqual(new Set(['control-plane:2379']));
  });

  it('a percent sign that begins no escape makes the variable void, which is said', async () => {
    const { asked, port } = await startProxy();
    const url = `http://user:100%@127.0.0.1:${port}`;
    expect(await call(lab.newestEtcdctl, url)).toMatchObject({ code: 1 });
    const { code, stderr } = await call(ourEtcdctl(), url);
    expect(code).toBe(1);
    expect(stderr).toContain(
      ': the host name cannot be resolved (no such host); HTTPS_PROXY is ignored, because it is not a URL: write % as %25, # as %23 and / as %2F in a name or password\n',
    );
    expect(stderr).not.toContain('100%');
    expect(asked).toEqual([]);
  });
});

describe('a proxy over TLS', () => {
  const trusting = () => ({ SSL_CERT_FILE: pki.caCert });
  const secureUrl = ({ port }: ConnectProxy) => `https://us%25er:p%40ss@127.0.0.1:${port}`;

  it('is used for calls, streams and snapshots', async () => {
    const secure = await startProxy({ isSecure: true });
    const env = { HTTPS_PROXY: secureUrl(secure), ...trusting() };
    expect(await call(ourEtcdctl(), env.HTTPS_PROXY, { env })).toEqual({
      code: 0,
      stdout: 'k\nv\n',
      stderr: '',
    });
    const watch = start(ourEtcdctl(), [...flags(), 'watch', 'k', '--rev=1'], { env });
    await watch.waitFor('PUT\nk\nv\n');
    watch.kill('SIGINT');
    await watch.result;
    const file = path.join(lab.folder, 'snapshot');
    expect(
      await call(ourEtcdctl(), env.HTTPS_PROXY, { args: ['snapshot', 'save', file], env }),
    ).toMatchObject({ code: 0 });
    expect(statSync(file).size).toBeGreaterThan(0);
    expect(secure.asked).toHaveLength(3);
    for (const request of secure.asked) {
      expect(request).toEqual({
        authority: 'control-plane:2379',
        authorization: `Basic ${btoa('us%er:p@ss')}`,
      });
    }
  });

  it.each([
    [407, 'the proxy refuses the name or the password in HTTPS_PROXY (HTTP 407)'],
    [502, 'the proxy cannot reach the server (HTTP 502)'],
  ])('that answers %i is named in the reason', async (status, words) => {
    const secure = await startProxy({ isSecure: true, status });
    const { code, stderr } = await call(ourEtcdctl(), secureUrl(secure), { env: trusting() });
    expect(code).toBe(1);
    expect(stderr).toBe(
      `https://control-plane:2379: ${words}; the connection goes through the proxy 127.0.0.1:${secure.port} of HTTPS_PROXY: set NO_PROXY to bypass it\n` +
        'Error: context deadline exceeded\n',
    );
  });

  it('is not used when the system does not trust it', async () => {
    const secure = await startProxy({ isSecure: true });
    const { code, stderr } = await call(ourEtcdctl(), secureUrl(secure));
    expect(code).toBe(1);
    expect(stderr).toContain('https://control-plane:2379: no TLS connection to the proxy: ');
    expect(stderr).toContain('unknown authority');
    expect(secure.asked).toEqual([]);
  });

  it('that says nothing is named in the reason', async () => {
    const silent = await servers.silent();
    const { code, stderr } = await call(ourEtcdctl(), `https://127.0.0.1:${silent}`, { env: trusting() });
    expect(code).toBe(1);
    expect(stderr).toContain('https://control-plane:2379: connected to the proxy, which does not answer; ');
  });

  it('that does not speak TLS is named in the reason', async () => {
    const { port } = await startProxy();
    const { code, stderr } = await call(ourEtcdctl(), `https://127.0.0.1:${port}`, { env: trusting() });
    expect(code).toBe(1);
    expect(stderr).toContain(
      ': the proxy does not speak TLS: write HTTPS_PROXY=http://… (tls: first record ',
    );
  });
});
