import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { connect } from 'node:net';
import path from 'node:path';
import type { TLSSocket, TlsOptions } from 'node:tls';
import {
  type Authority,
  createAuthority,
  issue,
  type PairFiles,
  writePair,
} from '../../../../scripts/lib/pki.mjs';
import { type Lab, startLab } from '../lab.js';
import { answering, FailingServers, type HttpAnswers } from './servers.js';

type IssueRequest = Parameters<typeof issue>[1];

const DAY_MS = 86_400_000;
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);
export const PAST = { notBefore: inDays(-20), notAfter: inDays(-10) };
export const FUTURE = { notBefore: inDays(10), notAfter: inDays(20) };

/** Two etcds, one of which requires client certificates, and servers that are not etcd. */
export class FailureLab {
  readonly servers = new FailingServers();
  readonly #secure: Lab;
  #count = 0;

  private constructor(
    secure: Lab,
    readonly plain: Lab,
    /** An authority that nothing trusts. */
    readonly stranger: Authority,
  ) {
    this.#secure = secure;
  }

  static async start(): Promise<FailureLab> {
    const [secure, plain] = await Promise.all([startLab({ profile: 'tls' }), startLab()]);
    const stranger = await createAuthority({ commonName: 'stranger-ca', algorithm: 'ecdsa' });
    return new FailureLab(secure, plain, stranger);
  }

  /** `https://127.0.0.1:PORT` of the etcd that requires client certificates. */
  get secureEndpoint(): string {
    return this.#secure.cluster.endpoints[0] ?? '';
  }

  get pki() {
    if (this.#secure.pki === undefined) throw new Error('the lab has no PKI');
    return this.#secure.pki;
  }

  get caFlag(): string {
    return `--cacert=${this.pki.caCert}`;
  }

  pairFlags({ cert, key }: PairFiles): string[] {
    return [`--cert=${cert}`, `--key=${key}`];
  }

  get clientFlags(): string[] {
    return [this.caFlag, ...this.pairFlags(this.pki.client)];
  }

  get peerUrls(): { secure: string; plain: string } {
    const urlOf = (lab: Lab) => lab.cluster.members[0]?.peerUrl ?? '';
    return { secure: urlOf(this.#secure), plain: urlOf(this.plain) };
  }

  /** `host:port` of the secure member's metrics. */
  get metricsAddress(): string {
    return new URL(this.#secure.cluster.members[0]?.metricsUrl ?? '').host;
  }

  /** A port at this address that leads to the plain etcd. */
  forwarder(host: string): Promise<number> {
    const { port } = new URL(this.plain.cluster.endpoints[0] ?? '');
    return this.servers.tcp(
      (socket) => {
        const upstream = connect(Number(port), '127.0.0.1');
        upstream.on('error', () => socket.destroy());
        socket.on('close', () => upstream.destroy());
        socket.pipe(upstream).pipe(socket);
      },
      { host, port: 0 },
    );
  }

  file(content: string): string {
    const file = path.join(this.#secure.folder, `failure${this.#count++}`);
    writeFileSync(file, content);
    return file;
  }

  folder(): string {
    const folder = path.join(this.#secure.folder, `folder${this.#count++}`);
    mkdirSync(folder);
    return folder;
  }

  /** The path of a socket that is not there yet. */
  get socketPath(): string {
    return path.join(this.#secure.folder, `s${this.#count++}`);
  }

  /** Files of a client certificate, of the authority that the server trusts when none is given. */
  async client(
    request: Partial<IssueRequest> = {},
    authority: Authority = this.pki.authority,
  ): Promise<PairFiles> {
    const pair = await issue(authority, {
      usage: 'client',
      commonName: 'client',
      algorithm: 'ecdsa',
      ...request,
    });
    return writePair(this.#secure.folder, `client${this.#count++}`, pair);
  }

  /** A TLS server with a certificate of this authority; without `onConnection` it says nothing after the handshake. */
  async tlsServer({
    request = {},
    authority = this.pki.authority,
    options = {},
    onConnection,
  }: TlsServer = {}): Promise<string> {
    const pair = await this.#serverPair(request, authority);
    const port = await this.servers.tls({ ...pair, ALPNProtocols: ['h2'], ...options }, (socket) => {
      socket.on('error', () => {});
      if (onConnection) onConnection(socket);
      else socket.resume();
    });
    return `https://127.0.0.1:${port}`;
  }

  /** A web server with TLS that offers HTTP/1.1. @param answers by path; of other paths, the status is 404 */
  async httpsServer(answers: HttpAnswers = { '/version': 'hello' }): Promise<string> {
    const pair = await this.#serverPair({}, this.pki.authority);
    const server = createHttpsServer({ ...pair, ALPNProtocols: ['http/1.1'] }, answering(answers));
    return `https://127.0.0.1:${await this.servers.listen(server)}`;
  }

  async #serverPair(request: Partial<IssueRequest>, authority: Authority) {
    const local = {
      commonName: 'server',
      dnsNames: ['localhost'],
      ips: ['127.0.0.1', '::1'],
      algorithm: 'ecdsa' as const,
    };
    const { cert, key } = await issue(authority, { usage: 'server', ...local, ...request });
    return { cert, key };
  }

  async stop(): Promise<void> {
    await Promise.all([this.#secure.stop(), this.plain.stop(), this.servers.close()]);
  }
}

interface TlsServer {
  readonly request?: Partial<IssueRequest>;
  readonly authority?: Authority;
  readonly options?: TlsOptions;
  readonly onConnection?: (socket: TLSSocket) => void;
}

/** Runs a command where packets to 192.0.2.0/24 are dropped: a network namespace with an interface whose other end has no address. */
const DROPPING = [
  '-n',
  'sh',
  '-c',
  [
    'ip link set lo up',
    'ip link add d0 type veth peer name d1',
    'ip addr add 192.0.2.1/24 dev d0',
    'ip link set d0 arp off up',
    'ip link set d1 up',
    'exec "$0" "$@"',
  ].join(' && '),
];

export const droppingCommand = ['unshare', ...DROPPING] as const;

/** Also with name servers that cannot be reached. @param resolvConf path of a file for /etc/resolv.conf */
export const droppingWithNames = (resolvConf: string) => [
  ...['unshare', '-m', 'sh', '-c', `mount --bind ${resolvConf} /etc/resolv.conf && exec "$0" "$@"`],
  ...droppingCommand,
];

export const canDropPackets = spawnSync('unshare', [...DROPPING, 'true']).status === 0;
