import type { ConnectionOptions } from '../connection.js';
import { type ForwardProxy, type ProxySettings, proxyTo } from '../proxy.js';
import { explainConnectionFailure, explainProxiedFailure } from '../tls/connection-failure.js';
import type { EndpointAddress } from './endpoint.js';

/** What both kinds of channels need of the options. */
export type ChannelSettings = Pick<
  ConnectionOptions,
  'keepAliveTimeMs' | 'keepAliveTimeoutMs' | 'maxReceiveBytes' | 'proxy'
>;

export type ReachableAddress = Extract<EndpointAddress, { kind: 'reachable' }>;

/** Servers count their clients by it (client/v3/ctx.go `withVersion`); the API version of etcd 3.7. */
export const CLIENT_API_VERSION = '3.7';

/**
 * Bytes on their way before the server must wait for us; Node.js's 64 KiB halve the speed of a snapshot. It is also what may pile up
 * here while a consumer is busy: 16 MiB bring no speed, but 30 MiB of memory.
 */
export const FLOW_CONTROL_WINDOW_BYTES = 4 * 2 ** 20;

/** What keeps an endpoint from answering, when it is not a failure with words of its own. */
export const CONNECTED_AND_SILENT = 'connected, but the server did not answer in time';
export const NOT_CONNECTED_YET = 'could not connect in time';

const MAX_MESSAGE_BYTES = 2 ** 31 - 1;

/** grpc-go raises shorter times to this (internal.KeepaliveMinPingTime); etcd ends connections that ping more often than every 5 s. */
const MIN_KEEP_ALIVE_MS = 10_000;

/** What 0 stands for (grpc-go, internal/transport `defaultClientKeepaliveTimeout`). */
const DEFAULT_KEEP_ALIVE_TIMEOUT_MS = 20_000;

/** Timers take no more milliseconds. */
const MAX_KEEP_ALIVE_MS = 2 ** 31 - 1;

export function maxResponseBytes({ maxReceiveBytes }: ChannelSettings): number {
  return maxReceiveBytes || MAX_MESSAGE_BYTES;
}

/** `undefined`: switched off. */
export function keepAliveOf({
  keepAliveTimeMs,
  keepAliveTimeoutMs,
}: ChannelSettings): { readonly timeMs: number; readonly timeoutMs: number } | undefined {
  if (keepAliveTimeMs <= 0) return undefined;
  return {
    timeMs: Math.min(Math.max(keepAliveTimeMs, MIN_KEEP_ALIVE_MS), MAX_KEEP_ALIVE_MS),
    timeoutMs: Math.min(keepAliveTimeoutMs || DEFAULT_KEEP_ALIVE_TIMEOUT_MS, MAX_KEEP_ALIVE_MS),
  };
}

/** Sockets in the file system have none; others by the variable for HTTPS, also without TLS (grpc-go, internal/resolver/delegatingresolver). */
export function proxyOf(
  { place, host }: ReachableAddress,
  settings: ProxySettings,
): ForwardProxy | undefined {
  if ('path' in place) return undefined;
  return proxyTo({ host, port: String(place.port) }, settings.https, settings.exceptions);
}

/** Why no connection came about. */
export function explainFailure(
  failure: Error,
  {
    address,
    proxy: settings,
    isSecure,
  }: { address: ReachableAddress; proxy: ProxySettings; isSecure: boolean },
): string {
  const proxy = proxyOf(address, settings);
  return proxy === undefined
    ? explainConnectionFailure(failure, { isSecure })
    : explainProxiedFailure(failure, proxy);
}
