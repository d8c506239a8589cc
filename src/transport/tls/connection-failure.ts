/**
 * Explains failed connections for error messages. The input is an error text of Node.js, Bun or their TLS libraries, to which grpc-js
 * adds a prefix and a suffix. The output ends with Go's text for the same error in parentheses, for scripts that match it.
 */

import { TLS_FLAG_NAMES, type TlsFlagNames } from '../connection.js';
import { type HostPort, ProxyError } from '../proxy.js';
import { PeerCertificateError } from './peer.js';

type ExplanationText = string | ((flagNames: TlsFlagNames) => string);

interface Explanation {
  /** Matched against `toOpensslText` of the error. */
  readonly pattern: RegExp;
  readonly text: ExplanationText;
  /** Go's text, if `text` does not contain it. Alerts have theirs in `ALERT_NAMES`. */
  readonly goText?: string;
}

const NOT_TLS =
  'the server does not speak TLS: use http:// and no TLS flags, or the port of its TLS listener';

const NO_HTTP2 =
  'the server does not offer HTTP/2 (ALPN h2): check that this is the client port of etcd, not a proxy';

const EXPLANATIONS: readonly Explanation[] = [
  { pattern: /ECONNREFUSED/, text: 'connection refused' },
  {
    pattern: /Name resolution failed|ENOTFOUND|EAI AGAIN/,
    text: 'the host name cannot be resolved',
    goText: 'no such host',
  },
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
  },
  {
    pattern: /bad signature/i,
    text: 'the server does not hold the key of the certificate that it shows',
    goText: 'tls: invalid signature by the server certificate',
  },
  {
    pattern: /KEY USAGE BIT INCORRECT/,
    text: "the server's certificate does not allow its key to sign, which the TLS library of this executable requires: add the key usage digitalSignature, or use the npm package",
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
  },
];

/** Explanations of the server's TLS alerts, by number (RFC 8446 §6). */
const ALERT_EXPLANATIONS: Readonly<Record<number, ExplanationText>> = {
  40: ({ cert, key }) => `the server requires a client certificate: give ${cert} and ${key}`,
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

/** Bun's BoringSSL writes TLSV1_ALERT_UNKNOWN_CA where OpenSSL writes `tlsv1 alert unknown ca`. */
export function toOpensslText(message: string): string {
  return message.replaceAll('_', ' ');
}

interface FailedAttempt {
  readonly isSecure: boolean;
  /** Default: those of the version 3 commands. */
  readonly flagNames?: TlsFlagNames;
}

export function explainConnectionFailure(
  failure: Error,
  { isSecure, flagNames = TLS_FLAG_NAMES }: FailedAttempt,
): string {
  if (failure instanceof PeerCertificateError) return explainCertificate(failure, flagNames);
  const details = textOf(failure);
  const known = knownExplanation(details, flagNames);
  if (known !== undefined) return known;
  const wasClosed =
    /Failed to connect|ECONNRESET|socket hang up|Protocol error|closed|disconnected|ALERT_CLOSE_NOTIFY/i.test(
      details,
    );
  if (!wasClosed) return withoutGrpcJsPrefix(details);
  // Node.js also uses the code ECONNRESET when the peer closes the connection normally.
  const isReset = /ECONNRESET/.test(details) && !/hang up|disconnected/.test(details);
  const goText = isReset ? 'connection reset by peer' : 'EOF';
  return isSecure
    ? `the server ended the TLS handshake: it may expect plaintext (http://) or another client certificate (${goText})`
    : `the server ended the connection at once: if it expects TLS, use https:// (${goText})`;
}

/** `explainConnectionFailure` for a connection through a proxy. */
export function explainProxiedFailure(failure: Error, { host, port }: HostPort): string {
  return `${proxiedReason(failure)}; the connection goes through the proxy ${host}:${port} of HTTPS_PROXY: set NO_PROXY to bypass it`;
}

function proxiedReason(failure: Error): string {
  if (failure instanceof PeerCertificateError) return explainCertificate(failure, TLS_FLAG_NAMES);
  if (!(failure instanceof ProxyError))
    return (
      knownExplanation(textOf(failure), TLS_FLAG_NAMES) ??
      'the proxy is unreachable or refuses the connection'
    );
  if (failure.httpStatus === 407)
    return 'the proxy requires credentials (HTTP 407): HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT';
  return `the proxy refuses the connection (HTTP ${failure.httpStatus})`;
}

function knownExplanation(details: string, flagNames: TlsFlagNames): string | undefined {
  const opensslText = toOpensslText(details);
  const alert = alertIn(opensslText);
  const alertText = alert && ALERT_EXPLANATIONS[alert.number];
  if (alert && alertText) return withGoText(alertText, `remote error: tls: ${alert.goName}`, flagNames);
  const known = EXPLANATIONS.find(({ pattern }) => pattern.test(opensslText));
  if (known) return withGoText(known.text, known.goText, flagNames);
  if (alert) return `the server aborted the TLS handshake (remote error: tls: ${alert.goName})`;
  const reason = tlsLibraryReason(opensslText);
  return reason && `the TLS handshake failed: ${reason}`;
}

/** The reason in an error text of OpenSSL or BoringSSL, such as `wrong curve`, without numbers, functions and files. */
export function tlsLibraryReason(message: string): string | undefined {
  const [, reason] = /error:[0-9A-F]{8}:[^:]* routines:[^:]*:([^:.]+)/i.exec(toOpensslText(message)) ?? [];
  if (reason === undefined || /alert close notify/i.test(reason)) return undefined;
  return reason.trim().toLowerCase();
}

function withGoText(
  explanation: ExplanationText,
  goText: string | undefined,
  flagNames: TlsFlagNames,
): string {
  const text = typeof explanation === 'string' ? explanation : explanation(flagNames);
  return goText === undefined ? text : `${text} (${goText})`;
}

/** Explains why the server's certificate is not trusted; for common reasons, says what to do. */
function explainCertificate(
  { message, hostMismatch }: PeerCertificateError,
  flagNames: TlsFlagNames,
): string {
  if (hostMismatch) {
    const { expectedHost, certifiedNames } = hostMismatch;
    const others =
      certifiedNames === '' ? ': it has no subject alternative names' : `, only for ${certifiedNames}`;
    return `the server's certificate is not valid for ${expectedHost}${others} (${message})`;
  }
  const known = CERTIFICATE_PROBLEMS.find(([part]) => message.includes(part));
  if (known === undefined) return `the server's certificate is not trusted (${message})`;
  return withGoText(known[1], message, flagNames);
}

const CERTIFICATE_PROBLEMS: readonly (readonly [part: string, words: ExplanationText])[] = [
  ['failed to load system roots', 'the system root certificates cannot be read: check SSL_CERT_FILE'],
  [
    'not authorized to sign for this name',
    "the CA of the server's certificate is not allowed to sign for one of its names",
  ],
  [
    'signed by unknown authority',
    ({ ca }) => `the server's certificate is signed by an unknown authority: give its CA with ${ca}`,
  ],
  [' is before ', "the server's certificate is not valid yet: check the clock"],
  ['has expired', "the server's certificate has expired, or that of its authority"],
  ['incompatible key usage', "the server's certificate lacks the extended key usage serverAuth"],
  ['failed to parse', "the server's certificate is damaged"],
  ['keys are insecure', "the server's key is too short"],
];

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
