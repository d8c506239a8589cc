import { getServers } from 'node:dns';
import { systemErrorText } from '../../go/system-error.js';
import { V2AttemptError } from '../../model/v2/errors.js';
import { nameServerText } from '../discovery.js';
import { DialTimeoutError } from '../http/tls-agent.js';
import {
  type CertificateFailure,
  explainClientCertificate,
  explainServerCertificate,
} from '../tls/certificate-failure.js';
import { alertIn, describeFailure, formatFailure } from '../tls/connection-failure.js';
import { tlsLibraryReason, toOpensslText } from '../tls/library-error.js';
import { PeerCertificateError } from '../tls/peer.js';

export interface AttemptedEndpoint extends CertificateFailure {
  /** The text used in messages. */
  readonly endpoint: string;
  readonly host: string;
  readonly isSecure: boolean;
}

/** Why an attempt failed: Go's message, and a reason of our own if that adds information. */
export function attemptError(error: unknown, attempted: AttemptedEndpoint): V2AttemptError {
  if (error instanceof V2AttemptError) return error;
  // When several addresses of a name were tried, the first error is reported, as in Go.
  const [first = error] = error instanceof AggregateError ? error.errors : [];
  const { code = '', message } = first as NodeJS.ErrnoException;
  const { text, isConnectionFailure } = goErrorText(first, attempted);
  const details = `${code} ${message}`;
  const why = explain(first as Error, attempted);
  const addsInformation = !details.includes(why) && !text.endsWith(why);
  const reasons = addsInformation ? [`${attempted.endpoint}: ${why}`] : [];
  return new V2AttemptError(text, isConnectionFailure, { cause: error, reasons, isUnsent: isUnsent(first) });
}

function isUnsent(error: unknown): boolean {
  if (error instanceof DialTimeoutError || error instanceof PeerCertificateError) return true;
  const { syscall } = error as NodeJS.ErrnoException;
  return syscall === 'connect' || syscall === 'getaddrinfo';
}

function explain(failure: Error, attempted: AttemptedEndpoint): string {
  const { words, goText, subject } = describeFailure(failure, attempted);
  switch (subject.kind) {
    case 'server certificate':
      return explainServerCertificate(subject.error, attempted);
    case 'client certificate':
      return formatFailure(explainClientCertificate(subject.alert, attempted), goText);
    default:
      return formatFailure(words, goText);
  }
}

interface ErrorText {
  readonly text: string;
  readonly isConnectionFailure: boolean;
}

function goErrorText(error: unknown, { host }: AttemptedEndpoint): ErrorText {
  const failure = error as NodeJS.ErrnoException & { address?: string; port?: number; hostname?: string };
  const { code = '', syscall, message } = failure;
  if (error instanceof DialTimeoutError) {
    return { text: `dial tcp ${host}: i/o timeout`, isConnectionFailure: true };
  }
  if (syscall === 'getaddrinfo') {
    const where = nameServerText(getServers()[0]);
    const what = code === 'ENOTFOUND' ? 'no such host' : systemErrorText(failure);
    return { text: `dial tcp: lookup ${failure.hostname}${where}: ${what}`, isConnectionFailure: true };
  }
  if (syscall === 'connect') {
    const text = `dial ${addressText(failure)}: connect: ${systemErrorText(failure)}`;
    return { text, isConnectionFailure: true };
  }
  if (code === 'ECONNRESET' && syscall === 'read') {
    return { text: `read tcp ${host}: read: connection reset by peer`, isConnectionFailure: true };
  }
  if (error instanceof PeerCertificateError) return { text: message, isConnectionFailure: false };
  return { text: protocolText(code, message), isConnectionFailure: false };
}

function addressText({ address = '', port }: { address?: string; port?: number }): string {
  if (port === undefined) return `unix ${address}`;
  return address.includes(':') ? `tcp [${address}]:${port}` : `tcp ${address}:${port}`;
}

/** Go's message for TLS and HTTP errors on an established connection. */
function protocolText(code: string, message: string): string {
  const opensslText = toOpensslText(message);
  if (/wrong version number|packet length too long/i.test(opensslText)) {
    return 'http: server gave HTTP response to HTTPS client';
  }
  const alert = alertIn(opensslText);
  if (alert !== undefined) return `remote error: tls: ${alert.goName}`;
  if (code === 'ECONNRESET' || message === 'Socket is closed') return 'EOF';
  const reason = tlsLibraryReason(message);
  return reason === undefined ? message : `tls: ${reason}`;
}
