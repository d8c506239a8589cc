import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contenders, leases, untilQueued } from '../support/lab/contenders.js';
import { type Lab, references, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, type Program, type Running, type RunResult, start } from '../support/lab/program.js';

const KEY = /^([^/]+)\/[0-9a-f]+\n\n$/;

/** The result as scripts see it, with the lease id in keys replaced. */
function seen({ code, signal, stdout, stderr }: RunResult) {
  const error = stderr
    .toString()
    .split('\n')
    .findLast((line) => line.startsWith('Error: '));
  return { code: code ?? signal, stdout: stdout.toString().replace(KEY, '$1/<lease>\n\n'), error };
}

let names = 0;
/** A new lock for each test. */
const freshName = () => `lock-${++names}`;

describe.each(references.map((reference) => ({ reference, version: reference.version })))(
  'lock, etcd $version',
  ({ reference }) => {
    let lab: Lab;
    let programs: Record<'ours' | 'real', Program>;
    beforeAll(async () => {
      lab = await startLab({ reference });
      programs = { ours: ourEtcdctl(), real: lab.newestEtcdctl };
    });
    afterAll(() => lab?.stop());

    const lock = (program: Program, ...args: readonly string[]): Running =>
      start(program, [...lab.flags(), 'lock', ...args]);

    it.each(['SIGINT', 'SIGTERM'] as const)('is released immediately on %s', async (signal) => {
      const before = await leases(lab);
      const ends = { ours: '', real: '' };
      for (const who of ['real', 'ours'] as const) {
        const name = 'held';
        const holder = lock(programs[who], name);
        await holder.waitFor('held/');
        expect(await contenders(lab, name)).toHaveLength(1);
        holder.kill(signal);
        ends[who] = JSON.stringify(seen(await holder.result));
        expect(await contenders(lab, name)).toEqual([]);
      }
      expect(ends.ours).toBe(ends.real);
      // The real etcdctl does not revoke its lease, which then expires.
      expect((await leases(lab)).length).toBeLessThanOrEqual(before.length + 1);
    });

    it.each([
      ['ours', 'ours'],
      ['ours', 'real'],
      ['real', 'ours'],
    ] as const)('of %s is passed on to %s', async (first, second) => {
      const name = freshName();
      const holder = lock(programs[first], name);
      await holder.waitFor(`${name}/`);
      const waiter = lock(programs[second], name);
      await untilQueued(lab, name, 2);
      const third = lock(programs.ours, name, 'echo', 'third');
      await untilQueued(lab, name, 3);
      const [, next = ''] = await contenders(lab, name);
      holder.kill('SIGTERM');
      await waiter.waitFor(next);
      expect((await holder.result).code).toBe(0);
      expect(await contenders(lab, name)).toHaveLength(2);
      waiter.kill('SIGINT');
      expect((await third.result).stdout.toString()).toBe('third\n');
      expect((await waiter.result).code).toBe(0);
      expect(await contenders(lab, name)).toEqual([]);
    });

    it.each(['SIGINT', 'SIGTERM'] as const)('has its waiter removed from the queue on %s', async (signal) => {
      const name = freshName();
      const holder = lock(programs.real, name);
      await holder.waitFor(`${name}/`);
      const ends = [];
      for (const program of [programs.real, programs.ours]) {
        const waiter = lock(program, name);
        await untilQueued(lab, name, 2);
        waiter.kill(signal);
        ends.push(seen(await waiter.result));
        expect(await contenders(lab, name)).toHaveLength(1);
      }
      holder.kill('SIGTERM');
      await holder.result;
      const [real, ours] = ends;
      expect(ours).toEqual(real);
    });

    it('of a killed holder is passed on when the lease has expired', async () => {
      const name = freshName();
      // Not shorter: on a busy machine, the holder can be late with a renewal.
      const holder = lock(programs.ours, name, '--ttl=6');
      await holder.waitFor(`${name}/`);
      const waiter = lock(programs.ours, name, 'echo', 'mine now');
      await untilQueued(lab, name, 2);
      holder.kill('SIGKILL');
      expect((await waiter.result).stdout.toString()).toBe('mine now\n');
    });

    it('keeps its holder and its waiter across a restart of the server', async () => {
      const name = freshName();
      // A restart takes up to 10 s on a busy machine, which is the default TTL.
      const holder = lock(programs.ours, name, '--ttl=60');
      await holder.waitFor(`${name}/`);
      const waiter = lock(programs.ours, name, '--ttl=60', 'echo', 'after the restart');
      await untilQueued(lab, name, 2);
      await lab.cluster.restart(0);
      expect(await contenders(lab, name)).toHaveLength(2);
      holder.kill('SIGINT');
      expect((await holder.result).code).toBe(0);
      const { code, stdout, stderr } = await waiter.result;
      expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: 'after the restart\n' });
      // On a busy machine, the server is away for long enough.
      const lines = stderr.toString().split('\n').filter(Boolean);
      expect(
        lines.filter((line) => !/^(no response|the watch has been interrupted) for \d+ s: /.test(line)),
      ).toEqual([]);
    });

    it('is held until the command has ended, also after a signal', async () => {
      const name = freshName();
      const ends = [];
      for (const who of ['real', 'ours'] as const) {
        const go = join(lab.folder, `${name}-${who}`);
        const script = `echo begun; until [ -e '${go}' ]; do sleep 0.1; done; exit 7`;
        const running = lock(programs[who], name, '--', 'sh', '-c', script);
        await running.waitFor('begun');
        running.kill('SIGTERM');
        expect(await contenders(lab, name)).toHaveLength(1);
        writeFileSync(go, '');
        ends.push(seen(await running.result));
        expect(await contenders(lab, name)).toEqual([]);
      }
      const [real, ours] = ends;
      expect(ours).toEqual(real);
      expect(ours?.code).toBe(7);
    });
  },
);

