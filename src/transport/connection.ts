import type { ProxySettings } from './proxy.js';

/** How to reach a cluster; the transport's only input, checked by nobody else. */
export interface ConnectionOptions {
  /** As given by the user: `host:port`, `http(s)://host:port`, `unix:path`, …; at least one. */
  readonly endpoints: readonly string[];
  readonly tls: TlsOptions;
  readonly proxy: ProxySettings;
  readonly credentials?: Credentials;
  readonly dialTimeoutMs: number;
  readonly keepAliveTimeMs: number;
  readonly keepAliveTimeoutMs: number;
  /** Limit for each call that states none itself; `null`: unlimited. */
  readonly callTimeoutMs: number | null;
  /** 0: etcd's default of 2 MiB. */
  readonly maxRequestBytes: number;
  /** 0: etcd's default of 2 GiB − 1. */
  readonly maxReceiveBytes: number;
}

/** Files are read when a client is made, and named by these flags in complaints. */
export interface TlsOptions {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  /** Without `caFile`: where the authorities of this machine are, when not in the usual places. */
  readonly systemRoots?: SystemRootsPaths;
  /** Those of the version 3 commands when absent. */
  readonly flagNames?: TlsFlagNames;
  /** Name to verify instead of the endpoint's host. */
  readonly serverName?: string;
  readonly insecureTransport: boolean;
  readonly insecureSkipVerify: boolean;
}

export interface SystemRootsPaths {
  /** Instead of the file in which the system keeps them all. */
  readonly file?: string;
  /** Instead of the folders in which it keeps one in a file. */
  readonly folders?: readonly string[];
}

export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  | { readonly kind: 'token'; readonly token: string };

/** What the flags that name TLS files are called, for whoever has to look at them again. */
export interface TlsFlagNames {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Those of the version 3 commands. */
export const TLS_FLAG_NAMES: TlsFlagNames = { ca: '--cacert', cert: '--cert', key: '--key' };

/** `--cacert, --cert and --key` */
export function listed({ ca, cert, key }: TlsFlagNames): string {
  return `${ca}, ${cert} and ${key}`;
}
