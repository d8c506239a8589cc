import { quoteGo } from '../../go/quote.js';
import { contextTag, DerReader, TAG } from './der.js';
import { refuse } from './error.js';
import { readIa5 } from './name.js';
import { hostOfUri, isDomain, type NameConstraints, readNameConstraints } from './name-constraints.js';

/** The extensions of a certificate (RFC 5280 §4.2) that are used to verify it. */
export interface Extensions {
  /** DER of the subject alternative names; absent without this extension. */
  readonly rawSubjectAltName?: Buffer;
  readonly dnsNames: readonly string[];
  /** 4 or 16 bytes each. */
  readonly ipAddresses: readonly Buffer[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
  /** The keyCertSign bit of the key usage; `undefined` without this extension, or when no bit is set. */
  readonly hasKeyCertSign?: boolean;
  readonly basicConstraints?: BasicConstraints;
  readonly nameConstraints?: NameConstraints;
  /** Object identifiers; empty: no restriction. */
  readonly extendedKeyUsages: readonly string[];
  readonly policies: Policies;
  /** Empty: absent. */
  readonly subjectKeyId: Buffer;
  readonly authorityKeyId: Buffer;
  /** Whether there is a critical extension that is not supported here. */
  readonly hasUnhandledCritical: boolean;
}

export interface BasicConstraints {
  readonly isCa: boolean;
  /** pathLenConstraint: how many intermediates may be between this certificate and the server's. */
  readonly maxPathLength?: number;
}

/** Certificate policies, mappings and constraints (RFC 5280 §4.2.1.4, .5, .11, .14). */
export interface Policies {
  readonly policies: readonly string[];
  readonly mappings: readonly { readonly issuer: string; readonly subject: string }[];
  readonly requireExplicitPolicy?: number;
  readonly inhibitPolicyMapping?: number;
  readonly inhibitAnyPolicy?: number;
}

export const ANY_EXTENDED_KEY_USAGE = '2.5.29.37.0';
export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

interface Extension {
  readonly isCritical: boolean;
  readonly value: Buffer;
}

type MutableExtensions = { -readonly [Name in keyof Extensions]: Extensions[Name] };

/** Reads one extension into `found`. Returns whether it is handled completely. */
type ReadExtension = (extension: Extension, found: MutableExtensions) => boolean;

/** @param list the sequence of extensions, if there is one. @throws CertificateError */
export function readExtensions(list: DerReader | undefined): Extensions {
  const found: MutableExtensions = {
    dnsNames: [],
    ipAddresses: [],
    emailAddresses: [],
    uris: [],
    extendedKeyUsages: [],
    policies: { policies: [], mappings: [] },
    subjectKeyId: Buffer.alloc(0),
    authorityKeyId: Buffer.alloc(0),
    hasUnhandledCritical: false,
  };
  for (const [oid, extension] of extensionsIn(list)) {
    const isHandled = READERS[oid]?.(extension, found) ?? false;
    if (extension.isCritical && !isHandled) found.hasUnhandledCritical = true;
  }
  return found;
}

/** All extensions are parsed before any is interpreted, as in Go: this decides which error is reported. */
function extensionsIn(list: DerReader | undefined): Map<string, Extension> {
  const extensions = new Map<string, Extension>();
  while (list !== undefined && !list.isEmpty) {
    const fields = list.enter(TAG.sequence) ?? refuse('x509: malformed extension');
    const oid = fields.objectIdentifier() ?? refuse('x509: malformed extension OID field');
    const isCritical = fields.nextIs(TAG.boolean)
      ? (fields.boolean() ?? refuse('x509: malformed extension critical field'))
      : false;
    const value = fields.content(TAG.octetString) ?? refuse('x509: malformed extension value field');
    if (extensions.has(oid)) refuse(`x509: certificate contains duplicate extension with OID "${oid}"`);
    extensions.set(oid, { isCritical, value });
  }
  return extensions;
}

const READERS: Readonly<Record<string, ReadExtension>> = {
  '2.5.29.14': readSubjectKeyId,
  '2.5.29.15': readKeyUsage,
  '2.5.29.17': readSubjectAltName,
  '2.5.29.19': readBasicConstraints,
  '2.5.29.30': ({ value }, found) => {
    const { constraints, hasUnhandled } = readNameConstraints(value);
    found.nameConstraints = constraints;
    return !hasUnhandled;
  },
  '2.5.29.31': checkDistributionPoints,
  '2.5.29.32': readPolicies,
  '2.5.29.33': readPolicyMappings,
  '2.5.29.35': readAuthorityKeyId,
  '2.5.29.36': readPolicyConstraints,
  '2.5.29.37': readExtendedKeyUsage,
  '2.5.29.54': ({ value }, found) => {
    const number = new DerReader(value).integer() ?? refuse('x509: invalid inhibit any policy extension');
    found.policies = { ...found.policies, inhibitAnyPolicy: Number(number) };
    return true;
  },
  '1.3.6.1.5.5.7.1.1': checkAuthorityInfoAccess,
};

/** Validated as in Go, but not used. */
function checkAuthorityInfoAccess({ isCritical, value }: Extension): boolean {
  if (isCritical) refuse('x509: authority info access incorrectly marked critical');
  const problem = 'x509: invalid authority info access';
  const list = new DerReader(value).enter(TAG.sequence) ?? refuse(problem);
  while (!list.isEmpty) {
    const access = list.enter(TAG.sequence) ?? refuse(problem);
    if (access.objectIdentifier() === undefined) refuse(problem);
    if (access.nextIs(contextTag(6)) && access.anyElement() === undefined) refuse(problem);
  }
  return true;
}

/** Validated as in Go, but not used. */
function checkDistributionPoints({ value }: Extension): boolean {
  const problem = 'x509: invalid CRL distribution point';
  const list = new DerReader(value).enter(TAG.sequence) ?? refuse(`${problem}s`);
  const nameTag = contextTag(0, 'constructed');
  while (!list.isEmpty) {
    const point = list.enter(TAG.sequence) ?? refuse(problem);
    if (!point.nextIs(nameTag)) continue;
    const names = point.enter(nameTag)?.enter(nameTag) ?? refuse(problem);
    while (names.nextIs(contextTag(6))) if (names.anyElement() === undefined) refuse(problem);
  }
  return true;
}

function readSubjectKeyId({ isCritical, value }: Extension, found: MutableExtensions): boolean {
  if (isCritical) refuse('x509: subject key identifier incorrectly marked critical');
  found.subjectKeyId =
    new DerReader(value).content(TAG.octetString) ?? refuse('x509: invalid subject key identifier');
  return true;
}

function readAuthorityKeyId({ isCritical, value }: Extension, found: MutableExtensions): boolean {
  if (isCritical) refuse('x509: authority key identifier incorrectly marked critical');
  const problem = 'x509: invalid authority key identifier';
  const fields = new DerReader(value).enter(TAG.sequence) ?? refuse(problem);
  if (fields.nextIs(contextTag(0))) found.authorityKeyId = fields.content(contextTag(0)) ?? refuse(problem);
  return true;
}

/** Bit 5 is keyCertSign. A key usage without any bit set is ignored. */
function readKeyUsage({ value }: Extension, found: MutableExtensions): boolean {
  const { bytes } = new DerReader(value).bitString() ?? refuse('x509: invalid key usage');
  const [first = 0, second = 0] = bytes;
  if ((first | (second & 0x80)) !== 0) found.hasKeyCertSign = (first & 0x04) !== 0;
  return true;
}

function readBasicConstraints({ value }: Extension, found: MutableExtensions): boolean {
  const problem = 'x509: invalid basic constraints';
  const fields = new DerReader(value).enter(TAG.sequence) ?? refuse(problem);
  const isCa = fields.nextIs(TAG.boolean) ? (fields.boolean() ?? refuse(problem)) : false;
  if (!fields.nextIs(TAG.integer)) {
    found.basicConstraints = { isCa };
    return true;
  }
  const maxPathLength = fields.integer() ?? refuse(problem);
  if (maxPathLength < 0n || maxPathLength > 2n ** 63n - 1n) refuse(problem);
  found.basicConstraints = { isCa, maxPathLength: Number(maxPathLength) };
  return true;
}

function readExtendedKeyUsage({ value }: Extension, found: MutableExtensions): boolean {
  const problem = 'x509: invalid extended key usages';
  const list = new DerReader(value).enter(TAG.sequence) ?? refuse(problem);
  const usages: string[] = [];
  while (!list.isEmpty) usages.push(list.objectIdentifier() ?? refuse(problem));
  found.extendedKeyUsages = usages;
  return true;
}

function readSubjectAltName({ value }: Extension, found: MutableExtensions): boolean {
  found.rawSubjectAltName = value;
  const list = new DerReader(value).enter(TAG.sequence) ?? refuse('x509: invalid subject alternative names');
  const names = {
    dns: [] as string[],
    email: [] as string[],
    uri: [] as string[],
    ip: [] as Buffer[],
  };
  while (!list.isEmpty) {
    const { tag, content } = list.anyElement() ?? refuse('x509: invalid subject alternative name');
    if (tag === contextTag(1))
      names.email.push(readIa5(content) ?? refuse('x509: SAN rfc822Name is malformed'));
    if (tag === contextTag(2)) names.dns.push(readIa5(content) ?? refuse('x509: SAN dNSName is malformed'));
    if (tag === contextTag(6)) names.uri.push(readUri(content));
    if (tag === contextTag(7)) names.ip.push(readIpAddress(content));
  }
  found.dnsNames = names.dns;
  found.emailAddresses = names.email;
  found.uris = names.uri;
  found.ipAddresses = names.ip;
  return Object.values(names).some(({ length }) => length > 0);
}

function readUri(content: Buffer): string {
  const uri = readIa5(content) ?? refuse('x509: SAN uniformResourceIdentifier is malformed');
  const quoted = quoteGo(content);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: URIs must not contain these
  if (/[\0-\x1f\x7f]/.test(uri))
    refuse(`x509: cannot parse URI ${quoted}: parse ${quoted}: net/url: invalid control character in URL`);
  const host = hostOfUri(uri);
  if (host !== '' && !isDomain(host, 'name')) refuse(`x509: cannot parse URI ${quoted}: invalid domain`);
  return uri;
}

function readIpAddress(content: Buffer): Buffer {
  if (content.length === 4 || content.length === 16) return content;
  return refuse(`x509: cannot parse IP address of length ${content.length}`);
}

function readPolicies({ value }: Extension, found: MutableExtensions): boolean {
  const problem = 'x509: invalid certificate policies';
  const list = new DerReader(value).enter(TAG.sequence) ?? refuse(problem);
  const policies = new Set<string>();
  while (!list.isEmpty) {
    const policy = list.enter(TAG.sequence)?.objectIdentifier() ?? refuse(problem);
    if (policies.has(policy)) refuse(problem);
    policies.add(policy);
  }
  found.policies = { ...found.policies, policies: [...policies] };
  return true;
}

function readPolicyMappings({ value }: Extension, found: MutableExtensions): boolean {
  const problem = 'x509: invalid policy mappings extension';
  const list = new DerReader(value).enter(TAG.sequence) ?? refuse(problem);
  const mappings: { issuer: string; subject: string }[] = [];
  while (!list.isEmpty) {
    const mapping = list.enter(TAG.sequence);
    const issuer = mapping?.objectIdentifier() ?? refuse(problem);
    const subject = mapping?.objectIdentifier() ?? refuse(problem);
    mappings.push({ issuer, subject });
  }
  found.policies = { ...found.policies, mappings };
  return true;
}

function readPolicyConstraints({ value }: Extension, found: MutableExtensions): boolean {
  const problem = 'x509: invalid policy constraints extension';
  const fields = new DerReader(value).enter(TAG.sequence) ?? refuse(problem);
  const number = (tag: number) => {
    if (!fields.nextIs(tag)) return undefined;
    const value = fields.integer(tag) ?? refuse(problem);
    return BigInt.asIntN(64, value) === value ? Number(value) : refuse(problem);
  };
  const requireExplicitPolicy = number(contextTag(0));
  const inhibitPolicyMapping = number(contextTag(1));
  found.policies = {
    ...found.policies,
    ...(requireExplicitPolicy !== undefined && { requireExplicitPolicy }),
    ...(inhibitPolicyMapping !== undefined && { inhibitPolicyMapping }),
  };
  return true;
}
