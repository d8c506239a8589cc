import { type ChannelOptions, experimental } from '@grpc/grpc-js';

/**
 * Closing a channel of grpc-js does not stop a lookup of its host. This resolver forgets what such a lookup finds. Nothing stops a TCP
 * connection that is being made: `ConnectionCredentials` refuses it when it is there.
 */

/** Scheme of targets `closable:host:port`; names are resolved as for `dns:`. */
export const CLOSABLE_SCHEME = 'closable';

/** Channel option that carries the `AbortSignal`. */
export const CLOSING_SIGNAL_OPTION = 'closable.signal';

class ClosableResolver implements experimental.Resolver {
  #dnsResolver: experimental.Resolver;

  constructor(
    target: experimental.GrpcUri,
    listener: experimental.ResolverListener,
    options: ChannelOptions,
  ) {
    const signal: AbortSignal = options[CLOSING_SIGNAL_OPTION];
    const createDnsResolver = (path: string): experimental.Resolver =>
      experimental.createResolver(
        { ...target, scheme: 'dns', path },
        (endpoints, ...rest) => {
          // A pending lookup calls back even after `destroy`, and would make a closed channel connect again and again.
          if (signal.aborted) return true;
          const shorterPath = endpoints.ok ? undefined : withoutFinalDot(path);
          if (shorterPath !== undefined) {
            this.#dnsResolver.destroy();
            this.#dnsResolver = createDnsResolver(shorterPath);
            this.#dnsResolver.updateResolution();
            return true;
          }
          return listener(endpoints, ...rest);
        },
        options,
      );
    this.#dnsResolver = createDnsResolver(target.path);
  }

  updateResolution(): void {
    this.#dnsResolver.updateResolution();
  }

  destroy(): void {
    this.#dnsResolver.destroy();
  }

  /** For the URL that `node:http2` gets. It rejects the zone of an IPv6 address. */
  static getDefaultAuthority(target: experimental.GrpcUri): string {
    return target.path.replace(/%[^\]]*/, '');
  }
}

/** `host:port` for `host.:port`, see `lookUpHost`; `undefined` for other paths. */
function withoutFinalDot(path: string): string | undefined {
  const shorter = path.replace(/\.(:\d+)$/, '$1');
  return shorter === path ? undefined : shorter;
}

experimental.registerResolver(CLOSABLE_SCHEME, ClosableResolver);
