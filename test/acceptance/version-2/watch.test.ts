import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withBytes } from '../../support/lab/byte-arguments.js';
import { type Lab, startLab } from '../../support/lab/lab.js';
import { ourEtcdctl, type Program, type Running, run, start } from '../../support/lab/program.js';
import { ENABLE_V2, v2Etcdctl, v2References, version2 } from '../../support/lab/version-2.js';

/** A change of `/w` or `/d` while a watch waits. */
type Change = readonly [method: 'PUT' | 'DELETE', path: string, value?: string];

interface WatchCase {
  readonly args: readonly string[];
  readonly changes: readonly Change[];
  /** The text that is printed last, for watches that do not end by themselves. */
  readonly last?: string;
}

const SET: Change = ['PUT', '/w', 'one'];
const DELETE: Change = ['DELETE', '/w'];
/** Prints all variables in one write, so that a reader never sees only a part. */
const PRINT = ['sh', '-c', 'printf "%s\\n" "$(env | grep ^ETCD_WATCH | sort | tr "\\n" " ")"'];

const cases: readonly WatchCase[] = [
  { args: ['watch', '/w'], changes: [SET] },
  { args: ['-o', 'extended', 'watch', '/w'], changes: [SET] },
  { args: ['-o', 'json', 'watch', '/w'], changes: [SET] },
  { args: ['watch', '/w'], changes: [DELETE] },
  { args: ['watch', '--recursive', '/'], changes: [['PUT', '/d/x', 'below']] },
  { args: ['watch', '-f', '/w'], changes: [SET, DELETE, ['PUT', '/w', 'end']], last: 'end\n' },
  {
    args: ['watch', '--forever', '-r', '/d'],
    changes: [
      ['PUT', '/d/x', 'one'],
      ['PUT', '/d/y'],
      ['DELETE', '/d/x'],
      ['PUT', '/d/z', 'end'],
    ],
    last: 'end\n',
  },
  {
    args: ['-o', 'json', 'watch', '--forever', '/w'],
    changes: [SET, DELETE, ['PUT', '/w', 'end']],
    last: '"value":"end"',
  },
  { args: ['watch', '--after-index', '-1', '/w'], changes: [SET] },
  {
    args: ['exec-watch', '--recursive', ...PRINT, '/d'],
    changes: [['PUT', '/d/x', 'a b']],
    last: 'VALUE=a b',
  },
  { args: ['exec-watch', ...PRINT, '/w'], changes: [SET], last: 'VALUE=one' },
];

