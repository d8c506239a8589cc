import type { ConnectionOptions } from '../connection.js';
import { type ForwardProxy, ignoresProxy, type ProxySettings, proxyFor } from '../proxy.js';
import type { EndpointAddress } from './endpoint.js';

/** The options that both kinds of channels use. */
export type ChannelSettings = Pick<
  ConnectionOptions,
  'keepAliveTimeMs' | 'keepAliveTimeoutMs' | 'maxReceiveBytes' | 'proxy'
>;

export type ReachableAddress = Extract<EndpointAddress, { kind: 'reachable' }>;

/** Sent with each call; the server's metrics count clients by it (client/v3/ctx.go `withVersion`). The API version of etcd 3.7. */
export const CLIENT_API_VERSION = '3.7';

/** `grpc-timeout` has at most eight digits. */
const MAX_TIMEOUT_VALUE = 99_999_999;

/** A value of `grpc-timeout`, in milliseconds or seconds; at least one millisecond. */
export function grpcTimeout(milliseconds: number): string {
  const whole = Math.max(1, Math.ceil(milliseconds));
  return whole <= MAX_TIMEOUT_VALUE
    ? `${whole}m`
    : `${Math.min(Math.ceil(whole / 1000), MAX_TIMEOUT_VALUE)}S`;
}

/**
 * Bytes that a stream may receive before they are consumed. With Node.js's default of 64 KiB, a snapshot takes twice as long; 16 MiB
 * are no faster than 4 MiB and need 30 MiB more memory, because this much is buffered while a consumer is busy.
 */
export const FLOW_CONTROL_WINDOW_BYTES = 4 * 2 ** 20;

/** Timeout of one attempt to connect (grpc-go dialoptions.go `minConnectTimeout`). */
export const CONNECT_TIMEOUT_MS = 20_000;

/** A call that is aborted earlier need not say what it waits for: a response may be on its way. */
export const UNANSWERED_MS = 250;

/** Explanations of an endpoint's state when no error is known. */
export const NO_RESPONSE_IN_TIME = 'connected, but the server did not answer in time';
export const NO_RESPONSE_YET = 'connected, but the server has not answered yet';
export const NO_CONNECTION_YET = 'not connected yet';
export const NO_CONNECTION_IN_TIME = 'could not connect in time';

const MAX_MESSAGE_BYTES = 2 ** 31 - 1;

/** grpc-go raises shorter times to this (internal.KeepaliveMinPingTime); etcd closes connections that ping more than every 5 s. */
const MIN_KEEP_ALIVE_MS = 10_000;

/** Used for 0 (grpc-go, internal/transport `defaultClientKeepaliveTimeout`). */
const DEFAULT_KEEP_ALIVE_TIMEOUT_MS = 20_000;

/** The longest delay of setTimeout. */
const MAX_KEEP_ALIVE_MS = 2 ** 31 - 1;

export function maxResponseBytes({ maxReceiveBytes }: ChannelSettings): number {
  return maxReceiveBytes || MAX_MESSAGE_BYTES;
}

/** `undefined`: keepalive is off. */
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

/** None for Unix sockets; otherwise HTTPS_PROXY, also without TLS (grpc-go, internal/resolver/delegatingresolver). */
export function proxyOf(
  { socketAddress, host }: ReachableAddress,
  settings: ProxySettings,
): ForwardProxy | undefined {
  if ('path' in socketAddress) return undefined;
  const proxy = proxyFor({ host, port: String(socketAddress.port) }, settings.https, settings.noProxy);
  return proxy && { ...proxy, systemRoots: settings.systemRoots };
}

/** Whether HTTPS_PROXY would be used for this address if it could be parsed. */
export function isProxyIgnored({ socketAddress, host }: ReachableAddress, settings: ProxySettings): boolean {
  if ('path' in socketAddress) return false;
  return ignoresProxy({ host, port: String(socketAddress.port) }, settings.https, settings.noProxy);
}
