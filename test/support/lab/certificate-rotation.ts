import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import {
  type Authority,
  createAuthority,
  issue,
  type PairFiles,
  type Pki,
} from '../../../scripts/lib/pki.mjs';
import type { FaultProxy } from '../grpc/fault-proxy.js';
import type { Lab } from './lab.js';

/** Replaces the certificates of a lab's servers and clients. */
export class CertificateRotation {
  readonly #pki: Pki;
  #authority: Authority;

  constructor(pki: Pki) {
    this.#pki = pki;
    this.#authority = pki.authority;
  }

  /** Connections are cut after each change, so that new ones use the new files. */
  async replaceTwice({ cluster }: Lab, proxies: readonly FaultProxy[]): Promise<void> {
    const cutAll = () => {
      for (const proxy of proxies) proxy.cutAll();
    };
    await this.renew();
    cutAll();
    await this.trustAnother();
    // Servers read the authorities that they trust when they start.
    for (const index of cluster.endpoints.keys()) await cluster.restart(index);
    await this.renew();
    cutAll();
  }

  /** Adds another authority to the file of those that are trusted; it signs from now on. */
  async trustAnother(): Promise<void> {
    this.#authority = await createAuthority({ commonName: 'another-etcd-ca', algorithm: 'ecdsa' });
    appendFileSync(this.#pki.caCert, this.#authority.cert);
  }

  /** New keys and certificates in the same files. */
  async renew(): Promise<void> {
    const { client, server } = this.#pki;
    const [newServer, newClient] = await Promise.all([
      issue(this.#authority, {
        usage: 'server',
        commonName: 'control-plane',
        dnsNames: ['localhost'],
        ips: ['127.0.0.1'],
        algorithm: 'ecdsa',
      }),
      issue(this.#authority, {
        usage: 'client',
        commonName: 'kube-etcd-healthcheck-client',
        organization: 'system:masters',
        algorithm: 'ecdsa',
      }),
    ]);
    replace(server, newServer);
    replace(client, newClient);
  }
}

/** Replaces both files at nearly the same time: a program may read them at any moment. */
function replace(files: PairFiles, pair: { readonly cert: string; readonly key: string }): void {
  writeFileSync(`${files.cert}.new`, pair.cert);
  writeFileSync(`${files.key}.new`, pair.key, { mode: 0o600 });
  renameSync(`${files.cert}.new`, files.cert);
  renameSync(`${files.key}.new`, files.key);
}
