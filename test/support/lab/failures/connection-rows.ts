/** Ways in which a connection fails, with what this program says. */
import { networkInterfaces } from 'node:os';
import { createAuthority } from '../../../../scripts/lib/pki.mjs';
import { canMount } from '../certificate-table.js';
import {
  canDropPackets,
  droppingCommand,
  droppingWithNames,
  type FailureLab,
  FUTURE,
  PAST,
} from './failure-lab.js';
import type { ConnectionMessage } from './messages.js';

export interface Attempt {
  /** In the order of `FailureRow.says`. */
  readonly endpoints: readonly string[];
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Before the program's command line. */
  readonly through?: readonly string[];
  /** Texts that our stderr contains, such as a date or a name. */
  readonly contains?: readonly string[];
  /** The server is a process of this machine that has TLS files, and the command has none. */
  readonly hintsAtLocal?: boolean;
}

export interface FailureRow {
  readonly name: string;
  /**
   * What is said of each endpoint; undefined: nothing. `files`: of files, without an endpoint. With nothing at all, the command succeeds.
   */
  readonly says: readonly (ConnectionMessage | undefined)[] | { readonly files: ConnectionMessage };
  /** At the deadline: an attempt that waits has not failed before. A signal: it ends the command before that. */
  readonly when?: 'at once' | 'at the deadline' | 'SIGTERM' | 'SIGINT' | 'SIGHUP';
  /** Why exit code and final line differ from those of etcdctl. */
  readonly deliberate?: string;
  /** Why the row cannot be run here; undefined: it can. */
  readonly skipped?: string | undefined;
  readonly attempt: (lab: FailureLab) => Attempt | Promise<Attempt>;
}

type Make = FailureRow['attempt'];
type Options = Partial<Pick<FailureRow, 'when' | 'deliberate' | 'skipped'>>;

const row = (
  name: string,
  says: FailureRow['says'] | ConnectionMessage,
  attempt: Make,
  options: Options = {},
): FailureRow => ({
  name,
  says: typeof says === 'string' ? [says] : says,
  attempt,
  ...options,
});
const files = (
  name: string,
  message: ConnectionMessage,
  flags: (lab: FailureLab) => string[] | Promise<string[]>,
  options?: Options,
) =>
  row(
    name,
    { files: message },
    async (lab) => ({ endpoints: [lab.secureEndpoint], flags: await flags(lab) }),
    options,
  );

const LATE = { when: 'at the deadline' } as const;
const local = (port: number) => `127.0.0.1:${port}`;
const closed = async ({ servers }: FailureLab) => local(await servers.closedPort());
const isRoot = process.getuid?.() === 0;
const NOT_AS_ROOT: Options = { skipped: isRoot ? 'root may read and connect to everything' : undefined };
const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((each) => each?.address === '::1');
const WITH_MOUNTS: Options = { skipped: canMount ? undefined : 'mounts are not possible' };
const BY_OWN_SCHEME: Options = { deliberate: 'each endpoint is connected to by its own scheme' };
const seconds = (date: Date) => date.toISOString().slice(0, 19).replace('T', ' ');

/** With other contents of /etc/hosts. */
const withHosts = (lab: FailureLab, hosts: string) => [
  ...['unshare', '-m', 'sh', '-c'],
  `mount --bind ${lab.file(hosts)} /etc/hosts && exec "$0" "$@"`,
];

