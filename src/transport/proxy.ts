/**
 * Which proxy stands between this machine and a server, by the rules that Go programs follow (golang.org/x/net/http/httpproxy).
 * Proxies are asked by `CONNECT`.
 */
import { BlockList, isIP, isIPv6 } from 'node:net';

/** The variables' values, unread; missing when unset or empty. */
export interface ProxySettings {
  /** For plain HTTP. */
  readonly http?: string;
  /** For HTTPS, and for gRPC in every case. */
  readonly https?: string;
  /** Hosts that are reached directly: comma-separated names, domains, addresses and networks, each with a port if need be. */
  readonly exceptions?: string;
}

export interface ForwardProxy {
  readonly host: string;
  readonly port: string;
  /** `name:password`, decoded. A secret. */
  readonly credentials?: string;
}

export interface ProxiedAddress {
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: string;
}

/** `undefined`: the destination is reached directly, as this machine itself always is. */
export function proxyTo(
  destination: ProxiedAddress,
  setting: string | undefined,
  exceptions = '',
): ForwardProxy | undefined {
  if (setting === undefined || isLoopback(destination.host)) return undefined;
  if (exceptions.split(',').some((exception) => covers(exception.trim(), destination))) return undefined;
  return parseProxy(setting);
}

/** Without a scheme it is `http://`; text that makes no sense counts as none, as in Go. */
function parseProxy(text: string): ForwardProxy | undefined {
  for (const candidate of [text, `http://${text}`]) {
    if (!URL.canParse(candidate)) continue;
    const { hostname, port, username, password } = new URL(candidate);
    if (hostname === '') continue;
    const credentials = password === '' ? username : `${username}:${password}`;
    return {
      host: withoutBrackets(hostname),
      port: port || '80',
      ...(credentials !== '' && { credentials: decodeURIComponent(credentials) }),
    };
  }
  return undefined;
}

function covers(exception: string, { host, port }: ProxiedAddress): boolean {
  if (exception === '') return false;
  if (exception === '*') return true;
  const [, network, length] = /^(.+)\/(\d+)$/.exec(exception) ?? [];
  if (network !== undefined && isIP(network)) return isInNetwork(host, network, Number(length));
  const [, name = exception, onlyPort] = /^(\[.*\]|[^:]*):(\d+)$/.exec(exception) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const address = withoutBrackets(name);
  if (isIP(address)) return isInNetwork(host, address, isIPv6(address) ? 128 : 32);
  return isIP(host) === 0 && isInDomain(host.toLowerCase(), name.toLowerCase());
}

/** A domain covers itself and what is in it; one that begins with a dot or `*.` only the latter. */
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
