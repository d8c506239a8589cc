/**
 * Explains failed connections for error messages. The input is an error text of Node.js, Bun or their TLS libraries, to which grpc-js
 * adds a prefix and a suffix. The output ends with Go's text for the same error in parentheses, for scripts that match it.
 */

import { TLS_FLAG_NAMES, type TlsFlagNames } from '../connection.js';
import { MISSING_DIGITAL_SIGNATURE, tlsLibraryReason, toOpensslText } from './library-error.js';
import { PeerCertificateError } from './peer.js';

type ExplanationText = string | ((flagNames: TlsFlagNames) => string);

interface Explanation {
  /** Matched against `toOpensslText` of the error. */
  readonly pattern: RegExp;
  readonly text: ExplanationText;
  /** Go's text, if `text` does not contain it. Alerts have theirs in `ALERT_NAMES`. */
  readonly goText?: string;
  /** See `FailureSubject`. */
  readonly isAboutPort?: boolean;
}

const NOT_TLS =
  'the server does not speak TLS: use http:// and no TLS flags, or the port of its TLS listener';

const NO_HTTP2 =
  'the server does not offer HTTP/2 (ALPN h2): check that this is the client port of etcd, not a proxy';

export const CONNECTION_REFUSED = 'connection refused';

export const ENDS_CONNECTIONS =
  'the server ends each connection before it answers: it may be shutting down, or be a proxy without a server behind it';

const EXPLANATIONS: readonly Explanation[] = [
  { pattern: /ECONNREFUSED/, text: CONNECTION_REFUSED },
  { pattern: /^the server sent GOAWAY/, text: ENDS_CONNECTIONS },
  {
    pattern: /Name resolution failed|ENOTFOUND|EAI AGAIN/,
    text: 'the host name cannot be resolved',
    goText: 'no such host',
  },
  { pattern: /EINVAL/, text: 'the address is not valid on this machine', goText: 'invalid argument' },
  { pattern: /EHOSTUNREACH/, text: 'no route to host' },
  { pattern: /ENETUNREACH/, text: 'network is unreachable' },
  { pattern: /ETIMEDOUT/, text: 'connection timed out', goText: 'i/o timeout' },
  { pattern: /ENOENT/, text: 'no such socket', goText: 'no such file or directory' },
  { pattern: /EACCES|EPERM/, text: 'permission denied' },
  {
    pattern:
      /wrong version number|packet length too long|unexpected message|http request|record layer failure/i,
    text: NOT_TLS,
    goText: 'tls: first record does not look like a TLS handshake',
    isAboutPort: true,
  },
  {
    pattern: /bad signature/i,
    text: 'the server does not hold the key of the certificate that it shows',
    goText: 'tls: invalid signature by the server certificate',
  },
  {
    pattern: /KEY USAGE BIT INCORRECT/,
    text: `the server's certificate ${MISSING_DIGITAL_SIGNATURE}`,
  },
  {
    pattern: /protocol version/i,
    text: 'the server offers no TLS version from 1.2 on',
    goText: 'remote error: tls: protocol version not supported',
  },
  {
    pattern: /missing selected ALPN property/,
    text: NO_HTTP2,
    goText: 'credentials: cannot check peer: missing selected ALPN property',
    isAboutPort: true,
  },
];

const HANDSHAKE_REFUSED = ({ cert, key }: TlsFlagNames) =>
  `the server refuses the TLS handshake: it may require a client certificate (${cert} and ${key}), or have no cipher suite or kind of key in common with this program`;

/** Explanations of the server's TLS alerts, by number (RFC 8446 §6). */
const CLIENT_CERTIFICATE_ALERTS: readonly number[] = [42, 43, 44, 45, 46, 48, 49, 116];

const ALERT_EXPLANATIONS: Readonly<Record<number, ExplanationText>> = {
  40: HANDSHAKE_REFUSED,
  116: ({ cert, key }) => `the server requires a client certificate: give ${cert} and ${key}`,
  112: 'the server has no certificate for the name that it is asked for',
  120: NO_HTTP2,
  ...Object.fromEntries(
    [42, 43, 44, 45, 46, 48, 49].map((number) => [
      number,
      ({ cert, key }: TlsFlagNames) =>
        `the server does not accept the client certificate: check ${cert} and ${key}`,
    ]),
  ),
};

interface FailedAttempt {
  readonly isSecure: boolean;
  /** Default: those of the version 3 commands. */
  readonly flagNames?: TlsFlagNames;
}

/** What failed: it says where more can be found out. */
export type FailureSubject =
  | { readonly kind: 'server certificate'; readonly error: PeerCertificateError }
  | { readonly kind: 'client certificate'; readonly alert: number }
  /** What listens there is not what the client expects. `wasClosed`: it closed the connection. */
  | { readonly kind: 'port'; readonly wasClosed: boolean }
  | { readonly kind: 'other' };

export interface FailureText {
  readonly words: string;
  /** Go's text, if `words` does not contain it. */
  readonly goText?: string | undefined;
  readonly subject: FailureSubject;
}

/** `words (Go's text)` */
export function formatFailure(words: string, goText: string | undefined): string {
  return goText === undefined ? words : `${words} (${goText})`;
}

export function explainConnectionFailure(failure: Error, attempt: FailedAttempt): string {
  const { words, goText } = describeFailure(failure, attempt);
  return formatFailure(words, goText);
}

/** Whether the server's certificate is not trusted, or the server does not accept the client's. */
export function isAboutCertificates(failure: Error): boolean {
  return / certificate$/.test(describeFailure(failure, { isSecure: true }).subject.kind);
}

