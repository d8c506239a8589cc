/** TLS, proxies and DNS discovery, from the global flags and the environment. */
import { UsageError } from '../model/errors.js';
import type { TlsOptions } from '../transport/connection.js';
import type { DiscoveryOptions } from '../transport/discovery.js';
import type { ProxySettings } from '../transport/proxy.js';
import type { Environment } from './environment.js';
import type { GlobalFlagValues } from './global-flags.js';

export function toDiscovery(values: GlobalFlagValues): DiscoveryOptions | undefined {
  const domain = values['discovery-srv'];
  if (domain === '') return undefined;
  return { domain, serviceName: values['discovery-srv-name'], insecure: values['insecure-discovery'] };
}

export function toTlsOptions(
  values: GlobalFlagValues,
  given: Partial<GlobalFlagValues>,
  discovery: DiscoveryOptions | undefined,
): TlsOptions {
  for (const name of ['cert', 'key', 'cacert'] as const) {
    if (given[name] === '') throw new UsageError(`empty string is passed to --${name} option`);
  }
  return {
    ...(values.cacert !== '' && { caFile: values.cacert }),
    ...(values.cert !== '' && { certFile: values.cert }),
    ...(values.key !== '' && { keyFile: values.key }),
    // The certificates of discovered servers are verified by host name, not by domain (grpc-go credentials/tls.go
    // `ClientHandshake`).
    insecureTransport: values['insecure-transport'] && (discovery === undefined || discovery.insecure),
    insecureSkipVerify: values['insecure-skip-tls-verify'],
  };
}

/** The system's root certificates, if not at the default paths: the variables of Go's crypto/x509. For every command set. */
export function systemRootsOf({
  SSL_CERT_FILE: file = '',
  SSL_CERT_DIR: folders = '',
}: Environment): Pick<TlsOptions, 'systemRoots'> {
  if (file === '' && folders === '') return {};
  return {
    systemRoots: {
      ...(file !== '' && { file }),
      ...(folders !== '' && { folders: folders.split(':') }),
    },
  };
}

/** The upper-case variables have precedence, as in Go (golang.org/x/net/http/httpproxy `FromEnvironment`). */
export function proxySettings(env: Environment): ProxySettings {
  const http = env.HTTP_PROXY || env.http_proxy;
  const https = env.HTTPS_PROXY || env.https_proxy;
  const noProxy = env.NO_PROXY || env.no_proxy;
  return {
    ...(http && { http }),
    ...(https && { https }),
    ...(noProxy && { noProxy }),
    ...systemRootsOf(env),
  };
}
