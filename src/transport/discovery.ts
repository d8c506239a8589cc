import { getServers, type SrvRecord, promises as systemDns } from 'node:dns';
import { isIP } from 'node:net';
import { CommandError } from '../model/errors.js';

/** Where to look up a cluster in DNS. */
export interface DiscoveryOptions {
  readonly domain: string;
  /** `--discovery-srv-name`: the suffix of the SRV service, as in `_etcd-client-ssl-<name>._tcp`. Empty or absent: no suffix. */
  readonly serviceName?: string;
  /** False: endpoints without TLS are dropped. In version 2, certificates must then be valid for the domain. */
  readonly insecure: boolean;
}

/** Replaced by tests. */
export interface DiscoveryDependencies {
  /** Rejects with the error codes of node:dns. */
  readonly resolveSrv: (name: string) => Promise<readonly SrvRecord[]>;
  /** Addresses of the name servers, in the form of `dns.getServers()`. */
  readonly nameServers: () => readonly string[];
  /** A number in [0, 1). */
  readonly random: () => number;
}

const DEPENDENCIES: DiscoveryDependencies = {
  resolveSrv: (name) => systemDns.resolveSrv(name),
  nameServers: getServers,
  random: Math.random,
};

/** Go's messages for the error codes of node:dns. */
const DNS_ERRORS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such host',
  ENODATA: 'no such host',
  ETIMEOUT: 'i/o timeout',
  ESERVFAIL: 'server misbehaving',
  ECONNREFUSED: 'connection refused',
};

/**
 * The endpoints in the SRV records `_etcd-client-ssl[-name]._tcp` and `_etcd-client[-name]._tcp` of the domain, those with TLS first
 * (client/pkg/v3/srv `GetClient`, etcdctl global.go `endpointsFromFlagValue`). The list is empty when all endpoints were dropped.
 * @param warn called with one line for each endpoint without TLS that is dropped
 * @throws CommandError when both lookups fail
 */
export async function discoverEndpoints(
  options: DiscoveryOptions,
  warn: (line: string) => void,
  dependencies: DiscoveryDependencies = DEPENDENCIES,
): Promise<string[]> {
  const suffix = options.serviceName ? `-${options.serviceName}` : '';
  const [secure, insecure] = await Promise.allSettled([
    lookUp('https', `_etcd-client-ssl${suffix}._tcp.${options.domain}`, dependencies),
    lookUp('http', `_etcd-client${suffix}._tcp.${options.domain}`, dependencies),
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
  { resolveSrv, nameServers, random }: DiscoveryDependencies,
): Promise<string[]> {
  try {
    const records = await resolveSrv(name);
    // As in Go, the name is absolute: it ends with a dot.
    return sortByPriorityAndWeight(records, random).map(
      (record) => `${scheme}://${record.name.replace(/\.?$/, '.')}:${record.port}`,
    );
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    throw new Error(
      `lookup ${name}${nameServerText(nameServers()[0])}: ${DNS_ERRORS[code] ?? (code || (cause as Error).message)}`,
      { cause },
    );
  }
}

/** RFC 2782: lowest priority first; within one priority random, in proportion to the weight. */
function sortByPriorityAndWeight(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const keyed = records.map((record) => ({
    record,
    // Sorting exponential variables with the weights as rates gives a weighted random order.
    sortKey: -Math.log(1 - random()) / Math.max(record.weight, 1e-9),
  }));
  keyed.sort((a, b) => a.record.priority - b.record.priority || a.sortKey - b.sortKey);
  return keyed.map(({ record }) => record);
}

/** Part of Go's lookup errors: ` on 10.0.0.1:53`; empty when there is no name server. */
export function nameServerText(server: string | undefined): string {
  if (server === undefined) return '';
  const withPort = isIP(server) === 6 ? `[${server}]:53` : isIP(server) === 4 ? `${server}:53` : server;
  return ` on ${withPort}`;
}
