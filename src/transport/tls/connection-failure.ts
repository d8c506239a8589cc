/**
 * Why no connection came about, in words. What is known is a text of Node.js, Bun or their TLS libraries; grpc-js puts its own frame
 * around it. Go's words for the same stand behind ours, for scripts that look for them.
 */

import { TLS_FLAG_NAMES, type TlsFlagNames } from '../connection.js';
import type { ProxiedAddress } from '../proxy.js';
import { PeerCertificateError } from './peer.js';

type Words = string | ((flagNames: TlsFlagNames) => string);

interface Explanation {
  /** For texts in OpenSSL's words: without underscores. */
  readonly pattern: RegExp;
  readonly words: Words;
  /** Go's, where ours do not hold them. An alert of the server has its own. */
  readonly goWords?: string;
}

const NOT_TLS =
  'the server does not speak TLS: use http:// and no TLS flags, or the port of its TLS listener';

const NO_HTTP2 =
  'the server does not offer HTTP/2 (ALPN h2): check that this is the client port of etcd, not a proxy';

const EXPLANATIONS: readonly Explanation[] = [
  { pattern: /ECONNREFUSED/, words: 'connection refused' },
  {
    pattern: /Name resolution failed|ENOTFOUND|EAI AGAIN/,
    words: 'the host name cannot be resolved',
    goWords: 'no such host',
  },
  { pattern: /EHOSTUNREACH/, words: 'no route to host' },
  { pattern: /ENETUNREACH/, words: 'network is unreachable' },
  { pattern: /ETIMEDOUT/, words: 'connection timed out', goWords: 'i/o timeout' },
  { pattern: /ENOENT/, words: 'no such socket', goWords: 'no such file or directory' },
  { pattern: /EACCES|EPERM/, words: 'permission denied' },
  {
    pattern:
      /wrong version number|packet length too long|unexpected message|http request|record layer failure/i,
    words: NOT_TLS,
    goWords: 'tls: first record does not look like a TLS handshake',
  },
  {
    pattern: /bad signature/i,
    words: 'the server does not hold the key of the certificate that it shows',
    goWords: 'tls: invalid signature by the server certificate',
  },
  {
    pattern: /KEY USAGE BIT INCORRECT/,
    words:
      "the server's certificate does not allow its key to sign, which the TLS library of this executable requires: add the key usage digitalSignature, or use the npm package",
  },
  {
    pattern: /protocol version/i,
    words: 'the server offers no TLS version from 1.2 on',
    goWords: 'remote error: tls: protocol version not supported',
  },
  {
    pattern: /missing selected ALPN property/,
    words: NO_HTTP2,
    goWords: 'credentials: cannot check peer: missing selected ALPN property',
  },
];

