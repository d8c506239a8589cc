import { isIPv4, isIPv6 } from 'node:net';
import { systemErrorText } from '../../go/system-error.js';
import { parseGoUrl } from '../../go/url.js';
import { CommandError } from '../../model/errors.js';
import { initialClusterText, quoted } from './peer-urls.js';

const MAX_PORT = 65_535;

/** Finds the address of a host name. This floor has no network: whoever restores brings it. */
export type ResolveHost = (host: string) => Promise<string>;

export interface AdvertisedUrls {
  readonly name: string;
  /** Those of the initial cluster, in order. */
  readonly clusterUrls: readonly string[];
  /** Those of --initial-advertise-peer-urls, in order. */
  readonly advertisedUrls: readonly string[];
  readonly resolveHost: ResolveHost;
}

/**
 * The member must advertise the URLs by which the initial cluster names it, or others that resolve to the same
 * addresses (VerifyBootstrap in etcd server/config/config.go, v3.7.1). Throws `CommandError` in etcd's words; unlike
 * etcd, which keeps on asking for half a minute, a name that does not resolve is an error at once.
 */
export async function checkAdvertisedUrls(urls: AdvertisedUrls): Promise<void> {
  const mismatch = await findMismatch(urls);
  if (mismatch === undefined) return;
  const { name, clusterUrls, advertisedUrls } = urls;
  const asCluster = (list: readonly string[]) => initialClusterText(new Map([[name, list]]));
  const notAdvertised = clusterUrls.filter((url) => !advertisedUrls.includes(url));
  if (notAdvertised.length > 0) {
    throw new CommandError(
      `--initial-cluster has ${asCluster(notAdvertised)} but missing from ` +
        `--initial-advertise-peer-urls=${advertisedUrls.join(',')} (${mismatch})`,
    );
  }
  const notInCluster = advertisedUrls.filter((url) => !clusterUrls.includes(url));
  throw new CommandError(
    notInCluster.length > 0
      ? `--initial-advertise-peer-urls has ${notInCluster.join(',')} but missing from ` +
          `--initial-cluster=${asCluster(advertisedUrls)}`
      : `failed to resolve ${advertisedUrls.join(',')} to match --initial-cluster=${asCluster(advertisedUrls)} (${mismatch})`,
  );
}

/** Why the two lists differ, or nothing if they do not. */
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

/** By scheme, address and path: addresses may be spelled in several ways (urlsHostNormalizedEqual in etcd pkg/netutil, v3.7.1). */
function areEqual(a: string, b: string): boolean {
  const [first, second] = [a, b].map((text) => {
    const { scheme, host, path } = parseGoUrl(text);
    return JSON.stringify([scheme, hostInOneForm(host), path]);
  });
  return first === second;
}

function hostInOneForm(host: string): string {
  const [, name = host, port = ''] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(host) ?? [];
  const address = canonicalAddress(name.replace(/^\[|\]$/g, ''));
  if (address === undefined) return host;
  return bracketed(address) + (port === '' ? '' : `:${port}`);
}

/** Go's form of an address; nothing for what is a name. */
function canonicalAddress(host: string): string | undefined {
  if (isIPv4(host)) return host;
  if (!isIPv6(host) || host.includes('%')) return undefined;
  const { hostname } = new URL(`http://[${host}]`);
  const [, high, low] = /^\[::ffff:([0-9a-f]+):([0-9a-f]+)\]$/.exec(hostname) ?? [];
  if (high === undefined || low === undefined) return hostname.slice(1, -1);
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 0xff, b >> 8, b & 0xff].join('.');
}

/** With the address instead of the name; `localhost` is left as it is, as etcd leaves it. */
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
