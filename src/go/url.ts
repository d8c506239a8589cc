/**
 * What Go's net/url (Go 1.26) makes of a URL, as far as etcd looks at one, with Go's refusals word for word. JavaScript's `URL`
 * corrects and accepts other things.
 */
import { isIPv6 } from 'node:net';
import { bytesFromText, textFromBytes } from './bytes.js';
import { GoParseError } from './parse-error.js';
import { quoteGo } from './quote.js';

export interface GoUrl {
  /** In lower case, empty when there is none. */
  readonly scheme: string;
  /** With the port; empty for `unix:path` and the like. */
  readonly host: string;
  /** Still escaped; without the query. */
  readonly path: string;
}

/** Where an escape stands decides what may be escaped. */
type Place = 'host' | 'zone' | 'elsewhere';

const HOST_CHARACTERS = /^[\w!"$&'()*+,\-.:;<=>[\]~]$/;
const USERINFO = /^[\w\-.:~!$&'()*+,;=%@]*$/;

/** url.Parse. Throws a `GoParseError`: `parse "…": missing protocol scheme`. */
export function parseGoUrl(text: string): GoUrl {
  // One character a byte: Go's refusals cut between bytes.
  const bytes = Buffer.from(bytesFromText(text)).toString('latin1');
  const hashAt = bytes.indexOf('#');
  const beforeHash = hashAt < 0 ? bytes : bytes.slice(0, hashAt);
  const url = explained(beforeHash, () => split(beforeHash));
  if (hashAt >= 0) explained(bytes, () => decodeEscapes(bytes.slice(hashAt + 1), 'elsewhere'));
  return { scheme: url.scheme, host: toText(url.host), path: toText(url.path) };
}

function explained<Value>(url: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof GoParseError)) throw error;
    throw new GoParseError(`parse ${quoted(url)}: ${error.message}`);
  }
}

function split(url: string): GoUrl {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
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
  decodeEscapes(path, 'elsewhere');
  return { scheme, host, path };
}

function hostOf(authority: string, scheme: string): string {
  const at = authority.lastIndexOf('@');
  const host = parseHost(authority.slice(at + 1), scheme);
  const userinfo = authority.slice(0, Math.max(at, 0));
  if (!USERINFO.test(userinfo)) throw new GoParseError('net/url: invalid userinfo');
  decodeEscapes(userinfo, 'elsewhere');
  return host;
}

function parseHost(host: string, scheme: string): string {
  const bracketAt = host.lastIndexOf('[');
  if (bracketAt > 0) throw new GoParseError('invalid IP-literal');
  if (bracketAt === 0) return parseLiteral(host);
  const isStrict = scheme === 'http' || scheme === 'https';
  const colonAt = isStrict ? host.indexOf(':') : host.lastIndexOf(':');
  if (colonAt >= 0) checkPort(host.slice(colonAt));
  return decodeEscapes(host, 'host');
}

/** `[fe80::1%25en0]:80`. Of what is wrong about an address only the general refusal is given, where Go has a dozen. */
function parseLiteral(host: string): string {
  const closingAt = host.lastIndexOf(']');
  if (closingAt < 0) throw new GoParseError("missing ']' in host");
  const port = host.slice(closingAt + 1);
  checkPort(port);
  const [, address = '', zone = ''] = /^(.*?)(%25.*)?$/.exec(host.slice(1, closingAt)) ?? [];
  const literal = decodeEscapes(address, 'host') + decodeEscapes(zone, 'zone');
  if (/^\d+(?:\.\d+){3}$/.test(literal)) throw new GoParseError('invalid IP-literal');
  if (!isIPv6(literal))
    throw new GoParseError(`invalid host: ParseAddr(${quoted(literal)}): unable to parse IP`);
  return `[${literal}]${port}`;
}

function checkPort(port: string): void {
  if (!/^(?::[0-9]*)?$/.test(port)) throw new GoParseError(`invalid port ${quoted(port)} after host`);
}

function decodeEscapes(text: string, place: Place): string {
  return text.replace(/%.{0,2}|[^%]/gs, (part) => {
    if (!part.startsWith('%')) {
      const isAllowed = place === 'elsewhere' || part >= '\x80' || HOST_CHARACTERS.test(part);
      if (!isAllowed) throw new GoParseError(`invalid character ${quoted(part)} in host name`);
      return part;
    }
    const byte = /^%[0-9a-f]{2}$/i.test(part) ? Number.parseInt(part.slice(1), 16) : undefined;
    if (byte === undefined || !mayBeEscaped(byte, place)) {
      throw new GoParseError(`invalid URL escape ${quoted(part)}`);
    }
    return String.fromCharCode(byte);
  });
}

/** A host may escape what is not ASCII, and `%` before a zone; a zone also what it might have written plainly. */
function mayBeEscaped(byte: number, place: Place): boolean {
  if (place === 'elsewhere' || byte === 0x25) return true;
  if (place === 'host') return byte >= 0x80;
  return byte === 0x20 || HOST_CHARACTERS.test(String.fromCharCode(byte));
}

function quoted(latin1: string): string {
  return quoteGo(Buffer.from(latin1, 'latin1'));
}

function toText(latin1: string): string {
  return textFromBytes(Buffer.from(latin1, 'latin1'));
}
