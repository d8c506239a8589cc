/**
 * Which proxy to use for a server, by the rules of Go programs (golang.org/x/net/http/httpproxy). Connections through a proxy are
 * made with the `CONNECT` method.
 */
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { SystemRootsPaths } from './connection.js';

/** Values of the proxy environment variables, not parsed; missing when unset or empty. */
export interface ProxySettings {
  /** HTTP_PROXY: for plain HTTP. */
  readonly http?: string;
  /** HTTPS_PROXY: for HTTPS, and for gRPC with and without TLS. */
  readonly https?: string;
  /** Where the authorities are that must trust the certificate of a proxy whose scheme is `https`. */
  readonly systemRoots?: SystemRootsPaths;
  /** NO_PROXY: hosts to connect to directly. Comma-separated names, domains, addresses and networks, each with an optional port. */
  readonly noProxy?: string;
}

export interface ForwardProxy {
  readonly host: string;
  readonly port: string;
  /** The connection to the proxy itself uses TLS. */
  readonly isSecure?: boolean;
  /** See `ProxySettings`. */
  readonly systemRoots?: SystemRootsPaths | undefined;
  /** `name:password`, decoded. A secret. */
  readonly credentials?: string;
}

/** The proxy does not make the connection. The message is text for an error message. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
}

export interface HostPort {
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: string;
}

/**
 * @param setting value of HTTP_PROXY or HTTPS_PROXY
 * @param noProxy see `ProxySettings.noProxy`
 * @returns `undefined`: connect directly. Loopback addresses are always connected to directly.
 */
export function proxyFor(
  target: HostPort,
  setting: string | undefined,
  noProxy?: string,
): ForwardProxy | undefined {
  return setting === undefined || isDirect(target, noProxy) ? undefined : parseProxy(setting);
}

/** Whether the setting is for this server, but cannot be parsed, so that it is connected to directly. */
export function ignoresProxy(target: HostPort, setting: string | undefined, noProxy?: string): boolean {
  return setting !== undefined && !isDirect(target, noProxy) && parseProxy(setting) === undefined;
}

function isDirect(target: HostPort, noProxy = ''): boolean {
  return isLoopback(target.host) || noProxy.split(',').some((pattern) => matches(pattern.trim(), target));
}

/** The default scheme is `http://`. A value that cannot be parsed is ignored, as in Go. */
function parseProxy(text: string): ForwardProxy | undefined {
  const url = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, port, username, password } = new URL(url);
  const hasUser = username !== '' || password !== '';
  const credentials = hasUser ? decoded(`${username}:${password}`) : '';
  if (hostname === '' || credentials === undefined) return undefined;
  const isSecure = protocol === 'https:';
  return {
    host: withoutBrackets(hostname),
    port: port || (isSecure ? '443' : '80'),
    ...(isSecure && { isSecure }),
    ...(hasUser && { credentials }),
  };
}

/** `undefined` when a percent sign is not followed by two digits. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function matches(pattern: string, { host, port }: HostPort): boolean {
  if (pattern === '') return false;
  if (pattern === '*') return true;
  const [, network, length] = /^(.+)\/(\d+)$/.exec(pattern) ?? [];
  if (network !== undefined && isIP(network)) return isInNetwork(host, network, Number(length));
  const [, name = pattern, patternPort] = /^(\[.*\]|[^:]*):(\d+)$/.exec(pattern) ?? [];
  if (patternPort !== undefined && patternPort !== port) return false;
  const address = withoutBrackets(name);
  if (isIP(address)) return isInNetwork(host, address, isIPv6(address) ? 128 : 32);
  return isIP(host) === 0 && isInDomain(host.toLowerCase(), name.toLowerCase());
}

/** `example.com` matches itself and its subdomains; `.example.com` and `*.example.com` match only subdomains. */
function isInDomain(host: string, domain: string): boolean {
  const bare = domain.replace(/^\*?\./, '');
  return host.endsWith(`.${bare}`) || (bare === domain && host === domain);
}

function isInNetwork(host: string, network: string, prefixLength: number): boolean {
  const family = isIPv6(network) ? 'ipv6' : 'ipv4';
  if (prefixLength > (family === 'ipv6' ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(network, prefixLength, family);
  return isIP(host) !== 0 && list.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || isInNetwork(host, '127.0.0.0', 8) || isInNetwork(host, '::1', 128);
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

/** `host:port`, with brackets around an IPv6 address. */
export function joinHostPort(host: string, port: string | number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
