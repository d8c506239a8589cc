import { isIPv4, isIPv6 } from 'node:net';
import { systemErrorText } from '../../go/system-error.js';
import { parseGoUrl } from '../../go/url.js';
import { CommandError } from '../../model/errors.js';
import { initialClusterText, quoted } from './peer-urls.js';

const MAX_PORT = 65_535;

/** Resolves a host name to an address. The caller passes it in, because `storage/` makes no network calls. */
export type ResolveHost = (host: string) => Promise<string>;

/** The two lists of peer URLs for the local member. */
export interface AdvertisedUrls {
  /** The name of the local member. */
  readonly name: string;
  /** Its URLs in --initial-cluster, in order. */
  readonly clusterUrls: readonly string[];
  /** The URLs of --initial-advertise-peer-urls, in order. */
  readonly advertisedUrls: readonly string[];
  readonly resolveHost: ResolveHost;
}

/**
 * The member must advertise the URLs that it has in the initial cluster, or URLs that resolve to the same addresses
 * (VerifyBootstrap in etcd server/config/config.go, v3.7.1). Throws `CommandError` in etcd's words. A name that does not resolve is an
 * error immediately; etcd retries for half a minute.
 */
export async function checkAdvertisedUrls(urls: AdvertisedUrls): Promise<void> {
  const mismatch = await findMismatch(urls);
  if (mismatch === undefined) return;
  const { name, clusterUrls, advertisedUrls } = urls;
  const clusterText = (list: readonly string[]) => initialClusterText(new Map([[name, list]]));
  const notAdvertised = clusterUrls.filter((url) => !advertisedUrls.includes(url));
  if (notAdvertised.length > 0) {
    throw new CommandError(
      `--initial-cluster has ${clusterText(notAdvertised)} but missing from ` +
        `--initial-advertise-peer-urls=${advertisedUrls.join(',')} (${mismatch})`,
    );
  }
  const notInCluster = advertisedUrls.filter((url) => !clusterUrls.includes(url));
  throw new CommandError(
    notInCluster.length > 0
      ? `--initial-advertise-peer-urls has ${notInCluster.join(',')} but missing from ` +
          `--initial-cluster=${clusterText(advertisedUrls)}`
      : `failed to resolve ${advertisedUrls.join(',')} to match --initial-cluster=${clusterText(advertisedUrls)} (${mismatch})`,
  );
}

/** Why the two lists differ; undefined when they do not. */
async function findMismatch(urls: AdvertisedUrls): Promise<string | undefined> {
  const { advertisedUrls, clusterUrls, resolveHost } = urls;
  if (advertisedUrls.length !== clusterUrls.length) {
    return `len(${goList(advertisedUrls)}) != len(${goList(clusterUrls)})`;
  }
  if (advertisedUrls.every((url, index) => areEqual(url, clusterUrls[index] ?? ''))) return undefined;
  try {
    const resolve = async (list: readonly string[]) =>
      (await Promise.all(list.map((url) => resolveUrl(url, resolveHost)))).sort();
    const [advertised, expected] = [await resolve(advertisedUrls), await resolve(clusterUrls)];
    const index = advertised.findIndex((url, position) => !areEqual(url, expected[position] ?? ''));
    if (index < 0) return undefined;
    return `resolved urls: ${quoted(advertised[index] ?? '')} != ${quoted(expected[index] ?? '')}`;
  } catch (error) {
    return error instanceof CommandError ? error.message : systemErrorText(error);
  }
}

/** Compares scheme, normalized address and path (urlsHostNormalizedEqual in etcd pkg/netutil, v3.7.1). */
function areEqual(a: string, b: string): boolean {
  const [first, second] = [a, b].map((text) => {
    const { scheme, host, path } = parseGoUrl(text);
    return JSON.stringify([scheme, normalizedHost(host), path]);
  });
  return first === second;
}

function normalizedHost(host: string): string {
  const [, name = host, port = ''] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(host) ?? [];
  const address = canonicalAddress(name.replace(/^\[|\]$/g, ''));
  if (address === undefined) return host;
  return bracketed(address) + (port === '' ? '' : `:${port}`);
}

/** An IP address in Go's form; undefined for a host name. */
function canonicalAddress(host: string): string | undefined {
  if (isIPv4(host)) return host;
  if (!isIPv6(host) || host.includes('%')) return undefined;
  const { hostname } = new URL(`http://[${host}]`);
  const [, high, low] = /^\[::ffff:([0-9a-f]+):([0-9a-f]+)\]$/.exec(hostname) ?? [];
  if (high === undefined || low === undefined) return hostname.slice(1, -1);
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 0xff, b >> 8, b & 0xff].join('.');
}

/** The URL with the address instead of the host name. `localhost` is not resolved, as in etcd. */
async function resolveUrl(url: string, resolveHost: ResolveHost): Promise<string> {
  const [, before = '', host = '', port = '', after = ''] =
    /^(https?:\/\/(?:[^@/]*@)?)([^/?#]*):(\d*)(.*)$/.exec(url) ?? [];
  if (host === '' || host === 'localhost') return url;
  const [name = '', ...zone] = host.replace(/^\[(.*)\]$/, '$1').split(/(?=%)/);
  try {
    if (Number(port) > MAX_PORT) throw new Error(`address ${port}: invalid port`);
    const address = canonicalAddress(name) ?? (await resolveHost(name));
    return `${before}${bracketed([address, ...zone].join(''))}:${Number(port)}${after}`;
  } catch (cause) {
    throw new CommandError(`failed to resolve ${quoted(url)} (${systemErrorText(cause)})`, { cause });
  }
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function goList(items: readonly string[]): string {
  return `[${items.map(quoted).join(' ')}]`;
}
