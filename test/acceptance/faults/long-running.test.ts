import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultProxy } from '../../support/grpc/fault-proxy.js';
import { contenders, untilQueued } from '../../support/lab/contenders.js';
import { type Lab, startLab } from '../../support/lab/lab.js';
import { ourEtcdctl, type Program, type Running, run, start } from '../../support/lab/program.js';
import { type ProxiedLab, startProxiedLab } from '../../support/lab/proxied-lab.js';

/** Seconds. */
const TTL = 9;
/** Long enough for a busy machine to connect and to renew a lease between two cuts. */
const CUT_EVERY_MS = 1_500;

let network: ProxiedLab;
let lab: Lab;
beforeAll(async () => {
  network = await startProxiedLab();
  ({ lab } = network);
});
afterAll(() => network?.stop());

const started: Running[] = [];
afterAll(() => {
  for (const running of started) running.kill('SIGKILL');
});

/** Starts ours behind the proxies. */
const begin = (...args: readonly string[]) => beginAs(ourEtcdctl(), [...network.flags(), ...args]);
function beginAs(program: Program, args: readonly string[]): Running {
  const running = start(program, args, { timeoutMs: 120_000 });
  started.push(running);
  return running;
}

const hasEnded = ({ result }: Running) =>
  Promise.race([result.then(() => true), delay(0, false)]) as Promise<boolean>;

const keeps = (name: string) => [
  'lock',
  name,
  `--ttl=${TTL}`,
  '--',
  'sh',
  '-c',
  'echo begun; exec sleep 300',
];

/** The id of the lease of the first in a queue, in hexadecimal. */
const leaseOfFirst = async (name: string) => (await contenders(lab, name))[0]?.slice(name.length + 1) ?? '';

/** For longer than a TTL: cuts all connections again and again, and restarts the member that is used most. */
async function disturb(): Promise<void> {
  const cutFor = async (ms: number) => {
    for (const end = performance.now() + ms; performance.now() < end; await delay(CUT_EVERY_MS)) {
      for (const proxy of network.proxies) proxy.cutAll();
    }
  };
  await cutFor((TTL * 1000) / 2);
  await lab.cluster.restart(network.mostUsed());
  await cutFor((TTL * 1000) / 2);
  await network.healthy();
}

describe('after cut connections and a restart', () => {
  let holder: Running;
  let waiter: Running;
  let leader: Running;
  let listener: Running;
  let keepAlive: Running;
  let lease = '';
  let queue: string[];

  beforeAll(async () => {
    lease = /lease (\S+)/.exec((await lab.real(['lease', 'grant', `${TTL}`])).stdout.toString())?.[1] ?? '';
    keepAlive = begin('lease', 'keep-alive', lease);
    holder = begin(...keeps('l'));
    await holder.waitFor('begun');
    waiter = begin('lock', 'l', `--ttl=${TTL}`, '--', 'echo', 'mine now');
    await untilQueued(lab, 'l', 2);
    queue = await contenders(lab, 'l');
    leader = begin('elect', 'e', 'first');
    listener = begin('elect', '-l', 'e');
    // The leader itself must have the answers to its requests: its key is there before.
    const first = [leader, listener].map((running) => running.waitFor('first\n'));
    await Promise.all([...first, keepAlive.waitFor('keepalived')]);
    await disturb();
  });

  it('lease keep-alive renews its lease', async () => {
    const { stdout } = await lab.real(['lease', 'timetolive', lease]);
    expect(stdout.toString()).toMatch(/granted with TTL\(9s\), remaining\(\ds\)/);
    keepAlive.kill('SIGINT');
    const { signal, stdout: renewals } = await keepAlive.result;
    expect(signal).toBe('SIGINT');
    expect(renewals.toString()).toMatch(new RegExp(`^(lease ${lease} keepalived with TTL\\(9\\)\n){3,}$`));
  });

  it('elect -l prints the next leader', async () => {
    if (await hasEnded(leader)) expect.fail((await leader.result).stderr.toString());
    expect(await contenders(lab, 'e')).toHaveLength(1);
    leader.kill('SIGTERM');
    expect((await leader.result).code).toBe(0);
    const next = beginAs(lab.etcdctl, [...lab.flags(), 'elect', 'e', 'second']);
    await listener.waitFor('second\n');
    listener.kill('SIGINT');
    const { code, stdout } = await listener.result;
    expect(code).toBe(0);
    expect(stdout.toString()).toMatch(/^e\/\w+\nfirst\n(e\/\w+\nfirst\n)*e\/\w+\nsecond\n$/);
    next.kill('SIGTERM');
    await next.result;
  });

  it('lock has the lock; when its lease is lost, it ends its command, and the next in the queue runs', async () => {
    for (const running of [holder, waiter]) {
      if (await hasEnded(running)) expect.fail((await running.result).stderr.toString());
    }
    expect(await contenders(lab, 'l')).toEqual(queue);
    await lab.real(['lease', 'revoke', await leaseOfFirst('l')]);
    const { code, stderr } = await holder.result;
    expect(stderr.toString()).toContain('the lock was lost: the command was terminated\n');
    expect(code).toBe(1);
    const { code: waiterCode, stdout } = await waiter.result;
    expect({ waiterCode, stdout: stdout.toString() }).toEqual({ waiterCode: 0, stdout: 'mine now\n' });
  });
});