describe.each(v2References)('version 2, watches, etcd $version', (reference) => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ reference, extraArgs: ENABLE_V2 });
  });
  afterAll(() => lab?.stop());

  async function change([method, path, value]: Change): Promise<void> {
    const isDirectory = method === 'PUT' && value === undefined;
    const query = method === 'DELETE' ? '?recursive=true' : isDirectory ? '?dir=true' : '';
    await fetch(`${lab.cluster.endpoints[0]}/v2/keys${path}${query}`, {
      method,
      ...(value !== undefined && { body: new URLSearchParams({ value }) }),
    });
  }

  const watching = (program: Program, args: readonly string[]): Running =>
    start(program, [...version2.flags(lab), ...args], { env: version2.env });

  /** The number of long polls that wait on the server. */
  async function waiters(): Promise<number> {
    const metrics = await (await fetch(`${lab.cluster.endpoints[0]}/metrics`)).text();
    return Number(/^etcd_debugging_store_watchers (\d+)/m.exec(metrics)?.[1]);
  }

  async function polled(running: Running): Promise<void> {
    await Promise.race([
      expect.poll(waiters, { timeout: 20_000, interval: 20 }).toBe(1),
      running.result.then(({ stderr }) => {
        throw new Error(`ended early: ${stderr}`);
      }),
    ]);
  }

  async function observe(program: Program, { args, changes, last }: WatchCase) {
    for (const path of ['/w', '/d']) await change(['DELETE', path]);
    await change(SET);
    const running = watching(program, args);
    await polled(running);
    for (const each of changes) await change(each);
    if (last !== undefined) {
      await running.waitFor(last);
      running.kill('SIGINT');
    }
    const { code, signal, stdout, stderr } = await running.result;
    await expect.poll(waiters).toBe(0);
    const shown = stdout.toString().replace(/((?:Index"?|INDEX)[:=] ?)\d+/g, '$1<index>');
    return { end: code ?? signal, stdout: shown, stderr: stderr.toString() };
  }

  it.each(cases)('prints the same as etcdctl: $args, case %#', async (each) => {
    const real = await observe(v2Etcdctl(), each);
    expect(await observe(ourEtcdctl(), each)).toEqual(real);
  });

  it('accepts the key before -- and a program after it', async () => {
    await change(['DELETE', '/w']);
    const running = watching(ourEtcdctl(), ['exec-watch', '/w', '--', ...PRINT]);
    await polled(running);
    await change(SET);
    await running.waitFor('ETCD_WATCH_VALUE=one');
    running.kill('SIGINT');
    expect((await running.result).code).toBe(0);
  });

  it('passes arguments and variables to a program unchanged', async () => {
    const ends = [];
    for (const program of [v2Etcdctl(), ourEtcdctl()]) {
      await change(['DELETE', '/w']);
      const args = ['sh', '-c', 'printf "%s,%s," "$1" "$BYTES"; echo end', 'sh', Buffer.of(0xff, 10), '/w'];
      const file = join(lab.folder, 'exec-watch');
      const shell = withBytes(program, { args, env: [['BYTES', Buffer.of(0xfe)]], file });
      const running = watching(shell, ['exec-watch']);
      await polled(running);
      await change(SET);
      await running.waitFor('end');
      running.kill('SIGINT');
      ends.push((await running.result).stdout.toString('hex'));
      await expect.poll(waiters).toBe(0);
    }
    expect(ends[1]).toBe(ends[0]);
    expect(ends[0]).toBe(Buffer.from('\xff\n,\xfe,end\n', 'latin1').toString('hex'));
  });

  it('begins after an index, and reports when the index is too old', async () => {
    await change(SET);
    const args = [...version2.flags(lab), 'watch', '--after-index', '1', '--recursive', '/'];
    for (const program of [v2Etcdctl(), ourEtcdctl()]) {
      const { stdout } = await run(program, args, { env: version2.env });
      expect(stdout.toString()).toMatch(/^\[\w+\] \//);
    }
    for (let index = 0; index < 1100; index++) await change(['PUT', '/filler', `${index}`]);
    const [real, ours] = await Promise.all(
      [v2Etcdctl(), ourEtcdctl()].map((program) => run(program, args, { env: version2.env })),
    );
    expect(real?.stderr.toString()).toMatch(/^Error: {2}401: /);
    expect(ours).toEqual(real);
  });

  it('fails when the program cannot be started', async () => {
    const [real, ours] = [v2Etcdctl(), ourEtcdctl()].map(async (program) => {
      const running = watching(program, ['exec-watch', 'there-is-no-such-program', '/w']);
      running.result.catch(() => {});
      return running;
    });
    await expect.poll(waiters, { timeout: 20_000 }).toBe(2);
    await change(SET);
    const ends = await Promise.all([real, ours].map(async (each) => (await each)?.result));
    const [realEnd, ourEnd] = ends.map((end) => ({ code: end?.code, error: end?.stderr.toString().trim() }));
    expect(ourEnd).toEqual(realEnd);
  });

  it('continues after a restart of the server without losing a change', async () => {
    await change(['DELETE', '/w']);
    const running = watching(ourEtcdctl(), ['watch', '--forever', '/w']);
    const program = watching(ourEtcdctl(), ['exec-watch', '/w', '--', ...PRINT]);
    await expect.poll(waiters, { timeout: 20_000 }).toBe(2);
    await change(['PUT', '/w', 'before']);
    await running.waitFor('before\n');
    await program.waitFor('VALUE=before');
    await lab.cluster.kill(0);
    await running.waitFor('waiting for a server to resume the watch');
    await lab.cluster.restart(0);
    await change(['PUT', '/w', 'after']);
    await running.waitFor('after\n');
    await program.waitFor('VALUE=after');
    running.kill('SIGINT');
    program.kill('SIGINT');
    const { code, stdout, stderr } = await running.result;
    expect([code, stdout.toString()]).toEqual([0, 'before\nafter\n']);
    expect(stderr.toString()).toMatch(
      /waiting for a server to resume the watch\nresumed the watch after index \d+\n$/,
    );
    expect((await program.result).code).toBe(0);
  });

  it('prints a change that was made while it was not connected', async () => {
    await change(['DELETE', '/w']);
    const running = watching(ourEtcdctl(), ['watch', '/w']);
    await polled(running);
    // There is no change yet, so the watch must remember the index at which it began.
    running.kill('SIGSTOP');
    await change(['PUT', '/w', 'meanwhile']);
    await lab.cluster.restart(0);
    running.kill('SIGCONT');
    expect((await running.result).stdout.toString()).toBe('meanwhile\n');
  });
});
