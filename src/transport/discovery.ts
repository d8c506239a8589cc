import { getServers, type SrvRecord, promises as systemDns } from 'node:dns';
import { isIP } from 'node:net';
import { CommandError } from '../model/errors.js';

/** Where to look for a cluster in DNS. */
export interface DiscoveryOptions {
  readonly domain: string;
  /** Tells clusters of one domain apart; empty or absent: the one without a name. */
  readonly serviceName?: string;
  /** False: endpoints that are offered without TLS are dropped, and certificates must be valid for the domain. */
  readonly insecure: boolean;
}

/** What tests replace. */
export interface DiscoverySources {
  /** Rejects with the error codes of node:dns. */
  readonly resolveSrv: (name: string) => Promise<readonly SrvRecord[]>;
  /** Addresses of the name servers, as `dns.getServers()` gives them. */
  readonly servers: () => readonly string[];
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
}

const SOURCES: DiscoverySources = {
  resolveSrv: (name) => systemDns.resolveSrv(name),
  servers: getServers,
  random: Math.random,
};

/** Go's words for the error codes of node:dns. */
const DNS_ERRORS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such host',
  ENODATA: 'no such host',
  ETIMEOUT: 'i/o timeout',
  ESERVFAIL: 'server misbehaving',
  ECONNREFUSED: 'connection refused',
};

/**
 * The endpoints that the SRV records `_etcd-client-ssl[-name]._tcp` and `_etcd-client[-name]._tcp` of the domain list, those with TLS
 * first (client/pkg/v3/srv `GetClient`, etcdctl global.go `endpointsFromFlagValue`). May be empty, when all were left out.
 * @param warn gets a line for each endpoint without TLS that is left out
 * @throws CommandError when neither name can be looked up
 */
export async function discoverEndpoints(
  options: DiscoveryOptions,
  warn: (line: string) => void,
  sources: DiscoverySources = SOURCES,
): Promise<string[]> {
  const suffix = options.serviceName ? `-${options.serviceName}` : '';
  const [secure, insecure] = await Promise.allSettled([
    lookUp('https', `_etcd-client-ssl${suffix}._tcp.${options.domain}`, sources),
    lookUp('http', `_etcd-client${suffix}._tcp.${options.domain}`, sources),
  ]);
  if (secure.status === 'rejected' && insecure.status === 'rejected') {
    throw new CommandError(
      `dns lookup errors: ${(secure.reason as Error).message} and ${(insecure.reason as Error).message}`,
      { cause: secure.reason },
    );
  }
  const found = [secure, insecure].flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  return found.filter((endpoint) => {
    const isKept = options.insecure || !endpoint.startsWith('http://');
    if (!isKept) warn(`ignoring discovered insecure endpoint "${endpoint}"`);
    return isKept;
  });
}

async function lookUp(
  scheme: string,
  name: string,
  { resolveSrv, servers, random }: DiscoverySources,
): Promise<string[]> {
  try {
    const records = await resolveSrv(name);
    // With the final dot of a full name, as Go gives it.
    return inOrder(records, random).map(
      (record) => `${scheme}://${record.name.replace(/\.?$/, '.')}:${record.port}`,
    );
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    throw new Error(
      `lookup ${name}${nameServerText(servers()[0])}: ${DNS_ERRORS[code] ?? (code || (cause as Error).message)}`,
      { cause },
    );
  }
}

/** RFC 2782: the lowest priority first; within one priority by chance, in proportion to the weight. */
function inOrder(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const drawn = records.map((record) => ({
    record,
    // The smallest of exponential variables with these rates is the first drawn.
    lot: -Math.log(1 - random()) / Math.max(record.weight, 1e-9),
  }));
  drawn.sort((a, b) => a.record.priority - b.record.priority || a.lot - b.lot);
  return drawn.map(({ record }) => record);
}

/** As Go words it: ` on 10.0.0.1:53`; empty when there is no server. */
export function nameServerText(server: string | undefined): string {
  if (server === undefined) return '';
  const withPort = isIP(server) === 6 ? `[${server}]:53` : isIP(server) === 4 ? `${server}:53` : server;
  return ` on ${withPort}`;
}
