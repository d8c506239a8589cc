/** Explains refused certificates: the server's by this client, and the client's by the server. Loaded only after such a failure. */
import { createHash } from 'node:crypto';
import type { TlsFlagNames } from '../connection.js';
import { type Certificate, parseCertificate } from '../x509/certificate.js';
import { ANY_EXTENDED_KEY_USAGE, CLIENT_AUTH } from '../x509/extensions.js';
import { nameText, readName } from '../x509/name.js';
import type { TlsFiles } from './files.js';
import type { PeerCertificateError } from './peer.js';

export interface CertificateFailure {
  readonly flagNames: TlsFlagNames;
  /** What the user has given, if it is known. */
  readonly files?: TlsFiles | undefined;
}

/** Why the server's certificate is not trusted; for common reasons, says what to do. Ends with Go's text in parentheses. */
export function explainServerCertificate(error: PeerCertificateError, attempt: CertificateFailure): string {
  const { message, hostMismatch } = error;
  if (hostMismatch) {
    const { expectedHost, certifiedNames } = hostMismatch;
    const others =
      certifiedNames === ''
        ? ': it has no subject alternative names'
        : `, only for ${certifiedNames}: use one of these names in the endpoint`;
    return `the server's certificate is not valid for ${expectedHost}${others} (${message})`;
  }
  const known = PROBLEMS.find(([part]) => message.includes(part));
  return `${known ? known[1](error, attempt) : "the server's certificate is not trusted"} (${message})`;
}

type Words = (error: PeerCertificateError, attempt: CertificateFailure) => string;

const PROBLEMS: readonly (readonly [part: string, words: Words])[] = [
  ['failed to load system roots', () => 'the system root certificates cannot be read: check SSL_CERT_FILE'],
  [
    'not authorized to sign for this name',
    () => "the CA of the server's certificate is not allowed to sign for one of its names",
  ],
  ['parent certificate cannot sign this kind of certificate', notAnAuthority],
  ['signed by unknown authority', unknownAuthority],
  [
    ' is before ',
    (error) => `${nameOfCulprit(error)} is valid only ${dates(error.culprit, 'from')}: check the clock`,
  ],
  ['has expired', (error) => `${nameOfCulprit(error)} has expired ${dates(error.culprit, 'on')}: renew it`],
  [
    'incompatible key usage',
    (error) => `${nameOfCulprit(error)} lacks the extended key usage serverAuth: issue it again with that`,
  ],
  ['failed to parse', () => "the server's certificate is damaged"],
  ['keys are insecure', () => "the server's key is too short"],
];

function nameOfCulprit({ culprit, presented }: PeerCertificateError): string {
  const [leaf] = presented;
  if (culprit === undefined || leaf === undefined || culprit.raw.equals(leaf.raw)) {
    return "the server's certificate";
  }
  return `the authority ${nameText(culprit.subject)} of the server's certificate`;
}

function dates(certificate: Certificate | undefined, word: 'from' | 'on'): string {
  if (certificate === undefined) return '';
  return `${word} ${formatDate(word === 'from' ? certificate.notBefore : certificate.notAfter)}`;
}

/** `2026-11-18 21:40:36 UTC` */
function formatDate(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}

/** Go's text names the certificate in quotes. */
function notAnAuthority({ message }: PeerCertificateError): string {
  const [, name] = / candidate authority certificate (".*")/.exec(message) ?? [];
  const signer = name === undefined ? 'a certificate' : `the certificate ${name}`;
  return `the server's certificate is signed by ${signer}, which may not sign others (it has CA:FALSE or lacks the key usage keyCertSign): have it issued by an authority`;
}

function unknownAuthority(
  { presented }: PeerCertificateError,
  { files, flagNames }: CertificateFailure,
): string {
  const last = lastOfChain(presented);
  const unknown = "the server's certificate is signed by an unknown authority";
  if (last === undefined) return `${unknown}: give its CA with ${flagNames.ca}`;
  const isSelfSigned = last === presented[0] && last.rawIssuer.equals(last.rawSubject);
  const issuer = nameText(readName(last.rawIssuer));
  const signed = isSelfSigned
    ? `the server's certificate is signed by itself, ${issuer}`
    : `${unknown}, ${issuer}`;
  const given = files?.rootCaFile;
  if (given === undefined) return `${signed}: give ${isSelfSigned ? 'it' : 'its CA'} with ${flagNames.ca}`;
  return `${signed}; ${given.file} has ${describe(given.certificates)}: give the right CA with ${flagNames.ca}`;
}

/** The last certificate of the chain that the server sent: its issuer is the authority that is needed. */
function lastOfChain(presented: readonly Certificate[]): Certificate | undefined {
  let [last, ...others] = presented;
  for (;;) {
    const next = others.find(({ rawSubject }) => last?.rawIssuer.equals(rawSubject));
    if (next === undefined) return last;
    others = others.filter((other) => other !== next);
    last = next;
  }
}

const MAX_DESCRIBED = 2;

function describe(certificates: readonly Certificate[]): string {
  const shown = certificates.slice(0, MAX_DESCRIBED).map(({ subject, raw }) => {
    return `${nameText(subject)} (SHA-256 ${fingerprint(raw)})`;
  });
  const rest = certificates.length - shown.length;
  return [...shown, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}

/** As `openssl x509 -fingerprint -sha256` prints it. */
function fingerprint(der: Buffer): string {
  const hex = createHash('sha256').update(der).digest('hex').toUpperCase();
  return hex.replace(/..(?!$)/g, '$&:');
}

const UNKNOWN_CA_ALERT = 48;

/**
 * Why the server has refused the client's certificate: what this program can see in it, else what the server says.
 * @param alert number of the server's TLS alert
 */
export function explainClientCertificate(alert: number, { files, flagNames }: CertificateFailure): string {
  const { cert, key } = flagNames;
  if (files === undefined)
    return `the server does not accept the client certificate: check ${cert} and ${key}`;
  const { keyPair } = files;
  if (keyPair === undefined) return `the server requires a client certificate: give ${cert} and ${key}`;
  const { certFile, leaf } = keyPair;
  const refused = `the server does not accept the client certificate ${certFile}`;
  const certificate = parseCertificate(leaf.bytes);
  const problem = problemOf(certificate, Date.now());
  if (problem !== undefined) return `${refused}: ${problem}`;
  const issuer = nameText(readName(certificate.rawIssuer));
  return alert === UNKNOWN_CA_ALERT
    ? `${refused}: its authority, ${issuer}, is not in the server's --trusted-ca-file`
    : `${refused}, which is signed by ${issuer}: check ${cert} and ${key}`;
}

/** What is wrong with the client's certificate in itself; `undefined`: nothing that is visible here. */
function problemOf({ notBefore, notAfter, extensions }: Certificate, nowMs: number): string | undefined {
  if (nowMs > notAfter) return `it has expired on ${formatDate(notAfter)}: renew it`;
  if (nowMs < notBefore) return `it is valid only from ${formatDate(notBefore)}: check the clock`;
  const { extendedKeyUsages: usages } = extensions;
  if (usages.length === 0 || usages.includes(ANY_EXTENDED_KEY_USAGE) || usages.includes(CLIENT_AUTH))
    return undefined;
  return 'it lacks the extended key usage clientAuth: issue it again with that';
}
