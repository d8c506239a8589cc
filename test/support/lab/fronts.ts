/** Ways to put a reverse proxy before etcd. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { NetworkProgramName } from '../../../scripts/lib/network-programs.mjs';
import type { Pki } from '../../../scripts/lib/pki.mjs';
import { references } from './lab.js';
import { type Command, haproxy, nghttpx, nginx, type ProxySettings } from './reverse-proxy.js';

export interface Front {
  readonly name: string;
  /** `undefined`: etcd's own. */
  readonly program: NetworkProgramName | undefined;
  /** Of the server behind it. */
  readonly backend: 'plain' | 'tls';
  /** What clients speak to it. */
  readonly client: 'plain' | 'tls';
  /** Whether it ends idle streams. */
  readonly endsIdle: boolean;
  /** What our etcdctl says when no server is behind it. */
  readonly whenDown: RegExp;
  command(settings: ProxySettings): Command;
}

const CLOSES =
  /: the server closes each connection at once, with TLS and without: it may be a proxy without a server/;
const CLOSES_TLS =
  /: the server closes each connection after the TLS handshake: it may be a proxy without a server/;
const SILENT = /: connected, but the server did not answer in time$/m;
const answers = (status: number) =>
  new RegExp(
    `^a proxy answered, not etcd \\(HTTP ${status}\\): it has no connection to a server behind it$`,
    'm',
  );

const local = (port: number) => `127.0.0.1:${port}`;

/** Certificate and key in one file, as haproxy reads them. */
function pairFile({ folder, pki }: ProxySettings): string {
  const file = path.join(folder, 'server.pem');
  writeFileSync(file, readFileSync(pki.server.cert, 'utf8') + readFileSync(pki.server.key, 'utf8'), {
    mode: 0o600,
  });
  return file;
}

const nginxServer = (listen: string, pass: string, { idleSeconds }: ProxySettings) => `
  client_max_body_size 0;
  keepalive_timeout ${idleSeconds}s;
  client_body_timeout ${idleSeconds}s;
  server {
    listen ${listen};
    location / {
      grpc_read_timeout ${idleSeconds}s;
      grpc_send_timeout ${idleSeconds}s;
      ${pass}
    }
  }`;

const nginxTls = ({ server, caCert }: Pki) => `
  ssl_certificate ${server.cert};
  ssl_certificate_key ${server.key};
  ssl_client_certificate ${caCert};
  ssl_verify_client on;`;

const nginxPassTls = ({ client, caCert }: Pki, port: number) => `
      grpc_pass grpcs://${local(port)};
      grpc_ssl_certificate ${client.cert};
      grpc_ssl_certificate_key ${client.key};
      grpc_ssl_trusted_certificate ${caCert};
      grpc_ssl_verify on;
      grpc_ssl_name localhost;`;

export const fronts: readonly Front[] = [
  {
    name: 'nginx, stream',
    program: 'nginx',
    backend: 'tls',
    client: 'tls',
    endsIdle: true,
    whenDown: CLOSES,
    command: (settings) => {
      const { port, backendPort, idleSeconds } = settings;
      const server = `server { listen ${local(port)}; proxy_pass ${local(backendPort)}; proxy_timeout ${idleSeconds}s; }`;
      return nginx('stream', server, settings);
    },
  },
  {
    name: 'nginx, grpc_pass',
    program: 'nginx',
    backend: 'plain',
    client: 'plain',
    endsIdle: true,
    whenDown: answers(502),
    command: (settings) => {
      const { port, backendPort } = settings;
      const pass = `grpc_pass grpc://${local(backendPort)};`;
      return nginx('http', nginxServer(`${local(port)} http2`, pass, settings), settings);
    },
  },
  {
    name: 'nginx, grpc_pass, TLS on both sides',
    program: 'nginx',
    backend: 'tls',
    client: 'tls',
    endsIdle: true,
    whenDown: answers(502),
    command: (settings) => {
      const { port, backendPort, pki } = settings;
      const server = nginxServer(`${local(port)} ssl http2`, nginxPassTls(pki, backendPort), settings);
      return nginx('http', nginxTls(pki) + server, settings);
    },
  },
  {
    name: 'haproxy, mode tcp',
    program: 'haproxy',
    backend: 'tls',
    client: 'tls',
    endsIdle: true,
    whenDown: CLOSES,
    command: (settings) =>
      haproxy(
        ['mode tcp'],
        [`bind ${local(settings.port)}`, `server s ${local(settings.backendPort)}`],
        settings,
      ),
  },
  {
    name: 'haproxy, mode tcp, TLS ends there',
    program: 'haproxy',
    backend: 'plain',
    client: 'tls',
    endsIdle: true,
    whenDown: CLOSES_TLS,
    command: (settings) => {
      const { port, backendPort, pki } = settings;
      const tls = `ssl crt ${pairFile(settings)} ca-file ${pki.caCert} verify required alpn h2`;
      return haproxy(
        ['mode tcp'],
        [`bind ${local(port)} ${tls}`, `server s ${local(backendPort)}`],
        settings,
      );
    },
  },
  {
    name: 'haproxy, mode http with h2',
    program: 'haproxy',
    backend: 'plain',
    client: 'plain',
    endsIdle: true,
    whenDown: answers(503),
    command: (settings) => {
      const { port, backendPort } = settings;
      return haproxy(
        ['mode http'],
        [`bind ${local(port)} proto h2`, `server s ${local(backendPort)} proto h2`],
        settings,
      );
    },
  },
  {
    name: 'nghttpx, TLS ends there',
    program: 'nghttpx',
    backend: 'plain',
    client: 'tls',
    endsIdle: true,
    whenDown: answers(502),
    command: (settings) => {
      const { port, backendPort, pki, idleSeconds } = settings;
      return nghttpx(
        [
          `--frontend=127.0.0.1,${port}`,
          `--backend=127.0.0.1,${backendPort};;proto=h2`,
          `--frontend-http2-read-timeout=${idleSeconds}s`,
          `--backend-read-timeout=${idleSeconds}s`,
          `--stream-read-timeout=${idleSeconds}s`,
          '--verify-client',
          `--verify-client-cacert=${pki.caCert}`,
          pki.server.key,
          pki.server.cert,
        ],
        settings,
      );
    },
  },
  {
    name: 'etcd grpc-proxy',
    program: undefined,
    backend: 'plain',
    client: 'plain',
    endsIdle: false,
    whenDown: SILENT,
    command: ({ port, backendPort }) => ({
      program: references.at(-1)?.etcd ?? '',
      args: ['grpc-proxy', 'start', `--endpoints=${local(backendPort)}`, `--listen-addr=${local(port)}`],
    }),
  },
];