const NETWORK: readonly FailureRow[] = [
  row('nothing listens', 'refused', async (lab) => ({ endpoints: [await closed(lab)] })),
  row('nothing listens, with TLS', 'refused', async (lab) => ({
    endpoints: [`https://${await closed(lab)}`],
    flags: [lab.caFlag],
  })),
  row('all addresses of a name refuse', 'refused', async ({ servers }) => ({
    endpoints: [`localhost:${await servers.closedPort()}`],
  })),
  row('a name that does not exist', 'unknownName', () => ({ endpoints: ['nowhere.invalid:2379'] })),
  row(
    'a host that drops packets',
    'dropped',
    () => ({ endpoints: ['192.0.2.2:2379'], through: droppingCommand }),
    { ...LATE, skipped: canDropPackets ? undefined : 'network namespaces are not possible' },
  ),
  row(
    'a name server that does not answer',
    'silentNameServer',
    (lab) => ({
      endpoints: ['etcd.example:2379'],
      through: droppingWithNames(lab.file('nameserver 192.0.2.53\n')),
    }),
    { ...LATE, skipped: canDropPackets && canMount ? undefined : 'namespaces are not possible' },
  ),
  row(
    'connected and silent',
    'silentHttp2',
    async ({ servers }) => ({ endpoints: [local(await servers.silent())] }),
    LATE,
  ),
  row(
    'connected and silent, with TLS',
    'silentTls',
    async ({ servers, caFlag }) => ({
      endpoints: [`https://${local(await servers.silent())}`],
      flags: [caFlag],
    }),
    LATE,
  ),
  row(
    'silent after the TLS handshake',
    'silentHttp2OverTls',
    async (lab) => ({ endpoints: [await lab.tlsServer()], flags: [lab.caFlag] }),
    LATE,
  ),
  row(
    'silent after HTTP/2 has started',
    'silentCall',
    async ({ servers }) => ({ endpoints: [local(await servers.http2(() => {}))] }),
    LATE,
  ),
  row(
    'connected and silent, until SIGTERM',
    'silentHttp2',
    async ({ servers }) => ({ endpoints: [local(await servers.silent())] }),
    { when: 'SIGTERM' },
  ),
  row(
    'silent after the TLS handshake, until SIGINT',
    'silentHttp2OverTls',
    async (lab) => ({ endpoints: [await lab.tlsServer()], flags: [lab.caFlag] }),
    { when: 'SIGINT' },
  ),
  row(
    'silent after HTTP/2 has started, until SIGHUP',
    'unanswered',
    async ({ servers }) => ({ endpoints: [local(await servers.http2(() => {}))] }),
    { when: 'SIGHUP' },
  ),
  row(
    'two endpoints, one refuses and one is silent, until SIGTERM',
    ['refused', 'silentHttp2'],
    async (lab) => ({ endpoints: [await closed(lab), local(await lab.servers.silent())] }),
    { when: 'SIGTERM' },
  ),
  row(
    'GOAWAY on each connection',
    'goAway',
    async ({ servers }) => ({ endpoints: [local(await servers.http2((session) => session.goaway(0)))] }),
    LATE,
  ),
  row(
    'GOAWAY instead of each answer',
    'goAway',
    async ({ servers }) => ({
      endpoints: [local(await servers.http2((session) => session.on('stream', () => session.goaway(0, 0))))],
    }),
    LATE,
  ),
  row('closed at once', 'closing', async ({ servers }) => ({
    endpoints: [local(await servers.tcp((socket) => socket.end()))],
  })),
  row('closed at once, with TLS', 'closing', async ({ servers, caFlag }) => ({
    endpoints: [`https://${local(await servers.tcp((socket) => socket.end()))}`],
    flags: [caFlag],
  })),
  row('reset at once', 'closing', async ({ servers }) => ({
    endpoints: [local(await servers.tcp((socket) => socket.resetAndDestroy()))],
  })),
  row('reset after the first bytes', 'closing', async ({ servers }) => ({
    endpoints: [local(await servers.tcp((socket) => socket.once('data', () => socket.resetAndDestroy())))],
  })),
  row('closed after the TLS handshake', 'closingAfterTls', async (lab) => ({
    endpoints: [await lab.tlsServer({ onConnection: (socket) => socket.end() })],
    flags: [lab.caFlag],
  })),
  row('two endpoints, one of which refuses', [undefined, undefined], async (lab) => ({
    endpoints: [await closed(lab), lab.plain.cluster.endpoints[0] ?? ''],
  })),
  row('two endpoints that refuse', ['refused', 'refused'], async (lab) => ({
    endpoints: [await closed(lab), await closed(lab)],
  })),
  row('two endpoints, one refuses and one is silent', ['refused', 'silentHttp2'], async (lab) => ({
    endpoints: [await closed(lab), local(await lab.servers.silent())],
  })),
  row(
    'a name with a dead and a living address',
    [undefined],
    (lab) => ({
      endpoints: [`two.example:${new URL(lab.plain.cluster.endpoints[0] ?? '').port}`],
      through: withHosts(lab, '127.0.0.2 two.example\n127.0.0.1 two.example\n'),
    }),
    WITH_MOUNTS,
  ),
  row(
    'localhost has only the address ::1',
    [undefined],
    async (lab) => ({
      endpoints: [`localhost:${await lab.forwarder('::1')}`],
      through: withHosts(lab, '::1 localhost\n'),
    }),
    hasIpv6 ? WITH_MOUNTS : { skipped: 'there is no ::1' },
  ),
];

