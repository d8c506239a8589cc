/**
 * A watch and a make-mirror that run for minutes while a member is restarted every 20 seconds. FAULT_MINUTES says for how long; without it,
 * the time is enough for one restart of each member. FAULT_RESTART_SECONDS is another time between restarts.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import type { Client } from '../../../src/model/services.js';
import { connect } from '../../../src/transport/grpc/connect.js';
import { bytes, connectionOptions } from '../../support/grpc/options.js';
import { countEvents } from '../../support/lab/fault-counts.js';
import type { MeasurementMeta } from '../../support/lab/fault-reporter.js';
import { type Lab, newestEtcdctl, startLab } from '../../support/lab/lab.js';
import { type Usage, UsageSamples } from '../../support/lab/process-usage.js';
import { ourEtcdctl, type Program, type Running, start } from '../../support/lab/program.js';

const isLong = process.env.FAULT_MINUTES !== undefined;
const DURATION_MS = isLong ? Number(process.env.FAULT_MINUTES) * 60_000 : 30_000;
const RESTART_EVERY_MS = isLong ? Number(process.env.FAULT_RESTART_SECONDS ?? 20) * 1000 : 8_000;
const SAMPLE_EVERY_MS = isLong ? 1_000 : 200;
const WRITE_EVERY_MS = 25;
/** For the programs to print and to copy what was written last. */
const CATCH_UP_MS = 30_000;
const TEST_LIMIT_MS = DURATION_MS + 120_000;
const PREFIX = 'e-';
/** The keys that are written first and last. */
const FIRST = 'first';
const LAST = 'last';
/** The end of an event of these keys: etcdctl writes each line of an event by itself, and can be ended between two of them. */
const endOf = (key: string) => `${key}\nv\n`;
/** Of memory that is flat: the part that depends on when garbage was collected. */
const MEMORY_NOISE_BYTES = 40e6;

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function startTracked(options: Parameters<typeof startLab>[0]): Promise<Lab> {
  const lab = await startLab(options);
  open.push(() => lab.stop());
  return lab;
}

async function clientOf({ cluster, pki }: Lab): Promise<Client> {
  const files = pki && { caFile: pki.caCert, certFile: pki.client.cert, keyFile: pki.client.key };
  const client = await connect(
    connectionOptions(cluster.endpoints, {
      tls: { insecureTransport: true, insecureSkipVerify: false, ...files },
    }),
  );
  open.push(() => client.close());
  return client;
}

/** One program with its watch and its mirror, which copies to a prefix of its own. */
class Subject {
  readonly watch: Running;
  readonly mirror: Running;
  readonly #usages: readonly UsageSamples[];

  constructor(
    readonly name: string,
    readonly program: Program,
    { source, destination, index }: { source: Lab; destination: Lab; index: number },
  ) {
    this.copyPrefix = `copy-${index}/`;
    this.watch = this.#start([...source.flags(), 'watch', '--prefix', PREFIX, '--rev=1']);
    const [endpoint = ''] = destination.cluster.endpoints;
    const prefixes = [`--prefix=${PREFIX}`, `--dest-prefix=${this.copyPrefix}`];
    this.mirror = this.#start([...source.flags(), 'make-mirror', endpoint, ...prefixes]);
    const stop = new AbortController();
    open.push(() => stop.abort());
    const sampling = { everyMs: SAMPLE_EVERY_MS, signal: stop.signal };
    this.#usages = [this.watch, this.mirror].map(({ pid }) => UsageSamples.take(pid, sampling));
  }

  readonly copyPrefix: string;

  get usages() {
    return { watch: this.#usages[0] as UsageSamples, mirror: this.#usages[1] as UsageSamples };
  }

  #start(args: readonly string[]): Running {
    const running = start(this.program, args, { timeoutMs: TEST_LIMIT_MS });
    open.push(() => running.kill('SIGKILL'));
    return running;
  }
}

/** Writes a key of its own each time; a write that fails may have been applied. */
async function writeUntil(signal: AbortSignal, client: Client): Promise<number> {
  let written = 0;
  for (let index = 0; !signal.aborted; index++) {
    const key = bytes(`${PREFIX}${index}`);
    const value = bytes(`${index} ${'v'.repeat(200)}`);
    const isWritten = await client.kv.put({ key, value }).then(
      () => true,
      () => false,
    );
    if (isWritten) written++;
    await delay(WRITE_EVERY_MS);
  }
  return written;
}

/** Restarts the source's members in turn, and the destination after every third time. Resolves with the number of restarts. */
async function restart(source: Lab, destination: Lab): Promise<number> {
  const end = performance.now() + DURATION_MS;
  let restarts = 0;
  for (let next = performance.now() + RESTART_EVERY_MS; next < end; next += RESTART_EVERY_MS) {
    await delay(next - performance.now());
    await source.cluster.restart(restarts++ % 3);
    if (restarts % 3 === 0) await destination.cluster.restart(0);
  }
  await delay(end - performance.now());
  return restarts;
}

/** Resolves when the promise has settled, or after a time. */
const inTime = (arrived: Promise<unknown>): Promise<unknown> =>
  Promise.race([arrived.catch(() => {}), delay(CATCH_UP_MS)]);

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit status, when the program has ended by itself. */
  readonly early: number | null | undefined;
}

