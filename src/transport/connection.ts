import type { ProxySettings } from './proxy.js';

/** How to reach a cluster. The transport's only input; the transport validates it. */
export interface ConnectionOptions {
  /** As given by the user: `host:port`, `http(s)://host:port`, `unix:path`, …; at least one. */
  readonly endpoints: readonly string[];
  /** Where to request tokens; absent: at `endpoints`. A learner refuses logins, and takes the tokens of other members. */
  readonly loginEndpoints?: readonly string[];
  readonly tls: TlsOptions;
  readonly proxy: ProxySettings;
  readonly credentials?: Credentials;
  /**
   * In the executable, connect to the first endpoint while the client is made, and not only for the first call: the server works on the
   * handshake while the code for calls is loaded.
   */
  readonly connectsAtOnce?: boolean;
  readonly dialTimeoutMs: number;
  readonly keepAliveTimeMs: number;
  readonly keepAliveTimeoutMs: number;
  /** Timeout of each call that sets none itself; `null`: no timeout. */
  readonly callTimeoutMs: number | null;
  /** 0: etcd's default of 2 MiB. */
  readonly maxRequestBytes: number;
  /** 0: etcd's default of 2 GiB − 1. */
  readonly maxReceiveBytes: number;
  /**
   * Called at most once, while the first call waits for a connection: when all endpoints have failed, or after a second. Gets one sentence
   * for each endpoint that has failed, and whether all of them have failed because of a certificate, the server's or the client's.
   */
  readonly reportFailures?: (reasons: readonly string[], areAboutCertificates: boolean) => void;
  /**
   * Called when the caller has aborted a call that was waiting for its first response. Gets a function that says what it was waiting for:
   * one sentence for each endpoint that was tried. The call rejects after this has settled.
   */
  readonly reportUnanswered?: (explain: () => Promise<readonly string[]>) => Promise<void>;
  /** Called every few seconds while a write, or a call without a timeout, waits for its first response. Gets a sentence. */
  readonly reportWaiting?: (text: string) => void;
}

/** The files are read when a client is created, and again for later connections. Error messages name them by `flagNames`. */
export interface TlsOptions {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  /** Without `caFile`: where the system's root certificates are, if not in the default locations. */
  readonly systemRoots?: SystemRootsPaths;
  /** Default: those of the version 3 commands. */
  readonly flagNames?: TlsFlagNames;
  /** Name that the server's certificate must be valid for, instead of the endpoint's host. */
  readonly serverName?: string;
  readonly insecureTransport: boolean;
  readonly insecureSkipVerify: boolean;
}

export interface SystemRootsPaths {
  /** Bundle file to read instead of the system's (SSL_CERT_FILE). */
  readonly file?: string;
  /** Directories of certificate files to read instead of the system's (SSL_CERT_DIR). */
  readonly folders?: readonly string[];
}

export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  | { readonly kind: 'token'; readonly token: string };

/** Names of the flags for the TLS files, for error messages. */
export interface TlsFlagNames {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Flag names of the version 3 commands. */
export const TLS_FLAG_NAMES: TlsFlagNames = { ca: '--cacert', cert: '--cert', key: '--key' };

/** `--cacert, --cert and --key` */
export function joinFlagNames({ ca, cert, key }: TlsFlagNames): string {
  return `${ca}, ${cert} and ${key}`;
}