const TLS: readonly FailureRow[] = [
  row('without TLS to a TLS server', 'useHttps', (lab) => ({
    endpoints: [lab.secureEndpoint.replace('https', 'http')],
    hintsAtLocal: true,
  })),
  row('without a scheme to a TLS server', 'useHttps', (lab) => ({
    endpoints: [lab.secureEndpoint.replace('https://', '')],
    hintsAtLocal: true,
  })),
  row('with TLS to a server without', 'useHttp', (lab) => ({
    endpoints: [(lab.plain.cluster.endpoints[0] ?? '').replace('http', 'https')],
    flags: [lab.caFlag],
  })),
  row(
    'schemes mixed, both wrong',
    ['useHttps', 'useHttp'],
    (lab) => ({
      endpoints: [
        lab.secureEndpoint.replace('https', 'http'),
        (lab.plain.cluster.endpoints[0] ?? '').replace('http', 'https'),
      ],
      flags: [lab.caFlag],
    }),
    BY_OWN_SCHEME,
  ),
  row(
    'schemes mixed, the second works',
    [undefined, undefined],
    async (lab) => ({
      endpoints: [`http://${await closed(lab)}`, lab.secureEndpoint],
      flags: lab.clientFlags,
    }),
    BY_OWN_SCHEME,
  ),
  row('an unknown authority, without --cacert', 'unknownCa', (lab) => ({
    endpoints: [lab.secureEndpoint],
    contains: ['CN=etcd-ca'],
    hintsAtLocal: true,
  })),
  row('a wrong --cacert', 'otherCa', (lab) => ({
    endpoints: [lab.secureEndpoint],
    flags: [`--cacert=${lab.file(lab.stranger.cert)}`],
    contains: ['CN=etcd-ca;', 'has CN=stranger-ca (SHA-256 '],
  })),
  row('a --cacert of the same name with another key', 'otherCa', async (lab) => {
    const { cert } = await createAuthority({ commonName: 'etcd-ca', algorithm: 'ecdsa' });
    return {
      endpoints: [lab.secureEndpoint],
      flags: [`--cacert=${lab.file(cert)}`],
      contains: ['CN=etcd-ca;', 'has CN=etcd-ca (SHA-256 '],
    };
  }),
  row('a certificate that is signed by itself', 'selfSigned', async (lab) => {
    const { cert, key } = await createAuthority({
      commonName: 'alone',
      ips: ['127.0.0.1'],
      algorithm: 'ecdsa',
    });
    return {
      endpoints: [await lab.tlsServer({ options: { cert, key } })],
      contains: ['CN=alone'],
      flags: [],
    };
  }),
  row('a certificate of another address', 'wrongName', async (lab) => ({
    endpoints: [await lab.tlsServer({ request: { ips: ['10.0.0.1'] } })],
    flags: [lab.caFlag],
    contains: ['not valid for 127.0.0.1, only for DNS:localhost, IP:10.0.0.1:'],
  })),
  row('a certificate of another name', 'wrongName', async (lab) => ({
    endpoints: [
      (await lab.tlsServer({ request: { dnsNames: ['etcd.example'] } })).replace('127.0.0.1', 'localhost'),
    ],
    flags: [lab.caFlag],
    contains: ['not valid for localhost, only for DNS:etcd.example'],
  })),
  row('a certificate with a common name alone', 'noNames', async (lab) => ({
    endpoints: [await lab.tlsServer({ request: { dnsNames: [], ips: [] } })],
    flags: [lab.caFlag],
  })),
  row('an expired certificate', 'expired', async (lab) => ({
    endpoints: [await lab.tlsServer({ request: PAST })],
    flags: [lab.caFlag],
    contains: [`expired on ${seconds(PAST.notAfter)} UTC`],
  })),
  row('an expired authority', 'expiredCa', async (lab) => {
    const authority = await createAuthority({ commonName: 'old-ca', algorithm: 'ecdsa', ...PAST });
    return {
      endpoints: [await lab.tlsServer({ authority })],
      flags: [`--cacert=${lab.file(authority.cert)}`],
      contains: ['the authority CN=old-ca', `expired on ${seconds(PAST.notAfter)} UTC`],
    };
  }),
  row('a certificate that is not valid yet', 'notYetValid', async (lab) => ({
    endpoints: [await lab.tlsServer({ request: FUTURE })],
    flags: [lab.caFlag],
    contains: [`only from ${seconds(FUTURE.notBefore)} UTC`],
  })),
  row('a certificate without serverAuth', 'noServerAuth', async (lab) => ({
    endpoints: [await lab.tlsServer({ request: { usage: 'client' } })],
    flags: [lab.caFlag],
  })),
  row('TLS 1.1 alone', 'oldTls', async (lab) => {
    const options = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    return { endpoints: [await lab.tlsServer({ options })], flags: [lab.caFlag] };
  }),
  row('no common cipher suite', 'refusedHandshake', async (lab) => {
    const options = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' } as const;
    return { endpoints: [await lab.tlsServer({ options })], flags: [lab.caFlag] };
  }),
  row('TLS without ALPN', 'noHttp2', async (lab) => ({
    endpoints: [await lab.tlsServer({ options: { ALPNProtocols: [] } })],
    flags: [lab.caFlag],
  })),
  row('HTTP/1.1 over TLS', 'webServer', async (lab) => ({
    endpoints: [await lab.httpsServer()],
    flags: [lab.caFlag],
  })),
  row('no client certificate where one is needed', 'needsClientCertificate', (lab) => ({
    endpoints: [lab.secureEndpoint],
    flags: [lab.caFlag],
  })),
  row('a client certificate of an unknown authority', 'clientUnknownCa', async (lab) => ({
    endpoints: [lab.secureEndpoint],
    flags: [lab.caFlag, ...lab.pairFlags(await lab.client({}, lab.stranger))],
    contains: ['its authority, CN=stranger-ca, is not'],
  })),
  row('an expired client certificate', 'clientExpired', async (lab) => ({
    endpoints: [lab.secureEndpoint],
    flags: [lab.caFlag, ...lab.pairFlags(await lab.client(PAST))],
    contains: [`expired on ${seconds(PAST.notAfter)} UTC`],
  })),
  row('a client certificate that is not valid yet', 'clientNotYetValid', async (lab) => ({
    endpoints: [lab.secureEndpoint],
    flags: [lab.caFlag, ...lab.pairFlags(await lab.client(FUTURE))],
  })),
  row('a client certificate without clientAuth', 'noClientAuth', async (lab) => ({
    endpoints: [lab.secureEndpoint],
    flags: [lab.caFlag, ...lab.pairFlags(await lab.client({ extendedUsages: ['server'] }))],
  })),
];

