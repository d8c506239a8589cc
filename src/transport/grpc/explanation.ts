import { type ForwardProxy, ProxyError, type ProxySettings } from '../proxy.js';
import { type ConnectStage, ConnectTimeoutError } from '../socket/connect-stage.js';
import {
  CONNECTION_REFUSED,
  describeFailure,
  type FailureText,
  formatFailure,
} from '../tls/connection-failure.js';
import type { Security, TlsSecurity } from '../tls/security.js';
import { parseIpAddress } from '../x509/ip-address.js';
import { proxyOf, type ReachableAddress } from './settings.js';

/** What an attempt to connect waits for, as text for an error message. */
const PENDING: Readonly<Record<ConnectStage, string>> = {
  address: 'no answer: a firewall may drop the packets, or the host is down (i/o timeout)',
  proxy: 'connected to the proxy, which does not answer',
  tls: 'connected, but the server does not answer the TLS handshake: it may be stopped, overloaded, or no TLS server',
  http2:
    'connected, but the server does not start HTTP/2: it may be stopped, overloaded, or expect TLS (https://)',
};

const PENDING_NAME = 'the host name has not been resolved: the name server may not answer (i/o timeout)';

/** A name that has been looked up before is found in this time. */
const LOOK_UP_TIMEOUT_MS = 100;

const PENDING_HTTP2_OVER_TLS =
  'connected with TLS, but the server does not start HTTP/2: it may be stopped or overloaded';

interface ExplainedConnection {
  readonly address: ReachableAddress;
  readonly proxy: ProxySettings;
  readonly security: Security;
}

/** Explains why there is no connection to one address, as text for an error message. */
export class ConnectionExplainer {
  readonly #connection: ExplainedConnection;
  readonly #proxy: ForwardProxy | undefined;
  /** The latest failure; the same one again has the same explanation, although it names the present time. */
  #latest: { readonly key: string; readonly explanation: Promise<string> } | undefined;

  constructor(connection: ExplainedConnection) {
    this.#connection = connection;
    this.#proxy = proxyOf(connection.address, connection.proxy);
  }

  /** The attempt has not failed yet. */
  async pending(stage: ConnectStage): Promise<string> {
    if (stage === 'address' && !(await this.#isResolved())) return this.#withProxy(PENDING_NAME);
    const isSecured = stage === 'http2' && this.#connection.security.kind === 'tls';
    return this.#withProxy(isSecured ? PENDING_HTTP2_OVER_TLS : PENDING[stage]);
  }

  failed(failure: Error): Promise<string> {
    if (failure instanceof ConnectTimeoutError) return this.pending(failure.stage);
    if (failure instanceof ProxyError) return Promise.resolve(this.#withProxy(failure.message));
    const text = describeFailure(failure, { isSecure: this.#connection.security.kind === 'tls' });
    const key = keyOf(text);
    if (this.#latest?.key !== key) this.#latest = { key, explanation: this.#explain(text) };
    return this.#latest.explanation;
  }

  /** Whether the name of the host, or of the proxy, has been resolved; true also for addresses. */
  async #isResolved(): Promise<boolean> {
    const { socketAddress } = this.#connection.address;
    const host = this.#proxy?.host ?? ('host' in socketAddress ? socketAddress.host : undefined);
    if (host === undefined || parseIpAddress(host) !== undefined) return true;
    const { lookup } = await import('node:dns');
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), LOOK_UP_TIMEOUT_MS);
      lookup(host, () => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  async #explain(text: FailureText): Promise<string> {
    const isSocketFile = 'path' in this.#connection.address.socketAddress;
    if (isSocketFile && text.words === CONNECTION_REFUSED) {
      return `${CONNECTION_REFUSED}: no server listens on this socket, or the file is no socket`;
    }
    return this.#withProxy((await this.#detailed(text)) ?? formatFailure(text.words, text.goText));
  }

  /** What a look at the files or at the server tells; `undefined`: no more than the error. */
  async #detailed({ subject, goText }: FailureText): Promise<string | undefined> {
    const { security } = this.#connection;
    switch (subject.kind) {
      case 'server certificate': {
        const { explainServerCertificate } = await import('../tls/certificate-failure.js');
        return explainServerCertificate(subject.error, evidence(security as TlsSecurity));
      }
      case 'client certificate': {
        const { explainClientCertificate } = await import('../tls/certificate-failure.js');
        const words = explainClientCertificate(subject.alert, evidence(security as TlsSecurity));
        return formatFailure(words, goText);
      }
      case 'port':
        return this.#probe(subject.wasClosed, goText);
      default:
        return undefined;
    }
  }

  async #probe(wasClosed: boolean, goText: string | undefined): Promise<string | undefined> {
    const { address, security } = this.#connection;
    if (this.#proxy !== undefined) return undefined;
    const { explainPort, probePort } = await import('../tls/port-probe.js');
    const { socketAddress, host } = address;
    const kind = await probePort({ address: socketAddress, security, host }, wasClosed);
    return kind && formatFailure(explainPort(kind, socketAddress), goText);
  }

  #withProxy(words: string): string {
    if (this.#proxy === undefined) return words;
    const { host, port } = this.#proxy;
    return `${words}; the connection goes through the proxy ${host}:${port} of HTTPS_PROXY: set NO_PROXY to bypass it`;
  }
}

/** Kinds of failures, without times and without the several ways in which a connection is closed. */
function keyOf({ words, goText = '', subject }: FailureText): string {
  if (subject.kind === 'port') return subject.kind;
  return `${words} ${goText.replace(/\d{4}-\d\d-\d\dT\S+/g, '')}`;
}

function evidence({ flagNames, files }: TlsSecurity) {
  return { flagNames, files };
}