it('lock ends its command when all connections are silent for a TTL', async () => {
  const holder = begin(...keeps('silent'));
  await holder.waitFor('begun');
  const began = performance.now();
  for (const proxy of network.proxies) proxy.mode = 'freeze';
  const { code, stderr } = await holder.result;
  const seconds = (performance.now() - began) / 1000;
  await network.heal();
  expect(stderr.toString()).toContain('the lock was lost: the command was terminated\n');
  expect(code).toBe(1);
  // The rest is the time for the revocation of the lease, and for a busy machine.
  expect(seconds).toBeLessThan(TTL + 20);
});

it('lock keeps its lock when its own member is connected and silent for longer than a TTL', async () => {
  const holder = begin(...keeps('mute'));
  await holder.waitFor('begun');
  const queue = await contenders(lab, 'mute');
  const proxy = network.proxies[network.mostUsed()];
  if (proxy) proxy.mode = 'freeze';
  await delay(TTL * 1000 + 3_000);
  await network.heal();
  if (await hasEnded(holder)) expect.fail((await holder.result).stderr.toString());
  expect(await contenders(lab, 'mute')).toEqual(queue);
  await lab.real(['lease', 'revoke', await leaseOfFirst('mute')]);
  expect((await holder.result).code).toBe(1);
});

it('without a leader for longer than a TTL, a waiting lock waits on, and commands without a time limit say why they wait', async () => {
  await network.heal();
  const granted = (await lab.real(['lease', 'grant', '600'])).stdout.toString();
  const lease = /lease (\S+)/.exec(granted)?.[1] ?? '';
  const holder = beginAs(lab.etcdctl, [...lab.flags(), 'lock', 'q', '--ttl=60']);
  await holder.waitFor('q/');
  const waiter = begin('lock', 'q', '--ttl=5', '--', 'echo', 'mine now');
  await untilQueued(lab, 'q', 2);
  const leader = await network.leader();
  for (const member of [0, 1, 2]) if (member !== leader) lab.cluster.pause(member);
  await waiter.waitFor('so it may have expired; still waiting\n');
  const timeToLive = begin('lease', 'timetolive', lease);
  const listener = begin('elect', '-l', 'q');
  const once = begin('lease', 'keep-alive', '--once', lease);
  await Promise.all(
    [timeToLive, listener].map((running) => running.waitFor('no response for 8 s: https://')),
  );
  const { code, stderr } = await once.result;
  expect(code).toBe(2);
  expect(stderr.toString()).toContain('1 of 3 endpoints answers, and no leader is known');
  expect(stderr.toString()).toMatch(/\nError: etcdserver: no leader\n$/);
  await network.heal();
  expect((await timeToLive.result).stdout.toString()).toContain(`lease ${lease} granted with TTL(600s)`);
  await listener.waitFor('q/');
  listener.kill('SIGINT');
  expect(await contenders(lab, 'q')).toHaveLength(2);
  holder.kill('SIGTERM');
  const { code: waiterCode, stdout } = await waiter.result;
  expect({ waiterCode, stdout: stdout.toString() }).toEqual({ waiterCode: 0, stdout: 'mine now\n' });
}, 180_000);

it('lock releases its lock behind a firewall that forgets idle connections', async () => {
  await network.heal();
  // The lease is renewed every two seconds, over the same connection.
  for (const proxy of network.proxies) proxy.forgetsAfterMs = 5_000;
  const holder = begin('lock', 'idle', '--ttl=6', '--', 'sh', '-c', 'echo begun; sleep 8; echo ended');
  await holder.waitFor('ended');
  const ended = performance.now();
  expect((await holder.result).code).toBe(0);
  expect(performance.now() - ended).toBeLessThan(4_500);
  expect(await contenders(lab, 'idle')).toEqual([]);
  await network.heal();
});

