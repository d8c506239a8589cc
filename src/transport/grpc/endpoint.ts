/**
 * What an endpoint's text means (etcd client/v3/internal/endpoint, client/v3/client.go `authority`). The text is never refused:
 * etcd clients carry on with an endpoint that they cannot reach, for another one may do.
 */
import type { SocketAddress } from '../socket/dial.js';
import type { Encryption } from '../tls/security.js';

export interface Endpoint {
  /** As given; what messages call it. */
  readonly text: string;
  readonly encryption: Encryption;
  /** Where to connect, or why that is impossible. */
  readonly address: EndpointAddress;
}

export type EndpointAddress =
  | {
      readonly kind: 'reachable';
      readonly place: SocketAddress;
      /** The same as a gRPC name: `dns:host:port` or `unix:path`. */
      readonly target: string;
      /** The HTTP/2 `:authority`. */
      readonly authority: string;
      /** Name or IP address (without brackets, port and zone) that the server's certificate must carry. */
      readonly host: string;
    }
  | { readonly kind: 'malformed'; readonly problem: string };

const ENCRYPTION_OF_SCHEME: Readonly<Record<string, Encryption>> = {
  http: 'none',
  https: 'required',
  unixs: 'required',
};

const MAX_PORT = 65_535;

/** Never fails: an address that makes no sense is reported when a connection to it would be made. */
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
      : { kind: 'reachable', place: { path }, target: `unix:${path}`, authority, host };
  return { text, encryption: ENCRYPTION_OF_SCHEME[scheme] ?? 'as-configured', address };
}

function tcpAddress(hostPort: string): EndpointAddress {
  const parts = splitHostPort(hostPort);
  if (!parts) return { kind: 'malformed', problem: 'not of the form host:port' };
  if (!/^\d+$/.test(parts.port)) return { kind: 'malformed', problem: 'the port is missing' };
  const port = Number(parts.port);
  if (port < 1 || port > MAX_PORT) {
    return { kind: 'malformed', problem: `the port is not between 1 and ${MAX_PORT}` };
  }
  // As in Go, no host means this machine.
  const host = parts.host === '' ? 'localhost' : parts.host;
  const authority = `${host.includes(':') ? `[${host}]` : host}:${parts.port}`;
  // A zone chooses an interface of this machine: no certificate has one.
  const certified = host.replace(/%.*$/, '');
  const place = { host, port };
  return { kind: 'reachable', place, target: `dns:${authority}`, authority, host: certified };
}

function splitHostPort(text: string): { host: string; port: string } | undefined {
  const match = /^(?:\[([^\]]*)\]|([^:[\]\s]*))(?::([^:\s]*))?$/.exec(text);
  if (!match) return undefined;
  return { host: match[1] ?? match[2] ?? '', port: match[3] ?? '' };
}