const FILES: readonly FailureRow[] = [
  files('no such --cacert', 'missingFile', () => ['--cacert=/nowhere/ca.crt']),
  files('no such --cert', 'missingFile', (lab) => [
    lab.caFlag,
    '--cert=/nowhere/c',
    `--key=${lab.pki.client.key}`,
  ]),
  files('a directory as --cacert', 'directory', (lab) => [`--cacert=${lab.folder()}`]),
  files(
    'an unreadable --key',
    'unreadableFile',
    async (lab) => {
      const pair = await lab.client();
      const { chmodSync } = await import('node:fs');
      chmodSync(pair.key, 0);
      return [lab.caFlag, ...lab.pairFlags(pair)];
    },
    NOT_AS_ROOT,
  ),
  files('no PEM in --cacert', 'noCertificate', (lab) => [`--cacert=${lab.file('garbage')}`], {
    deliberate: 'a CA file without a certificate fails at once',
  }),
  files('no PEM in --cert', 'noCertificate', (lab) => [
    lab.caFlag,
    `--cert=${lab.file('garbage')}`,
    `--key=${lab.pki.client.key}`,
  ]),
  files('no PEM in --key', 'noKey', (lab) => [
    lab.caFlag,
    `--cert=${lab.pki.client.cert}`,
    `--key=${lab.file('garbage')}`,
  ]),
  files('a damaged --cacert', 'damagedCertificate', (lab) => [
    `--cacert=${lab.file('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')}`,
  ]),
  files('--cert without --key', 'oneOfPair', (lab) => [lab.caFlag, `--cert=${lab.pki.client.cert}`]),
  files('--cert and --key swapped', 'swapped', (lab) => [
    lab.caFlag,
    `--cert=${lab.pki.client.key}`,
    `--key=${lab.pki.client.cert}`,
  ]),
  files("another certificate's key", 'mismatch', async (lab) => [
    lab.caFlag,
    `--cert=${lab.pki.client.cert}`,
    `--key=${(await lab.client()).key}`,
  ]),
];

