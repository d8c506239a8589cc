/** `doctor` on a healthy cluster with TLS: what is wrong is what the command is given, or what the servers present. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, issue, type Pki, writePair } from '../../../scripts/lib/pki.mjs';
import { closedPort, FaultProxy } from '../../support/grpc/fault-proxy.js';
import { atRest } from '../../support/lab/at-rest.js';
import { diagnose, runDoctor } from '../../support/lab/doctor.js';
import { type Lab, references, startLab } from '../../support/lab/lab.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS + 60 * 60 * 1000);

let lab: Lab;
let pki: Pki;
let webServer: Server;
let unused: number;

beforeAll(async () => {
  lab = await startLab({ profile: 'tls', members: 3 });
  pki = lab.pki as Pki;
  unused = await closedPort();
  webServer = createServer((_request, response) => void response.end('hello'));
  await new Promise<void>((resolve) => webServer.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  webServer?.close();
  await lab?.stop();
});

const portOf = (url: string | undefined) => new URL(url ?? '').port;
const flags = (endpoints?: readonly string[]) => lab.flags(endpoints);
const withEndpoint = (endpoint: string) => flags([...lab.cluster.endpoints, endpoint]);

describe('on a healthy cluster', () => {
  it('finds nothing, with all endpoints or one', async () => {
    const healthy = /: healthy 3 members, leader m[123], version 3\.\d+\.\d+ MEMBER/;
    await diagnose(flags(), { ids: [], words: healthy });
    await diagnose(flags(lab.cluster.endpoints.slice(0, 1)), { ids: [], words: healthy });
  });

  it('proposes nothing to the members', async () => {
    // Until the version of the cluster is decided, the members propose it themselves.
    await atRest(lab);
    const before = await raftIndexes();
    await runDoctor(flags());
    await runDoctor([...flags(), '-w', 'json']);
    expect(await raftIndexes()).toEqual(before);
  });

  it('prints JSON', async () => {
    const { stdout, code } = await runDoctor([...flags(), '-w', 'json']);
    const report = JSON.parse(stdout.toString());
    expect(report).toMatchObject({ schemaVersion: 1, state: 'healthy', findings: [], hashRevision: 1 });
    expect(report.members).toHaveLength(3);
    for (const member of report.members) {
      expect(member).toMatchObject({ isReachable: true, isLearner: false, dbQuotaBytes: expect.any(Number) });
      expect(member.certificate.daysLeft).toBe(364);
      expect(Math.abs(member.clockOffsetMs)).toBeLessThan(2000);
    }
    expect(new Set(report.members.map(({ hash }: { hash: number }) => hash)).size).toBe(1);
    expect(code).toBe(0);
  });

  it('refuses arguments and formats that it does not have', async () => {
    expect(await runDoctor([...flags(), '-w', 'table'])).toMatchObject({ code: 4 });
    const { stderr, code } = await runDoctor(['--cacert=/nowhere/ca.crt']);
    expect(stderr.toString()).toContain('/nowhere/ca.crt');
    expect(code).toBe(128);
  });
});

async function raftIndexes(): Promise<string[]> {
  const { stdout } = await lab.real(['endpoint', 'status', '-w', 'json']);
  return Array.from(stdout.toString().matchAll(/"raftIndex":(\d+)/g), ([, index = '']) => index);
}

describe('names what is wrong with an endpoint', () => {
  it.each<[name: string, endpoint: () => string, words: RegExp]>([
    ['nothing listens', () => `https://127.0.0.1:${unused}`, /does not answer: connection refused\./],
    [
      'a web server listens',
      () => `http://127.0.0.1:${(webServer.address() as AddressInfo).port}`,
      /another web server/,
    ],
    ["it is a member's peer port", () => lab.cluster.members[0]?.peerUrl ?? '', /etcd's peer port/],
    ["it is a member's metrics port", () => lab.cluster.members[0]?.metricsUrl ?? '', /etcd's metrics port/],
    [
      'it is without TLS and the server has it',
      () => `http://127.0.0.1:${portOf(lab.cluster.endpoints[0])}`,
      /the server speaks TLS: use https:\/\//,
    ],
    ['it is malformed', () => 'https://127.0.0.1', /the port is missing/],
  ])('%s', async (_name, endpoint, words) => {
    await diagnose(withEndpoint(endpoint()), { ids: ['endpoint-unreachable'], words });
  });

  it('it is given twice', async () => {
    const [first = ''] = lab.cluster.endpoints;
    await diagnose(withEndpoint(first), { ids: ['endpoint-repeated'], words: /is given 2 times/ });
  });

  it('two endpoints are one member', async () => {
    const endpoint = `https://localhost:${portOf(lab.cluster.endpoints[0])}`;
    const words = /2 of the given endpoints are this one member: https:\/\/127\.\S+ and https:\/\/localhost/;
    await diagnose(withEndpoint(endpoint), { ids: ['endpoint-repeated'], words });
  });

  it('its answers take long', async () => {
    const [first = '', ...others] = lab.cluster.endpoints;
    const proxy = await FaultProxy.start(Number(portOf(first)));
    proxy.delayMs = 255;
    const args = flags([`https://${proxy.endpoint}`, ...others]);
    await diagnose(args, { ids: ['read-slow'], words: /linearizable read from this member takes \d{3} ms/ });
    await proxy.close();
  });
});

describe("names what is wrong with the client's certificates", () => {
  const days: readonly [name: string, request: object, ids: Parameters<typeof diagnose>[1]][] = [
    [
      'it ends tomorrow',
      { notAfter: inDays(1) },
      { ids: ['client-certificate-expires'], words: /FAILURE.* expires in 1 day,/ },
    ],
    [
      'it ends in 20 days',
      { notAfter: inDays(20) },
      { ids: ['client-certificate-expires'], words: /needs attention.* expires in 20 days,/ },
    ],
    [
      'it has expired',
      { notBefore: inDays(-3), notAfter: inDays(-2) },
      {
        ids: ['client-certificate-expired', 'endpoint-unreachable'],
        words: /nothing has answered.* has expired on /,
        code: 2,
      },
    ],
    [
      'it is not valid yet',
      { notBefore: inDays(2) },
      {
        ids: ['client-certificate-not-yet-valid', 'endpoint-unreachable'],
        words: /valid only from /,
        code: 2,
      },
    ],
    [
      'it is for servers',
      { extendedUsages: ['server'] },
      {
        ids: ['client-certificate-usage', 'endpoint-unreachable'],
        words: /extended key usage clientAuth/,
        code: 2,
      },
    ],
  ];

  it.each(days)('%s', async (_name, request, diagnosis) => {
    const issued = await issue(pki.authority, {
      usage: 'client',
      commonName: 'operator',
      algorithm: 'ecdsa',
      ...request,
    });
    const { cert, key } = writePair(lab.folder, 'client', issued);
    const args = [`--endpoints=${lab.cluster.endpoints}`, `--cacert=${pki.caCert}`];
    await diagnose([...args, `--cert=${cert}`, `--key=${key}`], diagnosis);
  });

  it('there is none', async () => {
    const args = [`--endpoints=${lab.cluster.endpoints}`, `--cacert=${pki.caCert}`];
    await diagnose(args, {
      ids: ['endpoint-unreachable'],
      words: /the server requires a client certificate/,
      code: 2,
    });
  });

  it.each([
    ['ends in 20 days', inDays(20), 'authority-expires', /The authority CN=old in \S+ expires in 20 days/],
    ['has expired', inDays(-1), 'authority-expired', /The authority CN=old in \S+ has expired/],
  ] as const)('an authority %s', async (_name, notAfter, id, words) => {
    const old = await createAuthority({
      commonName: 'old',
      algorithm: 'ecdsa',
      notBefore: inDays(-9),
      notAfter,
    });
    const file = path.join(lab.folder, 'authorities.crt');
    writeFileSync(file, `${readFileSync(pki.caCert, 'utf8')}${old.cert}`);
    await diagnose([...flags(), `--cacert=${file}`], { ids: [id], words });
  });
});

// Newer servers tell their status to everyone.
const etcd35 = references.findLast(({ version }) => version.startsWith('3.5.'));
it.skipIf(etcd35 === undefined)(
  "says once that nobody knows the user of the client's certificate",
  async () => {
    const own = await startLab({ profile: 'tls', ...(etcd35 && { reference: etcd35 }) });
    try {
      await own.real(['user', 'add', 'root:secret']);
      await own.real(['user', 'grant-role', 'root', 'root']);
      await own.real(['auth', 'enable']);
      const { stdout, stderr, code } = await runDoctor(own.flags());
      expect({ stdout: stdout.toString(), stderr: stderr.toString(), code }).toEqual({
        stdout: '',
        stderr:
          'the cluster knows no user with the name (CN) of the client certificate: give --user NAME\n' +
          'Error: etcdserver: user name not found\n',
        code: 2,
      });
      await diagnose([...own.flags(), '--user=root:secret'], {
        ids: ['single-voter'],
        words: /healthy, 1 hint/,
        code: 0,
      });
    } finally {
      await own.stop();
    }
  },
);

describe("names what is wrong with the servers' certificates", () => {
  it('they are signed by another authority', async () => {
    const other = await createAuthority({ commonName: 'other', algorithm: 'ecdsa' });
    const { cert } = writePair(lab.folder, 'other-ca', other);
    await diagnose([...flags(), `--cacert=${cert}`], {
      ids: ['server-certificate-untrusted'],
      words: /signed by an unknown authority/,
      code: 2,
    });
  });

  it('they are not verified', async () => {
    await diagnose([...flags(), '--insecure-skip-tls-verify'], {
      ids: ['server-certificate-unverified'],
      words: /not known to be healthy, 3 unknowns/,
    });
  });

  it.each<[name: string, request: object, diagnosis: Parameters<typeof diagnose>[1]]>([
    [
      'they end tomorrow',
      { notAfter: inDays(1) },
      { ids: ['server-certificate-expires'], words: /unhealthy, 3 failures.* expires in 1 day,/ },
    ],
    [
      'they end in 20 days',
      { notAfter: inDays(20) },
      { ids: ['server-certificate-expires'], words: /needs attention, 3 warnings.* expires in 20 days,/ },
    ],
    [
      'they have expired',
      { notBefore: inDays(-3), notAfter: inDays(-2) },
      { ids: ['server-certificate-expired'], words: /has expired on /, code: 2 },
    ],
    [
      'they are not valid yet',
      { notBefore: inDays(2) },
      { ids: ['server-certificate-not-yet-valid'], words: /valid only from /, code: 2 },
    ],
    [
      'they are for another name',
      { dnsNames: ['etcd.example'], ips: [] },
      { ids: ['server-certificate-name'], words: /not valid for 127\.0\.0\.1/, code: 2 },
    ],
  ])('%s', async (_name, request, diagnosis) => {
    const before = [readFileSync(pki.server.cert), readFileSync(pki.server.key)] as const;
    const issued = await issue(pki.authority, {
      usage: 'server',
      commonName: 'control-plane',
      dnsNames: ['localhost'],
      ips: ['127.0.0.1'],
      algorithm: 'ecdsa',
      ...request,
    });
    writePair(path.dirname(pki.server.cert), path.basename(pki.server.cert, '.crt'), issued);
    try {
      await diagnose(flags(), diagnosis);
    } finally {
      writeFileSync(pki.server.cert, before[0]);
      writeFileSync(pki.server.key, before[1]);
    }
  });
});
