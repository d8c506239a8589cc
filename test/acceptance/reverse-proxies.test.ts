/** Through real reverse proxies, whose timeouts end idle streams and connections, beside the real etcdctl. */
import { mkdtempSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pki } from '../../scripts/lib/pki.mjs';
import { closedPort } from '../support/grpc/fault-proxy.js';
import { untilQueued } from '../support/lab/contenders.js';
import type { MeasurementMeta } from '../support/lab/fault-reporter.js';
import { type Front, fronts, type WrongFront, wrongFronts } from '../support/lab/fronts.js';
import { type Lab, startLab } from '../support/lab/lab.js';
import {
  ourEtcdctl,
  type Program,
  type Running,
  type RunResult,
  run,
  start,
} from '../support/lab/program.js';
import { type ReverseProxy, reverseProxyMissing, startReverseProxy } from '../support/lab/reverse-proxy.js';

/** The proxies end what is idle for this time. */
const IDLE_SECONDS = 2;
/** Seconds. A renewal comes every three seconds, each after the stream was ended. */
const TTL = 9;
const LARGE_KEYS = 4;

let plain: Lab;
let tls: Lab;
beforeAll(async () => {
  [plain, tls] = await Promise.all([startLab(), startLab({ profile: 'tls' })]);
  for (const { real } of [plain, tls]) {
    for (let index = 0; index < LARGE_KEYS; index++) {
      await real(['put', `large-${index}`], { stdin: 'x'.repeat(1_000_000) });
    }
  }
});
afterAll(async () => {
  await plain?.stop();
  await tls?.stop();
});

const portOf = ({ cluster }: Lab) => Number(new URL(cluster.endpoints[0] ?? '').port);

const slug = ({ name }: Pick<Front, 'name'>) => name.replaceAll(/\W+/g, '-');

/** A proxy that runs, and the flags to connect through it. */
class Behind {
  private constructor(
    readonly front: Front | WrongFront,
    readonly lab: Lab,
    readonly proxy: ReverseProxy,
  ) {}

  /** @param backendPort of the server, if it is not the one that runs */
  static async start(front: Front | WrongFront, backendPort?: number): Promise<Behind> {
    const lab = 'backend' in front && front.backend === 'tls' ? tls : plain;
    const proxy = await startReverseProxy((settings) => front.command(settings), {
      backendPort: backendPort ?? portOf(lab),
      pki: tls.pki as Pki,
      folder: mkdtempSync(path.join(lab.folder, `${slug(front)}-`)),
      idleSeconds: IDLE_SECONDS,
    });
    return new Behind(front, lab, proxy);
  }

  flags(): string[] {
    const { client } = this.front;
    const endpoint = `127.0.0.1:${this.proxy.port}`;
    if (client === 'plain') return plain.flags([`http://${endpoint}`]);
    const flags = tls.flags([`https://${endpoint}`]);
    return client === 'tls' ? flags : flags.slice(0, 2);
  }

  run(program: Program, args: readonly string[], stdin?: string): Promise<RunResult> {
    return run(program, [...this.flags(), ...args], stdin === undefined ? {} : { stdin });
  }

  start(program: Program, args: readonly string[]): Running {
    return start(program, [...this.flags(), ...args], { timeoutMs: 150_000 });
  }
}

/** Through one proxy: a watch, a keep-alive and a waiting lock, for longer than the proxy lets a stream be idle. */
class LongRunning {
  readonly prefix: string;
  #lease = '';
  #heldLock = '';

  constructor(
    readonly behind: Behind,
    readonly program: Program,
    who: string,
  ) {
    this.prefix = `${slug(behind.front)}-${who}`;
  }

  async run() {
    const { lab } = this.behind;
    this.#lease = await this.#grant();
    this.#heldLock = await this.#grant();
    await lab.real(['put', `${this.prefix}/lock/${this.#heldLock}`, `--lease=${this.#heldLock}`, '']);
    await this.#put('a');
    const watch = this.behind.start(this.program, ['watch', '--prefix', `${this.prefix}/key/`, '--rev=1']);
    const keepAlive = this.behind.start(this.program, ['lease', 'keep-alive', this.#lease]);
    const lock = this.behind.start(this.program, ['lock', `${this.prefix}/lock`, 'echo', 'locked']);
    const running = { watch, keepAlive, lock };
    await this.#untilStarted(running);
    for (const key of ['b', 'c']) {
      await delay(IDLE_SECONDS * 1300);
      await this.#put(key);
    }
    return this.#finish(running);
  }

  async #grant(): Promise<string> {
    const { stdout } = await this.behind.lab.real([
      'lease',
      'grant',
      `${TTL * (this.#lease === '' ? 1 : 10)}`,
    ]);
    return / (\w+) granted/.exec(stdout.toString())?.[1] ?? '';
  }

  #put(key: string) {
    return this.behind.lab.real(['put', `${this.prefix}/key/${key}`, 'v']);
  }