/** What the error alone tells, without a look at files or at the server. */
export function describeFailure(
  failure: Error,
  { isSecure, flagNames = TLS_FLAG_NAMES }: FailedAttempt,
): FailureText {
  if (failure instanceof PeerCertificateError) {
    const subject = { kind: 'server certificate', error: failure } as const;
    return { words: "the server's certificate is not trusted", goText: failure.message, subject };
  }
  const details = textOf(failure);
  const known = knownFailure(details, flagNames);
  if (known !== undefined) return known;
  if (!WAS_CLOSED.test(details)) return { words: withoutGrpcJsPrefix(details), subject: OTHER };
  // Node.js also uses the code ECONNRESET when the peer closes the connection normally.
  const isReset = /ECONNRESET/.test(details) && !/hang up|disconnected/.test(details);
  return {
    words: isSecure
      ? 'the server ended the TLS handshake: it may expect plaintext (http://) or another client certificate'
      : 'the server ended the connection at once: if it expects TLS, use https://',
    goText: isReset ? 'connection reset by peer' : 'EOF',
    subject: { kind: 'port', wasClosed: true },
  };
}

const WAS_CLOSED =
  /Failed to connect|ECONNRESET|EPIPE|socket hang up|Protocol error|closed|disconnected|ALERT_CLOSE_NOTIFY|NGHTTP2/i;

function knownFailure(details: string, flagNames: TlsFlagNames): FailureText | undefined {
  const opensslText = toOpensslText(details);
  const alert = alertIn(opensslText);
  const alertText = alert && ALERT_EXPLANATIONS[alert.number];
  if (alert && alertText) {
    const goText = `remote error: tls: ${alert.goName}`;
    return { words: wordsOf(alertText, flagNames), goText, subject: subjectOfAlert(alert.number) };
  }
  const known = EXPLANATIONS.find(({ pattern }) => pattern.test(opensslText));
  if (known) {
    const subject = known.isAboutPort ? ANOTHER_PORT : OTHER;
    return { words: wordsOf(known.text, flagNames), goText: known.goText, subject };
  }
  if (alert) {
    return {
      words: 'the server aborted the TLS handshake',
      goText: `remote error: tls: ${alert.goName}`,
      subject: OTHER,
    };
  }
  const reason = tlsLibraryReason(opensslText);
  return reason === undefined ? undefined : { words: `the TLS handshake failed: ${reason}`, subject: OTHER };
}

const ANOTHER_PORT: FailureSubject = { kind: 'port', wasClosed: false };
const OTHER: FailureSubject = { kind: 'other' };

const NO_APPLICATION_PROTOCOL = 120;

function subjectOfAlert(alert: number): FailureSubject {
  if (CLIENT_CERTIFICATE_ALERTS.includes(alert)) return { kind: 'client certificate', alert };
  return alert === NO_APPLICATION_PROTOCOL ? ANOTHER_PORT : OTHER;
}

function wordsOf(explanation: ExplanationText, flagNames: TlsFlagNames): string {
  return typeof explanation === 'string' ? explanation : explanation(flagNames);
}

/** The error's code and message; those of an AggregateError, for a host with several addresses, are joined. */
function textOf(error: Error & { readonly code?: string }): string {
  if (error instanceof AggregateError) return error.errors.map(textOf).join('; ');
  const { code = '', message } = error;
  return message === '' || message.includes(code) ? message || code : `${code}: ${message}`;
}

/** Removes the prefix and the suffix that grpc-js adds. */
function withoutGrpcJsPrefix(details: string): string {
  return details
    .replace(/^No connection established\. Last error: /, '')
    .replace(/\. Resolution note: .*$/s, '')
    .replace(/ \(\d{4}-\d\d-\d\dT[\d:.]+Z\)$/, '')
    .replace(/^Error: /, '')
    .trim();
}

/** A TLS alert (RFC 8446 §6). */
interface Alert {
  readonly number: number;
  /** As Go's crypto/tls prints it. */
  readonly goName: string;
}

/** `opensslName`: the name that OpenSSL and BoringSSL use, in lower case, if it differs from Go's. */
const ALERT_NAMES: readonly (readonly [number: number, goName: string, opensslName?: string])[] = [
  [10, 'unexpected message'],
  [20, 'bad record MAC', 'bad record mac'],
  [22, 'record overflow'],
  [40, 'handshake failure'],
  [42, 'bad certificate'],
  [43, 'unsupported certificate'],
  [44, 'revoked certificate', 'certificate revoked'],
  [45, 'expired certificate', 'certificate expired'],
  [46, 'unknown certificate', 'certificate unknown'],
  [47, 'illegal parameter'],
  [48, 'unknown certificate authority', 'unknown ca'],
  [49, 'access denied'],
  [50, 'error decoding message', 'decode error'],
  [51, 'error decrypting message', 'decrypt error'],
  [70, 'protocol version not supported', 'protocol version'],
  [71, 'insufficient security level', 'insufficient security'],
  [80, 'internal error'],
  [86, 'inappropriate fallback'],
  [90, 'user canceled', 'user cancelled'],
  [109, 'missing extension'],
  [110, 'unsupported extension'],
  [112, 'unrecognized name'],
  [116, 'certificate required'],
  [120, 'no application protocol'],
];

/** The alert that an error text names. @param text result of `toOpensslText` */
export function alertIn(text: string): Alert | undefined {
  const number = Number(/alert number (\d+)/i.exec(text)?.[1]);
  const lower = text.toLowerCase();
  const found = ALERT_NAMES.find(([code, goName, name = goName]) =>
    Number.isNaN(number) ? lower.includes(`alert ${name}`) : code === number,
  );
  return found && { number: found[0], goName: found[1] };
}