it('put says for which member it waits, when that is connected and silent', async () => {
  await network.heal();
  const put = () => run(ourEtcdctl(), [...network.flags(), '--command-timeout=4s', 'put', 'silent', 'v']);
  const [proxy] = network.proxies as [FaultProxy];
  const before = proxy.bytesToClients;
  expect((await put()).stderr.toString()).toBe('');
  const bytes = proxy.bytesToClients - before;
  // What arrives last is the answer.
  proxy.limitOf = () => ({ direction: 'toClient', bytes: bytes - 60, end: 'freeze' });
  const { code, stderr } = await put();
  await network.heal();
  const [waits = '', ...rest] = stderr.toString().split('\n');
  expect(waits).toBe(
    `no response for 3 s: https://${proxy.endpoint}: connected, but the server has not answered yet`,
  );
  expect(rest.at(-2)).toBe('Error: context deadline exceeded');
  expect(code).toBe(1);
});

describe('get, with one member of three that is connected and silent', () => {
  const get = async (first: number) => {
    const began = performance.now();
    const { code, stdout } = await run(ourEtcdctl(), [...network.flags(first), 'get', 'key']);
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: 'key\nvalue\n' });
    return performance.now() - began;
  };

  it.each([0, 1, 2])('is answered by another one: member %i', async (member) => {
    await network.heal();
    await lab.real(['put', 'key', 'value']);
    const proxy = network.proxies[member] as FaultProxy;
    const before = proxy.bytesToClients;
    await get(member);
    const bytes = proxy.bytesToClients - before;
    expect(bytes).toBeGreaterThan(1000);
    // What arrives last is the answer; signatures in the handshake differ by a few bytes.
    proxy.limitOf = () => ({ direction: 'toClient', bytes: bytes - 60, end: 'freeze' });
    const { accepted } = proxy;
    const ms = await get(member);
    expect(proxy.accepted).toBeGreaterThan(accepted);
    // Without another member, the command would fail at its deadline of five seconds.
    expect(ms).toBeGreaterThan(1000);
  });
});

describe('make-mirror, while connections to both clusters are cut', () => {
  let destination: Lab;
  let proxy: FaultProxy;
  beforeAll(async () => {
    destination = await startLab();
    proxy = await FaultProxy.start(Number(new URL(destination.cluster.endpoints[0] ?? '').port));
  });
  afterAll(async () => {
    await proxy?.close();
    await destination?.stop();
  });

  const txn = (...requests: string[]) => lab.real(['txn'], { stdin: `\n${requests.join('\n')}\n\n\n` });

  /** The values of each key that is written, in their order, without those that are repeated at once. */
  async function valuesIn(cluster: Lab): Promise<Map<string, string[]>> {
    const watch = beginAs(cluster.etcdctl, [...cluster.flags(), 'watch', '--prefix', 'm/', '--rev=1']);
    // With the value: etcdctl writes each line of an event by itself, and can be ended between two of them.
    await watch.waitFor('PUT\nm/last\nlast\n');
    watch.kill('SIGINT');
    const values = new Map<string, string[]>();
    const { stdout } = await watch.result;
    for (const [, key = '', value = ''] of stdout.toString().matchAll(/^(?:PUT|DELETE)\n(.*)\n(.*)\n/gm)) {
      const known = values.get(key) ?? [];
      if (known.at(-1) !== value) known.push(value);
      values.set(key, known);
    }
    return values;
  }

  it('copies each change once and in order', async () => {
    const names = Array.from({ length: 120 }, (_, index) => `m/${String(index).padStart(3, '0')}`);
    await txn(...names.map((name) => `put ${name} ${name}`));
    const mirror = begin('make-mirror', proxy.endpoint, '--prefix=m/', '--max-txn-ops=2');
    let isCutting = true;
    const cutting = (async () => {
      for (let round = 0; isCutting; round++, await delay(120)) {
        [...network.proxies, proxy][round % 4]?.cutAll();
      }
    })();
    const isBegun = async () =>
      (await destination.real(['get', 'm/', '--prefix', '--keys-only'])).stdout.length > 0;
    await expect.poll(isBegun).toBe(true);
    for (let round = 0; round < 15; round++) {
      await txn(`put m/a ${round}`, `put m/b-${round} ${round}`);
      await lab.real(['del', `m/b-${round - 1}`]);
    }
    isCutting = false;
    await cutting;
    await lab.real(['put', 'm/last', 'last']);
    const [source, copy] = await Promise.all([valuesIn(lab), valuesIn(destination)]);
    mirror.kill('SIGINT');
    await mirror.result;
    const all = async ({ real }: Lab) => (await real(['get', 'm/', '--prefix'])).stdout.toString();
    expect(await all(destination)).toBe(await all(lab));
    // Of changes while the first keys were copied, the last ones are there.
    for (const [key, values] of copy) expect(source.get(key)?.slice(-values.length)).toEqual(values);
    expect(copy.get('m/a')?.length).toBeGreaterThan(5);
  });
});