/** What an alert of the server means, by its number (RFC 8446 §6). */
const ALERT_EXPLANATIONS: Readonly<Record<number, Words>> = {
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

/** BoringSSL, which Bun has, writes TLSV1_ALERT_UNKNOWN_CA where OpenSSL writes `tlsv1 alert unknown ca`. */
export function inOpensslWords(message: string): string {
  return message.replaceAll('_', ' ');
}

interface FailedAttempt {
  readonly isSecure: boolean;
  /** Those of the version 3 commands when absent. */
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
  const wasCutOff =
    /Failed to connect|ECONNRESET|socket hang up|Protocol error|closed|disconnected|ALERT_CLOSE_NOTIFY/i.test(
      details,
    );
  if (!wasCutOff) return innermost(details);
  // Node.js gives the code to ends in order too.
  const isReset = /ECONNRESET/.test(details) && !/hang up|disconnected/.test(details);
  const goWords = isReset ? 'connection reset by peer' : 'EOF';
  return isSecure
    ? `the server ended the TLS handshake: it may expect plaintext (http://) or another client certificate (${goWords})`
    : `the server ended the connection at once: if it expects TLS, use https:// (${goWords})`;
}

/** The same when a proxy is asked to connect; grpc-js gives no reason when that refuses or cannot be reached. */
export function explainProxiedFailure(failure: Error, proxy: ProxiedAddress): string {
  const reason =
    failure instanceof PeerCertificateError
      ? explainCertificate(failure, TLS_FLAG_NAMES)
      : (knownExplanation(textOf(failure), TLS_FLAG_NAMES) ??
        'the proxy is unreachable or refuses the connection');
  return `${reason}; the connection goes through the proxy ${proxy.host}:${proxy.port} of HTTPS_PROXY: set NO_PROXY to bypass it`;
}

function knownExplanation(details: string, flagNames: TlsFlagNames): string | undefined {
  const spaced = inOpensslWords(details);
  const alert = alertIn(spaced);
  const ofAlert = alert && ALERT_EXPLANATIONS[alert.number];
  if (alert && ofAlert) return withGoWords(ofAlert, `remote error: tls: ${alert.goName}`, flagNames);
  const known = EXPLANATIONS.find(({ pattern }) => pattern.test(spaced));
  if (known) return withGoWords(known.words, known.goWords, flagNames);
  if (alert) return `the server aborted the TLS handshake (remote error: tls: ${alert.goName})`;
  const reason = tlsLibraryReason(spaced);
  return reason && `the TLS handshake failed: ${reason}`;
}

/** The reason in an error of OpenSSL or BoringSSL, without numbers, functions and files: `wrong curve`. */
export function tlsLibraryReason(message: string): string | undefined {
  const [, reason] = /error:[0-9A-F]{8}:[^:]* routines:[^:]*:([^:.]+)/i.exec(inOpensslWords(message)) ?? [];
  if (reason === undefined || /alert close notify/i.test(reason)) return undefined;
  return reason.trim().toLowerCase();
}

function withGoWords(words: Words, goWords: string | undefined, flagNames: TlsFlagNames): string {
  const text = typeof words === 'string' ? words : words(flagNames);
  return goWords === undefined ? text : `${text} (${goWords})`;
}

/** The more common reasons why a server is not trusted, in words that say what to do. */
function explainCertificate({ message, otherHost }: PeerCertificateError, flagNames: TlsFlagNames): string {
  if (otherHost) {
    const { wanted, certified } = otherHost;
    const others = certified === '' ? ': it has no subject alternative names' : `, only for ${certified}`;
    return `the server's certificate is not valid for ${wanted}${others} (${message})`;
  }
  const known = CERTIFICATE_PROBLEMS.find(([part]) => message.includes(part));
  if (known === undefined) return `the server's certificate is not trusted (${message})`;
  return withGoWords(known[1], message, flagNames);
}

const CERTIFICATE_PROBLEMS: readonly (readonly [part: string, words: Words])[] = [
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

/** Where several addresses of a host were tried, Node.js keeps their errors apart. */
function textOf(error: Error & { readonly code?: string }): string {
  if (error instanceof AggregateError) return error.errors.map(textOf).join('; ');
  const { code = '', message } = error;
  return message === '' || message.includes(code) ? message || code : `${code}: ${message}`;
}

/** The message without the frame that grpc-js puts around it. */
function innermost(details: string): string {
  return details
    .replace(/^No connection established\. Last error: /, '')
    .replace(/\. Resolution note: .*$/s, '')
    .replace(/ \(\d{4}-\d\d-\d\dT[\d:.]+Z\)$/, '')
    .replace(/^Error: /, '')
    .trim();
}

/** An alert by which a server ends a handshake (RFC 8446 §6). */
interface Alert {
  readonly number: number;
  /** As Go's crypto/tls prints it. */
  readonly goName: string;
}

/** OpenSSL's and BoringSSL's words for an alert, in lower case, where they are others than Go's. */
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

/** @param text of a TLS library, without underscores */
export function alertIn(text: string): Alert | undefined {
  const number = Number(/alert number (\d+)/i.exec(text)?.[1]);
  const lower = text.toLowerCase();
  const found = ALERT_NAMES.find(([code, goName, name = goName]) =>
    Number.isNaN(number) ? lower.includes(`alert ${name}`) : code === number,
  );
  return found && { number: found[0], goName: found[1] };
}
