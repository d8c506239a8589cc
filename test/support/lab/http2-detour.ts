import type { Pki } from '../../../scripts/lib/pki.mjs';
import type { FaultProxy } from '../grpc/fault-proxy.js';
import { type Http2FaultMode, Http2FaultProxy } from '../http2/http2-fault-proxy.js';

/** HTTP/2 proxies between TCP proxies and their servers, for a time. */
export class Http2Detour {
  private constructor(
    readonly tcpProxies: readonly FaultProxy[],
    readonly http2Proxies: readonly Http2FaultProxy[],
  ) {}

  static async start(tcpProxies: readonly FaultProxy[], pki: Pki): Promise<Http2Detour> {
    const http2Proxies = tcpProxies.map(({ targetPort }) => Http2FaultProxy.start(targetPort, pki));
    return new Http2Detour(tcpProxies, await Promise.all(http2Proxies));
  }

  /** The number of streams and connections that were ended. */
  get ended(): number {
    return this.http2Proxies.reduce((sum, { ended }) => sum + ended, 0);
  }

  /** Cuts the connections; new ones pass the HTTP/2 proxies. */
  begin(mode: Http2FaultMode): void {
    for (const proxy of this.http2Proxies) proxy.mode = mode;
    this.#route(({ port }) => port);
  }

  /** If it has begun: cuts the connections; new ones go to the servers. */
  end(): void {
    this.#route(({ targetPort }) => targetPort);
  }

  async close(): Promise<void> {
    for (const proxy of this.http2Proxies) await proxy.close();
  }

  #route(portOf: (proxy: Http2FaultProxy) => number): void {
    for (const [index, proxy] of this.tcpProxies.entries()) {
      const port = portOf(this.http2Proxies[index] as Http2FaultProxy);
      if (proxy.targetPort !== port) proxy.cutAll();
      proxy.targetPort = port;
    }
  }
}