/** A proxy that is set up wrongly for etcd. */
export interface WrongFront extends Pick<Front, 'name' | 'command'> {
  readonly program: NetworkProgramName;
  /** `anonymous`: TLS without a client certificate. */
  readonly client: Front['client'] | 'anonymous';
  /** What our etcdctl says. */
  readonly says: RegExp;
}

const HTTP1 = /: another web server \(HTTP\/1\.1\) listens on this port: check host and port/;
const HTTP1_ONLY = /: etcd answers here with HTTP\/1\.1 only: let a proxy in between pass HTTP\/2 \(gRPC\)/;
const NOT_ETCD = /^the answer is not that of etcd's client port: /m;

const nginxHttp =
  (listen: string, more: (settings: ProxySettings) => string) => (settings: ProxySettings) => {
    const pass = `grpc_pass grpc://${local(settings.backendPort)};`;
    const server = nginxServer(`${local(settings.port)} ${listen}`, pass, settings);
    return nginx('http', more(settings) + server, settings);
  };

const haproxyTls =
  (mode: 'tcp' | 'http', more: (settings: ProxySettings) => string) => (settings: ProxySettings) => {
    const bind = `bind ${local(settings.port)} ssl crt ${pairFile(settings)} ${more(settings)}`;
    return haproxy([`mode ${mode}`], [bind, `server s ${local(settings.backendPort)}`], settings);
  };

export const wrongFronts: readonly WrongFront[] = [
  {
    name: 'nginx with HTTP/1.1 only',
    program: 'nginx',
    client: 'plain',
    says: HTTP1,
    command: nginxHttp('', () => ''),
  },
  {
    name: 'nginx with TLS and HTTP/1.1 only',
    program: 'nginx',
    client: 'tls',
    says: HTTP1,
    command: nginxHttp('ssl', ({ pki }) => nginxTls(pki)),
  },
  {
    name: 'nginx that wants a client certificate',
    program: 'nginx',
    client: 'anonymous',
    says: NOT_ETCD,
    command: nginxHttp('ssl http2', ({ pki }) => nginxTls(pki)),
  },
  {
    name: 'nginx that serves files',
    program: 'nginx',
    client: 'plain',
    says: NOT_ETCD,
    command: (settings) =>
      nginx(
        'http',
        nginxServer(`${local(settings.port)} http2`, `root ${settings.folder};`, settings),
        settings,
      ),
  },
  {
    name: 'haproxy that offers HTTP/1.1',
    program: 'haproxy',
    client: 'tls',
    says: HTTP1_ONLY,
    command: haproxyTls('http', () => 'alpn http/1.1'),
  },
  {
    name: 'haproxy that ends TLS and offers nothing by ALPN',
    program: 'haproxy',
    client: 'tls',
    says: HTTP1_ONLY,
    command: haproxyTls('tcp', () => ''),
  },
  {
    name: 'haproxy that ends TLS, without https://',
    program: 'haproxy',
    client: 'plain',
    says: /: the server speaks TLS: use https:\/\//,
    command: haproxyTls('tcp', () => ''),
  },
  {
    name: 'haproxy that wants a client certificate',
    program: 'haproxy',
    client: 'anonymous',
    says: /: the server requires a client certificate: give --cert and --key/,
    command: haproxyTls('tcp', ({ pki }) => `ca-file ${pki.caCert} verify required alpn h2`),
  },
];
