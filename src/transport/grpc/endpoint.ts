/**
 * Parses endpoints (etcd client/v3/internal/endpoint, client/v3/client.go `authority`). A malformed endpoint is not an error here:
 * as in etcd's clients, it is an endpoint that cannot be reached, and calls use another one.
 */
import { joinHostPort } from '../proxy.js';
import type { SocketAddress } from '../socket/dial.js';
import type { Encryption } from '../tls/security.js';
import { parseIpAddress } from '../x509/ip-address.js';

export interface Endpoint {
  /** As given by the user; used in messages. */
  readonly text: string;
  readonly encryption: Encryption;
  readonly address: EndpointAddress;
}

export type EndpointAddress =
  | {
      readonly kind: 'reachable';
      readonly socketAddress: SocketAddress;
      /** The address as a gRPC target: `dns:host:port` or `unix:path`. */
      readonly target: string;
      /** The HTTP/2 `:authority`. */
      readonly authority: string;
      /** Name or IP address (without brackets, port and zone) that the server's certificate must be valid for. */
      readonly host: string;
    }
  /** `problem`: text for an error message. */
  | { readonly kind: 'malformed'; readonly problem: string };

const ENCRYPTION_OF_SCHEME: Readonly<Record<string, Encryption>> = {
  http: 'none',
  https: 'required',
  unixs: 'required',
};

const MAX_PORT = 65_535;

/** Never throws: a malformed address is reported when a connection to it is attempted. */
export function parseEndpoint(text: string): Endpoint {
  const unix = /^(unixs?):(?:\/\/)?(.*)$/s.exec(text);
  if (unix) return unixEndpoint(text, unix[1] ?? '', unix[2] ?? '');
  const url = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i.exec(text);
  if (!url) return { text, encryption: 'as-configured', address: tcpAddress(text) };
  const scheme = (url[1] ?? '').toLowerCase();
  if (scheme !== 'http' && scheme !== 'https') {
    const problem = `unknown scheme "${scheme}": use http://, https://, unix:// or none`;
    return { text, encryption: 'as-configured', address: { kind: 'malformed', problem } };
  }
  const authority = url[2] ?? '';
  const address = tcpAddress(authority.slice(authority.lastIndexOf('@') + 1));
  return { text, encryption: ENCRYPTION_OF_SCHEME[scheme] ?? 'as-configured', address };
}

function unixEndpoint(text: string, scheme: string, path: string): Endpoint {
  const authority = path.slice(path.lastIndexOf('/') + 1);
  const host = splitHostPort(authority)?.host ?? authority;
  const address: EndpointAddress =
    path === ''
      ? { kind: 'malformed', problem: 'a path to a socket is missing' }
      : { kind: 'reachable', socketAddress: { path }, target: `unix:${path}`, authority, host };
  return { text, encryption: ENCRYPTION_OF_SCHEME[scheme] ?? 'as-configured', address };
}

function tcpAddress(hostPort: string): EndpointAddress {
  const parts = splitHostPort(hostPort);
  const problem = problemOf(hostPort, parts);
  if (!parts || problem !== undefined) return { kind: 'malformed', problem: problem ?? NOT_HOST_PORT };
  const port = Number(parts.port);
  // As in Go, an empty host means localhost. In a URL, the zone of an IPv6 address follows `%25` (RFC 6874).
  const host = parts.host === '' ? 'localhost' : parts.host.replace('%25', '%');
  // The zone names a network interface of this machine: certificates have none, and the server is not told.
  const withoutZone = host.replace(/%.*$/, '');
  const socketAddress = { host, port };
  return {
    kind: 'reachable',
    socketAddress,
    target: `dns:${joinHostPort(host, parts.port)}`,
    authority: joinHostPort(withoutZone, parts.port),
    host: withoutZone,
  };
}

const NOT_HOST_PORT = 'not of the form host:port';

function problemOf(text: string, parts: ReturnType<typeof splitHostPort>): string | undefined {
  if (text === '') return 'host and port are missing';
  const [, scheme, rest] = /^(https?)(?::\/|\/\/|:)([^/].*)$/i.exec(text) ?? [];
  if (scheme !== undefined) return `${NOT_HOST_PORT}: write ${scheme.toLowerCase()}://${rest}`;
  if (parts === undefined) {
    const [, address, port] = /^([\da-f:.]*:[\da-f:.]*(?:%\w+)?):(\d+)$/i.exec(text) ?? [];
    const isIpv6 = address !== undefined && parseIpAddress(address.replace(/%.*/, '')) !== undefined;
    return isIpv6 ? `an IPv6 address needs brackets: write [${address}]:${port}` : NOT_HOST_PORT;
  }
  if (parts.port === '') return `the port is missing: write ${text.replace(/:$/, '')}:2379`;
  const [, before] = /^(.*?)\/./.exec(text) ?? [];
  if (before !== undefined) return `a path has no meaning here: write ${before}`;
  if (!/^\d+$/.test(parts.port)) return `the port "${parts.port}" is not a number`;
  const port = Number(parts.port);
  return port < 1 || port > MAX_PORT ? `the port is not between 1 and ${MAX_PORT}` : undefined;
}

function splitHostPort(text: string): { host: string; port: string } | undefined {
  const match = /^(?:\[([^\]]*)\]|([^:[\]\s]*))(?::([^:\s]*))?$/.exec(text);
  if (!match) return undefined;
  return { host: match[1] ?? match[2] ?? '', port: match[3] ?? '' };
}
