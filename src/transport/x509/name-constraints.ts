/** Name constraints (RFC 5280 §4.2.1.10), parsed and applied as in Go's crypto/x509. */
import { quoteGo } from '../../go/quote.js';
import type { Certificate } from './certificate.js';
import { contextTag, DerReader, TAG } from './der.js';
import { refuse } from './error.js';
import { asIpv4, formatIpAddress, parseIpAddress } from './ip-address.js';
import { readIa5 } from './name.js';

export interface NameConstraints {
  readonly permitted: Subtrees;
  readonly excluded: Subtrees;
}

/** An empty list means that names of this type are not constrained. */
interface Subtrees {
  readonly dns: readonly string[];
  readonly ip: readonly IpNetwork[];
  readonly email: readonly string[];
  readonly uri: readonly string[];
}

interface IpNetwork {
  /** 4 or 16 bytes each. */
  readonly address: Buffer;
  readonly mask: Buffer;
}

const INVALID = 'x509: invalid NameConstraints extension';

/** `hasUnhandled`: there are constraints on types of names that are not supported. */
export function readNameConstraints(value: Buffer): { constraints: NameConstraints; hasUnhandled: boolean } {
  const outer = new DerReader(value);
  const fields = outer.enter(TAG.sequence) ?? refuse(INVALID);
  const lists = [0, 1].map((number) => {
    const tag = contextTag(number, 'constructed');
    return fields.nextIs(tag) ? (fields.enter(tag) ?? refuse(INVALID)) : new DerReader(Buffer.alloc(0));
  });
  if (!outer.isEmpty || !fields.isEmpty) refuse(INVALID);
  if (lists.every(({ isEmpty }) => isEmpty)) refuse('x509: empty name constraints extension');
  const [permitted, excluded] = lists.map(readSubtrees);
  if (permitted === undefined || excluded === undefined) return refuse(INVALID);
  return {
    constraints: { permitted: permitted.subtrees, excluded: excluded.subtrees },
    hasUnhandled: permitted.hasUnhandled || excluded.hasUnhandled,
  };
}

function readSubtrees(list: DerReader): { subtrees: Subtrees; hasUnhandled: boolean } {
  const subtrees = { dns: [] as string[], ip: [] as IpNetwork[], email: [] as string[], uri: [] as string[] };
  let hasUnhandled = false;
  while (!list.isEmpty) {
    const { tag, content } = list.enter(TAG.sequence)?.anyElement() ?? refuse(INVALID);
    if (tag === contextTag(1)) subtrees.email.push(readEmail(content));
    else if (tag === contextTag(2)) subtrees.dns.push(readDomain(content, 'dnsName'));
    else if (tag === contextTag(6)) subtrees.uri.push(readUriDomain(content));
    else if (tag === contextTag(7)) subtrees.ip.push(readNetwork(content));
    else hasUnhandled = true;
  }
  return { subtrees, hasUnhandled };
}

function readText(content: Buffer): string {
  return (
    readIa5(content) ??
    refuse(
      `x509: invalid constraint value: x509: ${quote(content.toString('latin1'))} cannot be encoded as an IA5String`,
    )
  );
}

function readDomain(content: Buffer, kind: string): string {
  const domain = readText(content);
  if (!isDomain(domain, 'constraint')) refuse(`x509: failed to parse ${kind} constraint ${quote(domain)}`);
  return domain;
}

function readUriDomain(content: Buffer): string {
  const domain = readText(content);
  if (parseIpAddress(domain))
    refuse(`x509: failed to parse URI constraint ${quote(domain)}: cannot be IP address`);
  return readDomain(content, 'URI');
}

function readEmail(content: Buffer): string {
  const email = readText(content);
  if (!email.includes('@')) return readDomain(content, 'rfc822Name');
  if (!parseMailbox(email)) refuse(`x509: failed to parse rfc822Name constraint ${quote(email)}`);
  return email;
}