/** What etcd answers to the path `/version`. */
const VERSION = '{"etcdserver":"3.7.1","etcdcluster":"3.7.0","storage":"3.7.0"}';

const OTHER_PORTS: readonly FailureRow[] = [
  row('the peer port', 'peerPort', (lab) => ({ endpoints: [lab.peerUrls.plain] })),
  row('the peer port with TLS', 'peerPort', (lab) => ({
    endpoints: [lab.peerUrls.secure],
    flags: lab.clientFlags,
  })),
  row('the peer port with TLS, without TLS', 'useHttps', (lab) => ({
    endpoints: [new URL(lab.peerUrls.secure).host],
  })),
  row('a peer port with TLS that wants no certificate, without TLS', 'peerPort', async (lab) => ({
    endpoints: [new URL(await lab.httpsServer({ '/version': VERSION })).host],
  })),
  row('the port for HTTP', 'httpPort', async ({ servers }) => ({
    endpoints: [local(await servers.http1({ '/version': VERSION, '/health': '{"health":"true"}' }))],
  })),
  row('the metrics port', 'metricsPort', (lab) => ({ endpoints: [lab.metricsAddress] })),
  row('the metrics port, with TLS', 'metricsPort', (lab) => ({
    endpoints: [`https://${lab.metricsAddress}`],
    flags: [lab.caFlag],
  })),
  row('a web server', 'webServer', async ({ servers }) => ({ endpoints: [local(await servers.http1())] })),
  row('a web server, with TLS', 'webServer', async ({ servers, caFlag }) => ({
    endpoints: [`https://${local(await servers.http1())}`],
    flags: [caFlag],
  })),
  row('an SSH server', 'ssh', async ({ servers }) => ({
    endpoints: [local(await servers.tcp((socket) => socket.write('SSH-2.0-OpenSSH_9.2p1\r\n')))],
  })),
  row('an SSH server, with TLS', 'ssh', async ({ servers, caFlag }) => ({
    endpoints: [`https://${local(await servers.tcp((socket) => socket.write('SSH-2.0-OpenSSH_9.2p1\r\n')))}`],
    flags: [caFlag],
  })),
];

