import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Lab, type LabOptions, startLab } from '../support/lab/lab.js';
import {
  ourEtcdctl,
  type Program,
  type Running,
  type RunResult,
  run,
  start,
} from '../support/lab/program.js';
import { TamperingProxy } from '../support/lab/tampering-proxy.js';
import { startOnTerminal, terminalsMissing } from '../support/lab/terminal.js';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function lab(options: LabOptions = {}): Promise<Lab> {
  const started = await startLab(options);
  open.push(() => started.stop());
  return started;
}

interface WatchSettings {
  readonly program?: Program;
  readonly flags?: readonly string[];
  readonly env?: Record<string, string>;
}

/** Starts a watch and waits until the server has created it: it has printed the value `ready`, put for this purpose under the key `k`. */
async function watching(
  { real, flags }: Lab,
  args: readonly string[],
  { program = ourEtcdctl(), flags: chosen = flags(), env = {} }: WatchSettings = {},
): Promise<Running> {
  const { stdout } = await real(['get', 'k', '-w', 'json']);
  const next = Number(/"revision":(\d+)/.exec(stdout.toString())?.[1]) + 1;
  await real(['put', 'k', 'ready']);
  const running = start(program, [...chosen, 'watch', ...args, `--rev=${next}`], { env, timeoutMs: 120_000 });
  open.push(() => running.kill('SIGKILL'));
  await running.waitFor('ready');
  return running;
}

/** Interrupts the watch when the last value has been printed; returns its result. */
async function finish(running: Running, last: string): Promise<RunResult> {
  await running.waitFor(last);
  running.kill('SIGINT');
  return running.result;
}

const putsOf = (...values: string[]) => values.map((value) => `PUT\nk\n${value}\n`).join('');

