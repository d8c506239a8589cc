/** Proxies that end streams in all ways: the commands that go on and on resume, and lose and repeat nothing. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { STREAM_RESETS, StreamProxy } from '../../support/http2/stream-proxy.js';
import { contenders, untilQueued } from '../../support/lab/contenders.js';
import { type Lab, startLab } from '../../support/lab/lab.js';
import { ourEtcdctl, type Running, start } from '../../support/lab/program.js';

/** Seconds. */
const TTL = 5;

let lab: Lab;
let destination: Lab;
let proxy: StreamProxy;
const started: Running[] = [];
beforeAll(async () => {
  [lab, destination] = await Promise.all([startLab(), startLab()]);
  proxy = await StreamProxy.start(lab.cluster.endpoints[0] ?? '');
});
afterAll(async () => {
  for (const running of started) running.kill('SIGKILL');
  await proxy?.close();
  await Promise.all([lab?.stop(), destination?.stop()]);
});

const begin = (...args: readonly string[]): Running => {
  const running = start(ourEtcdctl(), ['--endpoints', proxy.endpoint, ...args], { timeoutMs: 120_000 });
  started.push(running);
  return running;
};

const beginReal = (...args: readonly string[]): Running => {
  const running = start(lab.etcdctl, [...lab.flags(), ...args], { timeoutMs: 120_000 });
  started.push(running);
  return running;
};

const ENDS: readonly (readonly [string, () => unknown])[] = [
  ...STREAM_RESETS.map((name) => [`RST_STREAM ${name}`, () => proxy.reset(name)] as const),
  ['an end without a status', () => proxy.end({ 'x-proxy': 'idle' })],
  ['an end with the status OK', () => proxy.end({ 'grpc-status': '0' })],
  ['the status Unavailable', () => proxy.end({ 'grpc-status': '14', 'grpc-message': 'idle' })],
  ['GOAWAY NO_ERROR', () => proxy.goAway('NO_ERROR')],
  ['GOAWAY ENHANCE_YOUR_CALM', () => proxy.goAway('ENHANCE_YOUR_CALM')],
];

/** Waits until each prints the text. */
const all = (text: string, ...running: readonly Running[]) =>
  Promise.all(running.map((each) => each.waitFor(text)));

it('watch, elect -l, a waiting lock, lease keep-alive and make-mirror resume', {
  timeout: 120_000,
}, async () => {
  const lease =
    /lease (\S+)/.exec((await lab.real(['lease', 'grant', `${TTL}`])).stdout.toString())?.[1] ?? '';
  const keepAlive = begin('lease', 'keep-alive', lease);
  const leader = beginReal('elect', 'e', 'v-first');
  const holder = beginReal('lock', 'l', '--ttl=60');
  await Promise.all([leader.waitFor('v-first\n'), holder.waitFor('l/'), keepAlive.waitFor('keepalived')]);
  const waiter = begin('lock', 'l', `--ttl=${TTL}`, '--', 'echo', 'mine now');
  const mirror = begin('make-mirror', destination.cluster.endpoints[0] ?? '', '--prefix=w/');
  // From the first revision: the mirror can copy before this watch has begun.
  const copies = start(destination.etcdctl, [...destination.flags(), 'watch', '--prefix', 'w/', '--rev=1'], {
    timeoutMs: 120_000,
  });
  started.push(copies);
  const watch = begin('watch', '--prefix', 'w/', '--rev=1');
  const listener = begin('elect', '-l', 'e');
  await Promise.all([untilQueued(lab, 'l', 2), listener.waitFor('v-first\n')]);
  await lab.real(['put', 'w/0', 'v-0-begun']);
  await all('v-0-begun', watch, copies);

  const [leaderKey = ''] = await contenders(lab, 'e');
  const written: string[] = ['v-0-begun'];
  for (const [index, [name, end]] of ENDS.entries()) {
    const value = `v-${index + 1}-${name.replaceAll(' ', '-')}`;
    await end();
    await lab.real(['put', `w/${index + 1}`, value]);
    await lab.real(['put', leaderKey, value, '--ignore-lease']);
    written.push(value);
    await all(value, watch, listener, copies);
  }

  const valuesOf = ({ stdout }: { readonly stdout: Buffer }) => stdout.toString().match(/^v-.*$/gm);
  for (const running of [watch, listener, mirror]) running.kill('SIGINT');
  expect(valuesOf(await watch.result)).toEqual(written);
  expect(valuesOf(await listener.result)).toEqual(['v-first', ...written.slice(1)]);
  const { stdout: mirrored } = await destination.real([
    'get',
    'w/',
    '--prefix',
    '--sort-by=CREATE',
    '--print-value-only',
  ]);
  expect(mirrored.toString().split('\n').filter(Boolean)).toEqual(written);
  expect(await contenders(lab, 'l')).toHaveLength(2);
  holder.kill('SIGTERM');
  const { code, stdout } = await waiter.result;
  expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: 'mine now\n' });
  const { stdout: remaining } = await lab.real(['lease', 'timetolive', lease]);
  expect(remaining.toString()).toMatch(/granted with TTL\(5s\), remaining\(\ds\)/);
  keepAlive.kill('SIGINT');
  expect((await keepAlive.result).signal).toBe('SIGINT');
});
