/**
 * Why no connection came about, in words. What is known is a text of Node.js, Bun or their TLS libraries; grpc-js puts its own frame
 * around it.
 */
import type { Destination } from '../proxy.js';
import { TLS_FLAG_NAMES, type TlsFlagNames } from './flag-names.js';

type Words = string | ((flagNames: TlsFlagNames) => string);

/** For texts in OpenSSL's words: without underscores. */
const EXPLANATIONS: readonly (readonly [pattern: RegExp, words: Words])[] = [
  [/ECONNREFUSED/, 'connection refused'],
  [/Name resolution failed|ENOTFOUND|EAI AGAIN/, 'the host name cannot be resolved'],
  [/EHOSTUNREACH/, 'no route to the host'],
  [/ENETUNREACH/, 'network unreachable'],
  [/ETIMEDOUT/, 'connection timed out'],
  [/ENOENT/, 'no such socket'],
  [/EACCES|EPERM/, 'permission denied'],
  [
    /certificate required|handshake failure|alert number (?:116|40)\b/i,
    ({ cert, key }) => `the server requires a client certificate: give ${cert} and ${key}`,
  ],
  [
    /alert (?:bad certificate|unknown ca|certificate (?:unknown|expired|revoked)|unsupported certificate|access denied)|alert number (?:42|43|44|45|46|48|49)\b/i,
    ({ cert, key }) => `the server does not accept the client certificate: check ${cert} and ${key}`,
  ],
  [
    /wrong version number|packet length too long|unexpected message|http request|record layer failure/i,
    'the server does not speak TLS: use http:// and no TLS flags, or the port of its TLS listener',
  ],
  [
    /unable to verify the first certificate|self[- ]signed certificate|unable to get (?:local )?issuer certificate|certificate signature failure/i,
    ({ ca }) => `the server's certificate is signed by an unknown authority: give its CA with ${ca}`,
  ],
  [/certificate has expired/i, "the server's certificate has expired"],
  [/certificate is not yet valid/i, "the server's certificate is not valid yet: is the clock right?"],
  [/protocol version/i, 'the server offers no TLS version from 1.2 on'],
];

/** BoringSSL, which Bun has, writes TLSV1_ALERT_UNKNOWN_CA where OpenSSL writes `tlsv1 alert unknown ca`. */
export function inOpensslWords(message: string): string {
  return message.replaceAll('_', ' ');
}

/** @param details status text of a call that found no connection */
export function explainConnectionFailure(
  details: string,
  isSecure: boolean,
  flagNames: TlsFlagNames = TLS_FLAG_NAMES,
): string {
  const spaced = inOpensslWords(details);
  const known = EXPLANATIONS.find(([pattern]) => pattern.test(spaced));
  if (known) return typeof known[1] === 'string' ? known[1] : known[1](flagNames);
  const wasCutOff = /Failed to connect|ECONNRESET|socket hang up|Protocol error|closed|disconnected/i.test(
    details,
  );
  if (wasCutOff && !isSecure)
    return 'the server ended the connection at once: if it expects TLS, use https://';
  if (wasCutOff)
    return 'the server ended the TLS handshake: it may expect plaintext (http://) or another client certificate';
  return innermost(details);
}

/** The same when a proxy is asked to connect; grpc-js gives no reason when that refuses or cannot be reached. */
export function explainProxiedFailure(details: string, proxy: Destination): string {
  const spaced = inOpensslWords(details);
  const known = EXPLANATIONS.find(([pattern]) => pattern.test(spaced));
  const reason = known?.[1] ?? 'it cannot be reached, or refuses to connect';
  return `${reason}; the way leads through the proxy ${proxy.host}:${proxy.port} of HTTPS_PROXY: set NO_PROXY to go past it`;
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
