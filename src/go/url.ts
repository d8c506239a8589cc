/**
 * url.Parse of Go's net/url (Go 1.26), for the parts of a URL that etcd uses, with Go's error messages. JavaScript's `URL` accepts and
 * normalizes other texts.
 */
import { isIPv6 } from 'node:net';
import { bytesFromText, textFromBytes } from './bytes.js';
import { GoParseError } from './parse-error.js';
import { quoteGo } from './quote.js';

export interface GoUrl {
  /** In lower case; empty when there is none. */
  readonly scheme: string;
  /** Host and port; empty for URLs such as `unix:path`. */
  readonly host: string;
  /** Not unescaped; without the query. */
  readonly path: string;
}

/** The component that an escape is in: it determines which characters may be escaped (net/url `encoding`). */
type Component = 'host' | 'zone' | 'other';

const HOST_CHARACTERS = /^[\w!"$&'()*+,\-.:;<=>[\]~]$/;
const USERINFO = /^[\w\-.:~!$&'()*+,;=%@]*$/;

/** url.Parse. Throws a `GoParseError`: `parse "…": missing protocol scheme`. */
export function parseGoUrl(text: string): GoUrl {
  // One character for each byte, because Go's error messages split the text between bytes.
  const bytes = Buffer.from(bytesFromText(text)).toString('latin1');
  const hashAt = bytes.indexOf('#');
  const beforeHash = hashAt < 0 ? bytes : bytes.slice(0, hashAt);
  const url = withUrlInError(beforeHash, () => split(beforeHash));
  if (hashAt >= 0) withUrlInError(bytes, () => unescapeComponent(bytes.slice(hashAt + 1), 'other'));
  return { scheme: url.scheme, host: toText(url.host), path: toText(url.path) };
}

/** Go's `url.Error`: names the URL in the message. */
function withUrlInError<Value>(url: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof GoParseError)) throw error;
    throw new GoParseError(`parse ${quoted(url)}: ${error.message}`);
  }
}

function split(url: string): GoUrl {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are rejected here
  if (/[\0-\x1f\x7f]/.test(url)) throw new GoParseError('net/url: invalid control character in URL');
  if (url.startsWith(':')) throw new GoParseError('missing protocol scheme');
  const [, name = '', afterScheme = url] = /^([a-z][a-z0-9+.-]*):(.*)$/i.exec(url) ?? [];
  const scheme = name.toLowerCase();
  const rest = afterScheme.split('?', 1)[0] ?? '';
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { scheme, host: '', path: '' };
    if (/^[^/]*:/.test(rest)) throw new GoParseError('first path segment in URL cannot contain colon');
  }
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'));
  const [, authority = '', path = ''] = hasAuthority
    ? (/^\/\/([^/]*)(.*)$/.exec(rest) ?? [])
    : ['', '', rest];
  const host = hasAuthority ? hostOf(authority, scheme) : '';
  unescapeComponent(path, 'other');
  return { scheme, host, path };
}

function hostOf(authority: string, scheme: string): string {
  const at = authority.lastIndexOf('@');
  const host = parseHost(authority.slice(at + 1), scheme);
  const userinfo = authority.slice(0, Math.max(at, 0));
  if (!USERINFO.test(userinfo)) throw new GoParseError('net/url: invalid userinfo');
  unescapeComponent(userinfo, 'other');
  return host;
}

function parseHost(host: string, scheme: string): string {
  const bracketAt = host.lastIndexOf('[');
  if (bracketAt > 0) throw new GoParseError('invalid IP-literal');
  if (bracketAt === 0) return parseLiteral(host);
  const isStrict = scheme === 'http' || scheme === 'https';
  const colonAt = isStrict ? host.indexOf(':') : host.lastIndexOf(':');
  if (colonAt >= 0) checkPort(host.slice(colonAt));
  return unescapeComponent(host, 'host');
}

/** Parses `[fe80::1%25en0]:80`. All invalid addresses have one error message, where Go has about twelve. */
function parseLiteral(host: string): string {
  const closingAt = host.lastIndexOf(']');
  if (closingAt < 0) throw new GoParseError("missing ']' in host");
  const port = host.slice(closingAt + 1);
  checkPort(port);
  const [, address = '', zone = ''] = /^(.*?)(%25.*)?$/.exec(host.slice(1, closingAt)) ?? [];
  const literal = unescapeComponent(address, 'host') + unescapeComponent(zone, 'zone');
  if (/^\d+(?:\.\d+){3}$/.test(literal)) throw new GoParseError('invalid IP-literal');
  if (!isIPv6(literal))
    throw new GoParseError(`invalid host: ParseAddr(${quoted(literal)}): unable to parse IP`);
  return `[${literal}]${port}`;
}

function checkPort(port: string): void {
  if (!/^(?::[0-9]*)?$/.test(port)) throw new GoParseError(`invalid port ${quoted(port)} after host`);
}

function unescapeComponent(text: string, component: Component): string {
  return text.replace(/%.{0,2}|[^%]/gs, (part) => {
    if (!part.startsWith('%')) {
      const isAllowed = component === 'other' || part >= '\x80' || HOST_CHARACTERS.test(part);
      if (!isAllowed) throw new GoParseError(`invalid character ${quoted(part)} in host name`);
      return part;
    }
    const byte = /^%[0-9a-f]{2}$/i.test(part) ? Number.parseInt(part.slice(1), 16) : undefined;
    if (byte === undefined || !mayBeEscaped(byte, component)) {
      throw new GoParseError(`invalid URL escape ${quoted(part)}`);
    }
    return String.fromCharCode(byte);
  });
}

/**
 * In a host, only bytes outside ASCII and `%` may be escaped; in a zone, also the space and the characters that need no escape
 * (net/url `unescape`).
 */
function mayBeEscaped(byte: number, component: Component): boolean {
  if (component === 'other' || byte === 0x25) return true;
  if (component === 'host') return byte >= 0x80;
  return byte === 0x20 || HOST_CHARACTERS.test(String.fromCharCode(byte));
}

function quoted(latin1: string): string {
  return quoteGo(Buffer.from(latin1, 'latin1'));
}

function toText(latin1: string): string {
  return textFromBytes(Buffer.from(latin1, 'latin1'));
}