describe('a watch', () => {
  it('is ended by SIGINT as etcdctl is, with the same output', async () => {
    const servers = await lab();
    const ours = await finish(await watching(servers, ['k']), 'ready');
    const real = await finish(await watching(servers, ['k'], { program: servers.newestEtcdctl }), 'ready');
    expect(ours).toEqual(real);
    expect(ours).toMatchObject({ code: null, signal: 'SIGINT', stderr: Buffer.alloc(0) });
  });

  it.each([
    ['is restarted', (servers: Lab) => servers.cluster.restart(0)],
    [
      'crashes',
      async (servers: Lab) => {
        await servers.cluster.kill(0);
        await servers.cluster.restart(0);
      },
    ],
  ])('continues when its server %s', async (_name, interrupt) => {
    const servers = await lab();
    const running = await watching(servers, ['k']);
    for (const value of ['one', 'two', 'three']) {
      await servers.real(['put', 'k', `${value}-before`]);
      await interrupt(servers);
      await servers.real(['put', 'k', `${value}-after`]);
    }
    const { stdout, stderr } = await finish(running, 'three-after');
    const values = ['one', 'two', 'three'].flatMap((value) => [`${value}-before`, `${value}-after`]);
    expect(stdout.toString()).toBe(putsOf('ready', ...values));
    expect(stderr.toString()).toContain('resumed the watch at revision');
  });

  it('continues with a new login after a restart, which invalidates all tokens', async () => {
    const servers = await lab({ profile: 'auth' });
    const running = await watching(servers, ['k']);
    await servers.cluster.restart(0);
    await servers.real(['put', 'k', 'last']);
    expect((await finish(running, 'last')).stdout.toString()).toBe(putsOf('ready', 'last'));
  });

  it('continues with the events that happened while its connection was lost', async () => {
    const servers = await lab();
    const target = new URL(servers.cluster.endpoints[0] ?? '');
    let isCut = false;
    const proxy = await TamperingProxy.start(Number(target.port), (chunk) => (isCut ? 'cut' : chunk));
    open.push(() => proxy.close());
    const running = await watching(servers, ['k'], { flags: [`--endpoints=127.0.0.1:${proxy.port}`] });
    for (const value of ['a', 'b', 'c']) {
      isCut = true;
      await servers.real(['put', 'k', `${value}1`]);
      await servers.real(['put', 'k', `${value}2`]);
      isCut = false;
      await running.waitFor(`${value}2`);
    }
    const { stdout } = await finish(running, 'c2');
    expect(stdout.toString()).toBe(putsOf('ready', 'a1', 'a2', 'b1', 'b2', 'c1', 'c2'));
  });

  it('changes to another member when its own is killed or has no leader', async () => {
    const servers = await lab({ members: 3 });
    const running = await watching(servers, ['k']);
    for (const index of [0, 1]) {
      await servers.cluster.kill(index);
      await servers.cluster.serving();
      await servers.real(['put', 'k', `without-${index}`]);
      await running.waitFor(`without-${index}`);
      await servers.cluster.restart(index);
    }
    const { stdout } = await finish(running, 'without-1');
    expect(stdout.toString()).toBe(putsOf('ready', 'without-0', 'without-1'));
  });

  it('reports the lost revisions when they were compacted while it was not connected', async () => {
    const servers = await lab();
    const target = new URL(servers.cluster.endpoints[0] ?? '');
    let isCut = false;
    const proxy = await TamperingProxy.start(Number(target.port), (chunk) => (isCut ? 'cut' : chunk));
    open.push(() => proxy.close());
    const running = await watching(servers, ['k'], { flags: [`--endpoints=127.0.0.1:${proxy.port}`] });
    isCut = true;
    for (const value of ['1', '2', '3']) await servers.real(['put', 'k', value]);
    const { stdout: state } = await servers.real(['get', 'k', '-w', 'json']);
    const revision = /"revision":(\d+)/.exec(state.toString())?.[1] ?? '';
    await servers.real(['compact', revision]);
    isCut = false;
    const { stdout, stderr, code } = await running.result;
    expect(code).toBe(5);
    expect(stdout.toString()).toBe(putsOf('ready'));
    expect(stderr.toString()).toContain(`changes before revision ${revision} have been compacted`);
    expect(stderr.toString()).toContain(
      'watch was canceled (etcdserver: mvcc: required revision has been compacted)\n',
    );
    expect(stderr.toString()).toMatch(/\nError: watch is canceled by the server\n$/);
  });

  it('runs a command for each event, whose output follows the event', async () => {
    const servers = await lab();
    const script = 'echo "$ETCD_WATCH_EVENT_TYPE $ETCD_WATCH_KEY $ETCD_WATCH_VALUE"';
    const args = ['-w', 'fields', '--', 'sh', '-c', script];
    const watch = (program: Program) =>
      start(program, [...servers.flags(), 'watch', 'k', '--rev=1', ...args]);
    await servers.real(['put', 'k', 'line\n"quoted" \u00e9']);
    await servers.real(['del', 'k']);
    await servers.real(['put', 'k', 'last']);
    const [ours, real] = await Promise.all(
      [ourEtcdctl(), servers.newestEtcdctl].map((program) => finish(watch(program), '"PUT" "k" "last"')),
    );
    expect(ours?.stdout.toString()).toBe(real?.stdout.toString());
  });

  it('ends its command when it is interrupted', async () => {
    const servers = await lab();
    await servers.real(['put', 'k', 'v']);
    const args = [
      'watch',
      'k',
      '--rev=1',
      '--',
      'sh',
      '-c',
      'trap "echo stopped; exit 0" INT; echo started; while :; do sleep 0.05; done',
    ];
    const running = start(ourEtcdctl(), [...servers.flags(), ...args]);
    await running.waitFor('started');
    running.kill('SIGINT');
    expect(await running.result).toMatchObject({
      signal: 'SIGINT',
      stdout: Buffer.from('PUT\nk\nv\nstarted\nstopped\n'),
    });
  });
});

