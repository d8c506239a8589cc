import { freePorts } from '../../../scripts/lib/etcd/ports.mjs';
import { FaultProxy } from '../grpc/fault-proxy.js';
import { type Lab, startLab } from './lab.js';
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
  /** Resolves when all members serve, and the real etcdctl finds them healthy without the proxies. */
  healthy(): Promise<void>;
  /** Ends all failures: the proxies forward everything, and every member runs. */
  heal(): Promise<void>;
  stop(): Promise<void>;
}

export async function startProxiedLab(): Promise<ProxiedLab> {
  const lab = await startLab({ profile: 'tls', members: 3 });
  const { cluster } = lab;
  const ports = await freePorts(cluster.endpoints.length);
  const proxies = await Promise.all(
    cluster.endpoints.map((url, index) => FaultProxy.start(Number(new URL(url).port), ports[index])),
  );
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
    flags: (first = 0) => lab.flags([...endpoints.slice(first), ...endpoints.slice(0, first)]),
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
    healthy,
    async heal() {
      for (const proxy of proxies) await proxy.heal();
      for (const [index, { pid }] of cluster.members.entries()) {
        if (pid === undefined) await cluster.restart(index);
        else cluster.resume(index);
      }
      await healthy();
    },
    async stop() {
      for (const proxy of proxies) await proxy.close();
      await lab.stop();
    },
  };
}

/** The id of a member of the cluster, as `move-leader` wants it. */
export async function memberId({ lab }: ProxiedLab, index: number): Promise<string> {
  const { stdout } = await lab.real(['endpoint', 'status']);
  return stdout.toString().split('\n')[index]?.split(', ')[1] ?? '';
}