function readNetwork(content: Buffer): IpNetwork {
  const half = content.length / 2;
  if (half !== 4 && half !== 16) refuse(`x509: IP constraint contained value of length ${content.length}`);
  const mask = content.subarray(half);
  const bits = [...mask].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  if (bits.includes('01')) refuse(`x509: IP constraint contained invalid mask ${mask.toString('hex')}`);
  return { address: content.subarray(0, half), mask };
}

/** Whether all labels are printable ASCII. A final dot is not allowed; a constraint may start with a dot. */
export function isDomain(text: string, use: 'name' | 'constraint'): boolean {
  if (text === '') return true;
  const labels = (use === 'constraint' ? text.replace(/^\./, '') : text).split('.');
  return labels.every((label) => /^[!-~]+$/.test(label));
}

/**
 * Whether the names of each certificate are allowed by the certificates after it in the chain.
 * @param chain from the server's certificate to the root
 * @returns Go's error message; `undefined` when all names are allowed
 */
export function constraintProblem(chain: readonly Certificate[]): string | undefined {
  for (const [index, { extensions }] of chain.entries()) {
    if (extensions.rawSubjectAltName === undefined) continue;
    for (const { extensions: issuer } of chain.slice(index + 1)) {
      const problem = issuer.nameConstraints && firstProblem(extensions, issuer.nameConstraints);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

type Names = Certificate['extensions'];

function firstProblem(names: Names, constraints: NameConstraints): string | undefined {
  const uris = names.uris.map(domainOfUri);
  const unusable = uris.find(({ problem }) => problem !== undefined);
  if (unusable) return unusable.problem;
  const mailboxes = names.emailAddresses.map((text) => ({ text, mailbox: parseMailbox(text) }));
  const malformed = mailboxes.find(({ mailbox }) => mailbox === undefined);
  if (malformed) return `cannot parse rfc822Name ${quote(malformed.text)}`;
  return first([
    ...names.ipAddresses.map((bytes) => () => ipProblem(asIpv4(bytes), constraints)),
    ...names.dnsNames.map((name) => () => dnsProblem(name, constraints)),
    ...uris.map((uri) => () => domainProblem('URI', uri, { constraints, kind: 'uri' })),
    ...mailboxes.map(
      ({ text, mailbox }) =>
        () =>
          emailProblem(text, mailbox, constraints),
    ),
  ]);
}

function first(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const problem = check();
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function ipProblem(address: Buffer, { permitted, excluded }: NameConstraints): string | undefined {
  const text = quote(formatIpAddress(address));
  if (permitted.ip.length > 0 && !permitted.ip.some((network) => contains(network, address))) {
    return `IP address ${text} is not permitted by any constraint`;
  }
  const excluding = excluded.ip.find((network) => contains(network, address));
  return excluding && `IP address ${text} is excluded by constraint ${quote(formatNetwork(excluding))}`;
}

function contains({ address, mask }: IpNetwork, candidate: Buffer): boolean {
  return (
    candidate.length === address.length &&
    candidate.every((byte, index) => ((byte ^ (address[index] ?? 0)) & (mask[index] ?? 0)) === 0)
  );
}

function formatNetwork({ address, mask }: IpNetwork): string {
  const bits = [...mask].reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
  return `${formatIpAddress(address)}/${bits}`;
}

function dnsProblem(name: string, constraints: NameConstraints): string | undefined {
  if (!isDomain(name, 'name')) return `x509: cannot parse dnsName ${quote(name)}`;
  return domainProblem('DNS name', { text: name, domain: name }, { constraints, kind: 'dns' });
}

/** A constraint with `@` matches that address; without `@`, all addresses of that domain. */
function emailProblem(
  text: string,
  mailbox: Mailbox | undefined,
  { permitted, excluded }: NameConstraints,
): string | undefined {
  if (mailbox === undefined) return undefined;
  const matching = (list: readonly string[], isPermitted: boolean) =>
    list.find((constraint) => {
      if (!constraint.includes('@')) return isWithin(mailbox.domain, constraint, isPermitted);
      const full = parseMailbox(constraint);
      return full?.local === mailbox.local && full.domain === mailbox.domain;
    });
  if (permitted.email.length > 0 && matching(permitted.email, true) === undefined) {
    return `email address ${quote(text)} is not permitted by any constraint`;
  }
  const excluding = matching(excluded.email, false);
  return excluding === undefined
    ? undefined
    : `email address ${quote(text)} is excluded by constraint ${quote(excluding)}`;
}

interface DomainConstraints {
  readonly constraints: NameConstraints;
  readonly kind: 'dns' | 'uri';
}

function domainProblem(
  what: string,
  { text, domain }: { readonly text: string; readonly domain: string },
  { constraints: { permitted, excluded }, kind }: DomainConstraints,
): string | undefined {
  const isPermitted = permitted[kind].some((constraint) => isWithin(domain, constraint, true));
  if (permitted[kind].length > 0 && !isPermitted)
    return `${what} ${quote(text)} is not permitted by any constraint`;
  const excluding = excluded[kind].find((constraint) => isWithin(domain, constraint, false));
  return excluding === undefined
    ? undefined
    : `${what} ${quote(text)} is excluded by constraint ${quote(excluding)}`;
}

/**
 * Whether the domain is the constraint's or a subdomain; a constraint with a leading dot matches only subdomains. An excluding
 * constraint also matches a wildcard name that covers the constraint's domain.
 */
function isWithin(domain: string, constraint: string, isPermitted: boolean): boolean {
  if (constraint === '') return true;
  const [name, suffix] = [domain.toLowerCase(), constraint.toLowerCase()];
  if (name === suffix || name.endsWith(suffix.startsWith('.') ? suffix : `.${suffix}`)) return true;
  if (isPermitted || !name.startsWith('*')) return false;
  const parent = name.slice(name.indexOf('.'));
  return name.includes('.') && suffix.includes('.') && suffix.slice(suffix.indexOf('.')) === parent;
}

/** Host and port of a URI, in lower case. */
export function hostOfUri(uri: string): string {
  const authority = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)/.exec(uri)?.[1] ?? '';
  return authority.slice(authority.lastIndexOf('@') + 1).toLowerCase();
}

/** The domain of a URI for comparison with constraints, or Go's message why it cannot be compared. */
function domainOfUri(text: string): { text: string; domain: string; problem?: string } {
  const host = hostOfUri(text);
  if (host === '') {
    return {
      text,
      domain: '',
      problem: `URI with empty host (${quote(text)}) cannot be matched against constraints`,
    };
  }
  const domain = host.endsWith(']') ? host : host.replace(/:\d*$/, '');
  const isAddress = domain.startsWith('[') || parseIpAddress(domain) !== undefined;
  return isAddress
    ? { text, domain, problem: `URI with IP (${quote(text)}) cannot be matched against constraints` }
    : { text, domain };
}

/** Go's `%q`. @param text one character for each byte */
function quote(text: string): string {
  return quoteGo(Buffer.from(text, 'latin1'));
}

/** An email address (RFC 2821 §4.1.2). */
interface Mailbox {
  readonly local: string;
  /** In lower case. */
  readonly domain: string;
}

/** `undefined` when Go's crypto/x509 cannot parse the address. */
function parseMailbox(text: string): Mailbox | undefined {
  const quoted = /^"((?:\\[^\0\r\n]|[^\0\t\r\n"\\])*)"@(.*)$/s.exec(text);
  const plain = /^((?:\\[\s\S]|[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.])+)@(.*)$/s.exec(text);
  const [, local = '', domain = ''] = quoted ?? plain ?? [];
  if (quoted === null && plain === null) return undefined;
  const unescaped = local.replace(/\\([\s\S])/g, '$1');
  const hasOddDots = quoted === null && /^\.|\.$|\.\./.test(unescaped);
  const isDomain = domain.split('.').every((label) => /^[!-~]+$/.test(label));
  return hasOddDots || !isDomain ? undefined : { local: unescaped, domain: domain.toLowerCase() };
}