describe('lock when its lease is lost', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab?.stop());

  const lock = (...args: readonly string[]): Running =>
    start(ourEtcdctl(), [...lab.flags(), 'lock', ...args]);

  /** Revokes the lease of the only holder, whose id is in the key. */
  async function revokeLeaseOf(name: string): Promise<void> {
    const [key = ''] = await contenders(lab, name);
    await lab.real(['lease', 'revoke', key.slice(name.length + 1)]);
  }

  it('ends when it runs no command', async () => {
    const name = freshName();
    const holder = lock(name, '--ttl=3');
    await holder.waitFor(`${name}/`);
    await revokeLeaseOf(name);
    const { code, stderr } = await holder.result;
    expect(code).toBe(1);
    expect(stderr.toString()).toMatch(
      /^lease [0-9a-f]+ has expired or was revoked\nError: session expired\n$/,
    );
  });

  it('ends while it waits', async () => {
    const name = freshName();
    const holder = lock(name);
    await holder.waitFor(`${name}/`);
    const waiter = lock(name, '--ttl=3', 'echo', 'must not run');
    await untilQueued(lab, name, 2);
    const [, key = ''] = await contenders(lab, name);
    await lab.real(['lease', 'revoke', key.slice(name.length + 1)]);
    const { code, stdout, stderr } = await waiter.result;
    expect([code, stdout.toString()]).toEqual([1, '']);
    expect(stderr.toString()).toContain('Error: session expired\n');
    holder.kill('SIGTERM');
    expect((await holder.result).code).toBe(0);
  });

  it('sends SIGTERM to the command, and fails with any exit code of the command', async () => {
    const name = freshName();
    const script = 'trap "echo asked to end; exit 0" TERM; echo begun; while :; do sleep 0.1; done';
    const running = lock(name, '--ttl=3', '--', 'sh', '-c', script);
    await running.waitFor('begun');
    await revokeLeaseOf(name);
    const { code, stdout, stderr } = await running.result;
    expect(stdout.toString()).toBe('begun\nasked to end\n');
    expect(stderr.toString()).toContain(
      'the lock was lost: the command was terminated\nError: session expired\n',
    );
    expect(code).toBe(1);
  });

  it('kills a command that ignores SIGTERM', async () => {
    const name = freshName();
    const script = 'trap "" TERM; echo begun; exec sleep 300';
    const running = lock(name, '--ttl=3', '--', 'sh', '-c', script);
    await running.waitFor('begun');
    await revokeLeaseOf(name);
    expect((await running.result).code).toBe(1);
  });

  it('ends the command with a message when no server renews the lease in time', async () => {
    const alone = await startLab();
    try {
      const running = start(ourEtcdctl(), [
        ...alone.flags(),
        'lock',
        'name',
        '--ttl=6',
        '--',
        'sh',
        '-c',
        'echo begun; exec sleep 300',
      ]);
      await running.waitFor('begun');
      await alone.cluster.kill(0);
      const { code, stderr } = await running.result;
      expect(code).toBe(1);
      expect(stderr.toString()).toMatch(/no server has confirmed lease [0-9a-f]+ within its TTL/);
      expect(stderr.toString()).toMatch(/Error: session expired\n$/);
    } finally {
      await alone.stop();
    }
  });

  it('does not wait for a server that is down when it is interrupted', async () => {
    const alone = await startLab();
    try {
      const holder = start(ourEtcdctl(), [...alone.flags(), 'lock', 'name', '--ttl=600']);
      await holder.waitFor('name/');
      await alone.cluster.kill(0);
      holder.kill('SIGINT');
      const { code, stderr } = await holder.result;
      expect(code).toBe(1);
      // SIGINT can arrive before the client notices that the server is gone, and the system may reset the connection.
      expect(stderr.toString()).toMatch(
        /connection refused\nError: context deadline exceeded\n$|the connection was lost before the response arrived.*\nError: rpc error: code = Unavailable desc = error reading from server: (?:EOF|broken pipe|connection reset by peer)\n$/,
      );
    } finally {
      await alone.stop();
    }
  });
});
