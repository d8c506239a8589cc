import { type ChannelOptions, experimental } from '@grpc/grpc-js';

/**
 * grpc-js closes connections, but leaves attempts to connect to their fate: a host that drops packets, or a server that accepts and
 * then says nothing, would hold the process for minutes after the last command. An address that a resolver hands to grpc-js is
 * passed on to `net.connect` as its options; this resolver adds the option `signal` there, whose abort destroys the socket.
 */

/** For targets `closable:host:port`; names are looked up as `dns:` does. */
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
    const closable = ({ addresses }: experimental.Endpoint): experimental.Endpoint => ({
      addresses: addresses.map((address) => ({ ...address, signal })),
    });
    const createDnsResolver = (path: string): experimental.Resolver =>
      experimental.createResolver(
        { ...target, scheme: 'dns', path },
        (endpoints, ...rest) => {
          // An answer that was under way comes even after the resolver's end, and would make a closed channel connect for ever.
          if (signal.aborted) return true;
          const shorterPath = endpoints.ok ? undefined : withoutFinalDot(path);
          if (shorterPath !== undefined) {
            this.#dnsResolver.destroy();
            this.#dnsResolver = createDnsResolver(shorterPath);
            this.#dnsResolver.updateResolution();
            return true;
          }
          return listener(
            endpoints.ok ? experimental.statusOrFromValue(endpoints.value.map(closable)) : endpoints,
            ...rest,
          );
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

  static getDefaultAuthority(target: experimental.GrpcUri): string {
    return target.path;
  }
}

/** Of `host.:port`, see `lookUpHost`; nothing for other hosts. */
function withoutFinalDot(path: string): string | undefined {
  const shorter = path.replace(/\.(:\d+)$/, '$1');
  return shorter === path ? undefined : shorter;
}

experimental.registerResolver(CLOSABLE_SCHEME, ClosableResolver);