describe('a watch of a busy range', () => {
  const CHANGES = 5_000;

  it('loses no events with a slow reader, and ends when the reader exits', async () => {
    const servers = await lab();
    const value = 'x'.repeat(1_000);
    const txn = Array.from({ length: 100 }, (_, index) => `put k${index} ${value}`).join('\n');
    for (let batch = 0; batch < CHANGES / 100; batch++) {
      await run(servers.newestEtcdctl, [...servers.flags(), 'txn'], { stdin: `\n${txn}\n\n\n` });
    }
    const ours = ourEtcdctl();
    const script = `"$@" | (sleep 1; head -n ${3 * CHANGES} | grep -c PUT)`;
    const watch = [
      ours.command,
      ...ours.leadingArgs,
      ...servers.flags(),
      'watch',
      'k',
      '--prefix',
      '--rev=1',
    ];
    const running = start({ command: 'sh', leadingArgs: ['-c', script, 'sh'] }, watch, {
      timeoutMs: 120_000,
    });
    await running.waitFor(`${CHANGES}\n`);
    // Until the shell of the reader has exited too, the pipe still has a reader and accepts an event.
    const ended = running.result.then(() => true);
    do await servers.real(['put', 'k', 'nobody reads this']);
    while (!(await Promise.race([ended, delay(100, false)])));
    expect(await running.result).toMatchObject({ code: 0 });
  }, 180_000);
});

describe('an interactive watch', () => {
  const talk = async (program: Program, servers: Lab) => {
    await servers.real(['put', 'a', 'first']);
    const running = start(program, [...servers.flags(), 'watch', '-i']);
    running.send('watch a --rev=1\n');
    await running.waitFor('first');
    running.send('watch b --prefix\nprogress\n');
    await running.waitFor('progress notify');
    return running;
  };

  it('watches several ranges and prints their progress', async () => {
    const servers = await lab();
    const running = await talk(ourEtcdctl(), servers);
    await servers.real(['put', 'bb', 'second']);
    await running.waitFor('second');
    await servers.real(['del', 'a']);
    await running.waitFor('DELETE');
    running.endInput();
    const { stdout, stderr, code } = await running.result;
    expect(stdout.toString()).toMatch(
      /^PUT\na\nfirst\n(progress notify: \d+\n){1,2}PUT\nbb\nsecond\nDELETE\na\n\n$/,
    );
    expect({ code, stderr: stderr.toString() }).toEqual({
      code: 3,
      stderr: 'Error: error reading watch request line: EOF\n',
    });
  });

  it('continues all of its watches after a restart', async () => {
    const servers = await lab();
    const running = await talk(ourEtcdctl(), servers);
    await servers.cluster.restart(0);
    await servers.real(['put', 'a', 'new-a']);
    await servers.real(['put', 'b', 'new-b']);
    await Promise.all([running.waitFor('new-a'), running.waitFor('new-b')]);
    running.kill('SIGINT');
    expect(await running.result).toMatchObject({ signal: 'SIGINT' });
  });

  it.skipIf(terminalsMissing !== undefined)('reads lines from a terminal', async () => {
    const servers = await lab();
    const running = startOnTerminal(ourEtcdctl(), [...servers.flags(), 'watch', '-i']);
    running.send('nonsense\n');
    await running.waitFor('Invalid command nonsense (only support watch)');
    await servers.real(['put', 'a', 'seen']);
    running.send('watch a --rev=1\n');
    await running.waitFor('seen');
    running.send('\u0004');
    expect(await running.result).toMatchObject({ code: 3 });
  });

  it.skipIf(terminalsMissing !== undefined)('is ended by Ctrl-C at a terminal', async () => {
    const servers = await lab();
    await servers.real(['put', 'a', 'seen']);
    const running = startOnTerminal(ourEtcdctl(), [...servers.flags(), 'watch', '-i']);
    running.send('watch a --rev=1\n');
    await running.waitFor('seen');
    running.send('\u0003');
    expect(await running.result).toMatchObject({ code: 130 });
  });
});
