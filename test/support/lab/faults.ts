import { setTimeout as delay } from 'node:timers/promises';
import type { FaultProxy } from '../grpc/fault-proxy.js';
import type { Http2FaultMode } from '../http2/http2-fault-proxy.js';
import { memberId, type ProxiedLab } from './proxied-lab.js';

/** A failure of the network or of members. `ProxiedLab.heal` ends it. */
export interface Fault {
  readonly name: string;
  /** How long it lasts. */
  readonly durationMs: number;
  /** `member` is the one that a long-running command uses. */
  begin(network: ProxiedLab, member: number): unknown;
}

const BRIEF_MS = 1_500;
/** Longer than --command-timeout, and than it takes with `NOTICE_SILENCE` to notice that a connection is silent. */
const LONG_MS = 12_500;

/** A ping after ten seconds, which is the shortest time that etcdctl has, must be answered within one. */
export const NOTICE_SILENCE = ['--keepalive-time=10s', '--keepalive-timeout=1s'];

/** What a proxy does; connections that are open are reset where the failure is only of new ones. */
const PROXY_FAULTS: readonly [name: string, durationMs: number, begin: (proxy: FaultProxy) => unknown][] = [
  ['refuses connections', BRIEF_MS, (proxy) => proxy.refuse()],
  ['closes connections at once', BRIEF_MS, (proxy) => onNewConnections(proxy, { mode: 'cut' })],
  ['accepts and says nothing', 3_000, (proxy) => onNewConnections(proxy, { mode: 'stall' })],
  ['forwards nothing', LONG_MS, (proxy) => Object.assign(proxy, { mode: 'freeze' })],
  ['is slow', 2_500, (proxy) => Object.assign(proxy, { delayMs: 150 })],
  ['cuts answers at any byte', 4_000, (proxy) => onNewConnections(proxy, { limitOf: cutToClient })],
  ['cuts requests at any byte', 4_000, (proxy) => onNewConnections(proxy, { limitOf: cutToServer })],
];

function onNewConnections(proxy: FaultProxy, settings: Partial<FaultProxy>): void {
  Object.assign(proxy, settings);
  proxy.cutAll();
}

/**
 * Each connection is cut after another number of bytes. A TLS handshake with certificates of both sides takes about 1500 bytes in each
 * direction, a call 200 more.
 */
const cutToClient = (index: number) =>
  ({ direction: 'toClient', bytes: 1_200 + ((index * 37) % 1_000), end: 'cut' }) as const;
const cutToServer = (index: number) =>
  ({ direction: 'toServer', bytes: 1_200 + ((index * 37) % 1_000), end: 'cut' }) as const;

const proxyFaults: Fault[] = PROXY_FAULTS.flatMap(([name, durationMs, begin]) => [
  {
    name: `the proxy of one member ${name}`,
    durationMs,
    begin: ({ proxies }, member) => Promise.all(proxies.filter((_, at) => at === member).map(begin)),
  },
  {
    name: `the proxies of two members ${name}`,
    durationMs,
    begin: ({ proxies }, member) =>
      Promise.all(proxies.filter((_, at) => at !== (member + 2) % proxies.length).map(begin)),
  },
]);

/** Resolves when some streams have ended: on a busy machine, commands begin few of them in the time of a failure. */
async function endStreams(network: ProxiedLab, mode: Http2FaultMode): Promise<void> {
  const enough = network.endedStreams + 15;
  network.endStreams(mode);
  while (network.endedStreams < enough) await delay(50);
}

const memberFaults: Fault[] = [
  {
    name: 'all connections are cut, again and again',
    durationMs: BRIEF_MS,
    async begin({ proxies }) {
      for (let times = 0; times < 8; times++) {
        for (const proxy of proxies) proxy.cutAll();
        await delay(150);
      }
    },
  },
  {
    name: 'a member is killed',
    durationMs: BRIEF_MS,
    begin: ({ lab }, member) => lab.cluster.kill(member),
  },
  {
    name: 'the leader is killed',
    durationMs: 2_500,
    begin: async (network) => network.lab.cluster.kill(await network.leader()),
  },
  {
    name: 'a member is stopped',
    durationMs: LONG_MS,
    begin: ({ lab }, member) => lab.cluster.pause(member),
  },
  {
    name: 'two members are stopped: no quorum',
    durationMs: 3_000,
    begin({ lab }, member) {
      lab.cluster.pause(member);
      lab.cluster.pause((member + 1) % 3);
    },
  },
  {
    name: 'a member is restarted',
    durationMs: 0,
    begin: ({ lab }, member) => lab.cluster.restart(member),
  },
  {
    name: 'streams are reset',
    durationMs: 3_500,
    begin: (network) => endStreams(network, 'reset'),
  },
  {
    name: 'GOAWAY comes after one stream',
    durationMs: 3_500,
    begin: (network) => endStreams(network, 'goaway'),
  },
  {
    name: 'certificates are replaced, also by those of another authority',
    durationMs: 500,
    begin: (network) => network.rotateCertificates(),
  },
  {
    name: 'the leader is moved',
    durationMs: 500,
    async begin(network) {
      const to = ((await network.leader()) + 1) % 3;
      await network.lab.real(['move-leader', await memberId(network, to)]);
    },
  },
];

export const faults: readonly Fault[] = [...proxyFaults, ...memberFaults];