async function ended(running: Running): Promise<Ended> {
  const early = await Promise.race([running.result.then(({ code }) => code), delay(0, undefined)]);
  running.kill('SIGINT');
  const { stdout, stderr } = await running.result;
  return { stdout: stdout.toString(), stderr: stderr.toString(), early };
}

/** The events of a watch's output, as `key value`. */
const eventsIn = (output: string): string[] =>
  [...output.matchAll(/^PUT\n(.*)\n(.*)\n/gm)].map(([, key, value]) => `${key} ${value}`);

/** All events under a prefix up to this key, by the real etcdctl, while nothing fails; those so far when their writer ends first. */
async function history(
  lab: Lab,
  [prefix, last]: readonly [string, string],
  writer?: Running,
): Promise<string[]> {
  const watch = start(lab.etcdctl, [...lab.flags(), 'watch', '--prefix', prefix, '--rev=1']);
  open.push(() => watch.kill('SIGKILL'));
  const arrived = watch.waitFor(endOf(`${prefix}${last}`));
  await inTime(
    writer === undefined ? arrived : Promise.race([arrived, writer.result.then(() => delay(1_000))]),
  );
  return eventsIn((await ended(watch)).stdout).map((event) => event.slice(prefix.length));
}

interface Outcome {
  readonly missed: number;
  readonly repeated: number;
  readonly resumed: number;
  readonly notices: string;
  readonly early: Ended['early'];
}

async function outcomeOf(subject: Subject, source: Lab, destination: Lab) {
  await inTime(subject.watch.waitFor(endOf(`${PREFIX}${LAST}`)));
  const all = await history(source, [PREFIX, LAST]);
  const copied = await history(destination, [subject.copyPrefix, LAST], subject.mirror);
  const watch = await ended(subject.watch);
  const mirror = await ended(subject.mirror);
  const result = (events: readonly string[], { stderr, early }: Ended): Outcome => ({
    early,
    ...countEvents(events, all),
    resumed: stderr.match(/resumed the /g)?.length ?? 0,
    notices: stderr,
  });
  return {
    watch: result(
      eventsIn(watch.stdout).map((event) => event.slice(PREFIX.length)),
      watch,
    ),
    mirror: result(copied, mirror),
  };
}

function lines(
  { name, usages }: Subject,
  outcome: Awaited<ReturnType<typeof outcomeOf>>,
  what: string,
): string[] {
  return (['watch', 'mirror'] as const).map((command) => {
    const { missed, repeated, resumed, early } = outcome[command];
    const end = early === undefined ? '' : `, ended by itself with ${early}`;
    const events = `events missed ${missed}, events repeated ${repeated}, resumed ${resumed} times${end}`;
    return `${name}, ${command === 'mirror' ? 'make-mirror' : 'watch'}, ${what}: ${events}; ${usages[command].summary}`;
  });
}

/** Compared with the second tenth of the time: in the first one, the program starts. */
function expectFlat(usage: UsageSamples, what: keyof Usage, noise: number): void {
  const { parts } = usage.of(what);
  expect(parts.at(-1), usage.summary).toBeLessThanOrEqual((parts[1] ?? 0) + noise);
}

const isExecutable = (process.env.ETCDCTL_UNDER_TEST ?? '') !== '';

it('a watch and a make-mirror lose and repeat nothing, and keep their memory and descriptors', {
  timeout: TEST_LIMIT_MS,
}, async ({ task }) => {
  const source = await startTracked({ profile: 'tls', members: 3 });
  const destination = await startTracked({});
  const programs: [string, Program][] = [
    [isExecutable ? 'our executable' : 'our npm package', ourEtcdctl()],
    ['etcdctl', newestEtcdctl()],
  ];
  const [ours, real] = programs.map(
    ([name, program], index) => new Subject(name, program, { source, destination, index }),
  ) as [Subject, Subject];
  await source.real(['put', `${PREFIX}${FIRST}`, 'v']);
  for (const { watch, copyPrefix } of [ours, real]) {
    await watch.waitFor(`${PREFIX}${FIRST}\n`);
    await history(destination, [copyPrefix, FIRST]);
  }
  const stop = new AbortController();
  const writing = writeUntil(stop.signal, await clientOf(source));
  const restarts = await restart(source, destination);
  stop.abort();
  const written = await writing;
  await source.real(['put', `${PREFIX}${LAST}`, 'v']);
  const what = `${Math.round(DURATION_MS / 1000)} s, ${written} writes, ${restarts} restarts`;
  const outcome = await outcomeOf(ours, source, destination);
  const measurements = lines(ours, outcome, what);
  measurements.push(...lines(real, await outcomeOf(real, source, destination), what));
  Object.assign(task.meta, { measurements } satisfies MeasurementMeta);

  for (const command of ['watch', 'mirror'] as const) {
    const { missed, repeated, early, resumed, notices } = outcome[command];
    expect({ command, missed, repeated, early }, notices).toEqual({
      command,
      missed: 0,
      repeated: 0,
      early: undefined,
    });
    // Otherwise the counts would say nothing.
    expect(resumed, notices).toBeGreaterThan(0);
    const usage = ours.usages[command];
    expectFlat(usage, 'residentBytes', MEMORY_NOISE_BYTES);
    // A connection to each member, at most.
    expectFlat(usage, 'descriptors', 4);
  }
});
