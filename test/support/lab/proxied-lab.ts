import { freePorts } from '../../../scripts/lib/etcd/ports.mjs';
import type { Pki } from '../../../scripts/lib/pki.mjs';
import { FaultProxy } from '../grpc/fault-proxy.js';
import type { Http2FaultMode } from '../http2/http2-fault-proxy.js';
import { CertificateRotation } from './certificate-rotation.js';
import { Http2Detour } from './http2-detour.js';
import { type Lab, rootPassword, startLab } from './lab.js';
import { run } from './program.js';

/** Three members with TLS, each behind a proxy that simulates network failures. */
export interface ProxiedLab {
  readonly lab: Lab;
  /** One for each member, in the order of the members. */
  readonly proxies: readonly FaultProxy[];
  /** The flags to connect through the proxies; the endpoint of this member is the first, those after it follow. */
  flags(first?: number): string[];
  /** The member with the oldest connection through its proxy: a command that goes on and on uses it. */
  mostUsed(): number;
  leader(): Promise<number>;
  /** Sends new connections through HTTP/2 proxies that end streams or connections. */
  endStreams(mode: Http2FaultMode): void;
  /** The number of streams and connections that these proxies have ended so far. */
  readonly endedStreams: number;
  /** Replaces the certificates of servers and clients, at first with those of the same authority, then with those of another one. */
  rotateCertificates(): Promise<void>;
  /** Resolves when all members serve, and the real etcdctl finds them healthy without the proxies. */
  healthy(): Promise<void>;
  /** Ends all failures: the proxies forward everything, and every member runs. */
  heal(): Promise<void>;
  stop(): Promise<void>;
}

export interface ProxiedLabOptions {
  /** With auth: clients log in as root, and tokens that are not used expire after this time. */
  readonly tokenTtlSeconds?: number;
}

export async function startProxiedLab({ tokenTtlSeconds }: ProxiedLabOptions = {}): Promise<ProxiedLab> {
  const extraArgs = tokenTtlSeconds === undefined ? [] : [`--auth-token-ttl=${tokenTtlSeconds}`];
  const lab = await startLab({ profile: 'tls', members: 3, extraArgs });
  const login = tokenTtlSeconds === undefined ? [] : [`--user=root:${rootPassword}`];
  if (login.length > 0) await enableAuth(lab);
  const { cluster } = lab;
  const pki = lab.pki as Pki;
  const ports = await freePorts(cluster.endpoints.length);
  const proxies = await Promise.all(
    cluster.endpoints.map((url, index) => FaultProxy.start(Number(new URL(url).port), ports[index])),
  );
  const detour = await Http2Detour.start(proxies, pki);
  const certificates = new CertificateRotation(pki);
  const endpoints = proxies.map(({ endpoint }) => `https://${endpoint}`);
  const healthy = async () => {
    await cluster.serving();
    for (;;) {
      const { code } = await run(lab.etcdctl, [...lab.flags(), 'endpoint', 'health']);
      if (code === 0) return;
    }
  };
  return {
    lab,
    proxies,
    flags: (first = 0) => [...lab.flags([...endpoints.slice(first), ...endpoints.slice(0, first)]), ...login],
    mostUsed() {
      const ages = proxies.map(({ oldestConnection }) => oldestConnection);
      return ages.indexOf(Math.min(...ages));
    },
    async leader() {
      const { stdout } = await lab.real(['endpoint', 'status']);
      return stdout
        .toString()
        .split('\n')
        .findIndex((line) => line.split(', ')[8] === 'true');
    },
    get endedStreams() {
      return detour.ended;
    },
    endStreams: (mode) => detour.begin(mode),
    rotateCertificates: () => certificates.replaceTwice(lab, proxies),
    healthy,
    async heal() {
      detour.end();
      for (const proxy of proxies) await proxy.heal();
      for (const [index, { pid }] of cluster.members.entries()) {
        if (pid === undefined) await cluster.restart(index);
        else cluster.resume(index);
      }
      await healthy();
    },
    async stop() {
      for (const proxy of [...proxies, detour]) await proxy.close();
      await lab.stop();
    },
  };
}

/** The certificate of the lab's own clients and the password of root give all permissions. */
async function enableAuth({ real }: Lab): Promise<void> {
  const certificateUser = 'kube-etcd-healthcheck-client';
  await real(['user', 'add', `root:${rootPassword}`]);
  await real(['user', 'add', certificateUser, '--no-password']);
  for (const user of ['root', certificateUser]) await real(['user', 'grant-role', user, 'root']);
  await real(['auth', 'enable']);
}

/** The id of a member of the cluster, as `move-leader` wants it. */
export async function memberId({ lab }: ProxiedLab, index: number): Promise<string> {
  const { stdout } = await lab.real(['endpoint', 'status']);
  return stdout.toString().split('\n')[index]?.split(', ')[1] ?? '';
}