  async #untilStarted({ watch, keepAlive }: { watch: Running; keepAlive: Running }): Promise<void> {
    await Promise.all([
      watch.waitFor('/key/a\n'),
      keepAlive.waitFor('keepalived'),
      untilQueued(this.behind.lab, `${this.prefix}/lock`, 2),
    ]);
  }

  async #finish({ watch, keepAlive, lock }: Record<'watch' | 'keepAlive' | 'lock', Running>) {
    const twoRenewals = `TTL(${TTL})\nlease ${this.#lease} keepalived`;
    const all = Promise.allSettled([watch.waitFor('/key/c\n'), keepAlive.waitFor(twoRenewals)]);
    await Promise.race([all, delay(10_000)]);
    await this.behind.lab.real(['lease', 'revoke', this.#heldLock]);
    const hasLocked = await Promise.race([lock.result.then(() => true), delay(10_000, false)]);
    if (!hasLocked) lock.kill('SIGKILL');
    const endedEarly = await Promise.race([keepAlive.result.then(() => true), delay(0, false)]);
    keepAlive.kill('SIGINT');
    watch.kill('SIGINT');
    const [watched, kept, locked] = await Promise.all([watch.result, keepAlive.result, lock.result]);
    return {
      events: [...watched.stdout.toString().matchAll(/^PUT\n.*\/key\/(\w)\nv\n/gm)]
        .map(([, key]) => key)
        .join(''),
      notices: watched.stderr.toString(),
      renewals: kept.stdout.toString().match(/ keepalived /g)?.length ?? 0,
      isKept: !endedEarly,
      lock: locked.stdout.toString(),
      errors: `${kept.stderr}${locked.stderr}`,
    };
  }
}

type Outcome = Awaited<ReturnType<LongRunning['run']>>;

const describeOutcome = ({ events, isKept, renewals, lock }: Outcome) =>
  [
    `watch ${events === 'abc' ? 'goes on' : `prints ${events} of abc`}`,
    `lease keep-alive ${isKept ? 'goes on' : 'ends'} (${renewals} renewals)`,
    `lock ${lock === 'locked\n' ? 'waits' : 'fails'}`,
  ].join(', ');

const LIMIT_MS = 180_000;

/** The output of single calls. */
async function singleCalls(behind: Behind, program: Program): Promise<unknown[]> {
  const key = `${slug(behind.front)}-${program === behind.lab.newestEtcdctl ? 'etcdctl' : 'ours'}`;
  const commands: [args: string[], stdin?: string][] = [
    [['put', key, 'v']],
    [['get', key]],
    [['get', 'large-', '--prefix', '--print-value-only']],
    [['txn'], `value("${key}") = "v"\n\nput ${key} w\nget ${key}\n\n\n`],
    [['del', key, '--prev-kv']],
    [['get', key, '--rev=1000000']],
  ];
  const results = [];
  for (const [args, stdin] of commands) {
    const { code, stdout } = await behind.run(program, args, stdin);
    results.push({ code, stdout: stdout.toString().replaceAll(key, 'k') });
  }
  return results;
}

/** Tests of one proxy each, at the same time; skipped where the machine does not have it. */
function eachAtOnce<F extends Front | WrongFront>(
  all: readonly F[],
  run: (front: F, meta: Partial<MeasurementMeta>) => Promise<void>,
): void {
  for (const front of all) {
    const missing = front.program && reverseProxyMissing(front.program);
    const test = missing === undefined ? it.concurrent : it.skip;
    test(`${front.name} ${missing ?? ''}`, { timeout: LIMIT_MS }, ({ task }) =>
      run(front, task.meta as Partial<MeasurementMeta>),
    );
  }
}

describe('single calls and a snapshot pass through', () => {
  eachAtOnce(fronts, async (front) => {
    const behind = await Behind.start(front);
    const ours = ourEtcdctl();
    const [real, results] = await Promise.all(
      [behind.lab.newestEtcdctl, ours].map((program) => singleCalls(behind, program)),
    );
    expect(results).toEqual(real);
    const file = path.join(behind.lab.folder, `${slug(front)}.snap`);
    for (const args of [
      ['endpoint', 'status'],
      ['snapshot', 'save', file],
    ]) {
      const { code, stderr } = await behind.run(ours, args);
      expect(code, stderr.toString()).toBe(0);
    }
    expect(statSync(file).size).toBeGreaterThan(LARGE_KEYS * 1_000_000);
    await behind.proxy.stop();
  });
});

describe('for longer than a proxy lets a stream be idle', () => {
  eachAtOnce(fronts, async (front, meta) => {
    const behind = await Behind.start(front);
    const [ours, real] = await Promise.allSettled([
      new LongRunning(behind, ourEtcdctl(), 'ours').run(),
      new LongRunning(behind, behind.lab.newestEtcdctl, 'etcdctl').run(),
    ]);
    await behind.proxy.stop();
    if (ours.status === 'rejected') throw ours.reason;
    Object.assign(meta, {
      measurements: [
        `${front.name}: ours: ${describeOutcome(ours.value)}; etcdctl: ${real.status === 'rejected' ? real.reason : describeOutcome(real.value)}`,
      ],
    } satisfies MeasurementMeta);
    const { events, notices, isKept, lock, errors } = ours.value;
    expect({ events, isKept, lock }, `${notices}${errors}`).toEqual({
      events: 'abc',
      isKept: true,
      lock: 'locked\n',
    });
    expect(ours.value.renewals).toBeGreaterThan(1);
    // Otherwise the proxy has not ended anything.
    if (front.endsIdle) expect(notices).toMatch(/^resumed the watch/m);
  });
});

/** A call that fails, by both programs at the same time. Returns what ours has written. */
async function failedPut(behind: Behind): Promise<string> {
  const [real, ours] = await Promise.all(
    [behind.lab.newestEtcdctl, ourEtcdctl()].map((program) =>
      behind.run(program, ['--command-timeout=2s', 'put', 'k', 'v']),
    ),
  );
  await behind.proxy.stop();
  const stderr = `${ours?.stderr}`;
  expect(ours?.code, stderr).toBe(real?.code);
  return stderr;
}

describe('the reason is said when no server is behind the proxy:', () => {
  eachAtOnce(fronts, async (front) => {
    const behind = await Behind.start(front, await closedPort());
    expect(await failedPut(behind)).toMatch(front.whenDown);
  });
});

describe('the reason is said of', () => {
  eachAtOnce(wrongFronts, async (front) => {
    expect(await failedPut(await Behind.start(front))).toMatch(front.says);
  });
});