const UNIX: readonly FailureRow[] = [
  row('no such socket', 'noSocket', (lab) => ({ endpoints: [`unix://${lab.socketPath}`] })),
  row('a file that is no socket', 'notSocket', (lab) => ({ endpoints: [`unix://${lab.file('')}`] })),
  row(
    'a socket without permission',
    'noPermission',
    async (lab) => {
      const path = lab.socketPath;
      await lab.servers.silent({ path });
      const { chmodSync } = await import('node:fs');
      chmodSync(path, 0);
      return { endpoints: [`unix://${path}`] };
    },
    NOT_AS_ROOT,
  ),
];

/** Beside an endpoint that refuses: alone, some are refused before anything is dialed. */
const malformed = (text: string, message: ConnectionMessage) =>
  row(`the endpoint ${JSON.stringify(text)}`, [message, 'refused'], async (lab) => ({
    endpoints: [text, await closed(lab)],
  }));

const MALFORMED: readonly FailureRow[] = [
  malformed('127.0.0.1', 'noPort'),
  malformed('https://127.0.0.1', 'noPort'),
  malformed('[::1]', 'noPort'),
  malformed('127.0.0.1:etcd', 'portNoNumber'),
  malformed('127.0.0.1:0', 'portRange'),
  malformed('127.0.0.1:65536', 'portRange'),
  malformed('::1:2379', 'bracketsNeeded'),
  malformed('[::1:2379', 'notHostPort'),
  malformed('a b:2379', 'notHostPort'),
  malformed('http:/127.0.0.1:2379', 'notHostPort'),
  malformed('https//127.0.0.1:2379', 'notHostPort'),
  malformed('http://', 'noHost'),
  malformed('127.0.0.1:2379/v3', 'pathGiven'),
  malformed('ftp://127.0.0.1:21', 'unknownScheme'),
  malformed('unix://', 'noSocketPath'),
];

const throughProxy =
  (proxy: (lab: FailureLab) => Promise<string>, scheme = 'http'): Make =>
  async (lab) => ({
    endpoints: [`${scheme}://etcd.example:2379`],
    flags: scheme === 'https' ? [lab.caFlag] : [],
    env: { HTTPS_PROXY: `http://${await proxy(lab)}` },
  });
const answering =
  (answer?: string, user = '') =>
  async ({ servers }: FailureLab) =>
    user + local(await servers.proxy(answer));

const PROXIES: readonly FailureRow[] = [
  row('a proxy that is not there', 'proxyUnreachable', throughProxy(closed)),
  row('a proxy that is not there, with TLS', 'proxyUnreachable', throughProxy(closed, 'https')),
  row(
    'a proxy whose name does not exist',
    'proxyUnreachable',
    throughProxy(async () => 'proxy.invalid:3128'),
  ),
  row('a proxy that wants a login', 'proxyLogin', throughProxy(answering('HTTP/1.1 407 Login\r\n\r\n'))),
  row(
    'a proxy that refuses the password',
    'proxyPassword',
    throughProxy(answering('HTTP/1.1 407 Login\r\n\r\n', 'u:p%40@')),
  ),
  row(
    'a proxy that forbids the port',
    'proxyForbids',
    throughProxy(answering('HTTP/1.1 403 Forbidden\r\n\r\n')),
  ),
  row(
    'a proxy that cannot reach the server',
    'proxyCannotReach',
    throughProxy(answering('HTTP/1.1 502 Bad\r\n\r\n')),
  ),
  row(
    'a proxy that cannot reach the server, with TLS',
    'proxyCannotReach',
    throughProxy(answering('HTTP/1.1 502 Bad\r\n\r\n'), 'https'),
  ),
  row('a silent proxy', 'proxySilent', throughProxy(answering()), LATE),
  row('a silent proxy, with TLS', 'proxySilent', throughProxy(answering(), 'https'), LATE),
  row('a proxy that is none', 'proxyGarbage', throughProxy(answering('what?\r\n\r\n'))),
];

export const CONNECTION_ROWS: readonly FailureRow[] = [
  ...NETWORK,
  ...TLS,
  ...FILES,
  ...OTHER_PORTS,
  ...UNIX,
  ...MALFORMED,
  ...PROXIES,
];
