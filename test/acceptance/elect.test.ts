import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contenders, untilQueued } from '../support/lab/contenders.js';
import { type Lab, references, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, type Program, type Running, type RunResult, start } from '../support/lab/program.js';

function seen({ code, signal, stdout, stderr }: RunResult) {
  const error = stderr
    .toString()
    .split('\n')
    .findLast((line) => line.startsWith('Error: '));
  return { code: code ?? signal, stdout: stdout.toString().replace(/\/[0-9a-f]{8,}/g, '/<lease>'), error };
}

let names = 0;
/** A new election for each test. */
const freshName = () => `election-${++names}`;

describe.each(references.map((reference) => ({ reference, version: reference.version })))(
  'elect, etcd $version',
  ({ reference }) => {
    let lab: Lab;
    let programs: Record<'ours' | 'real', Program>;
    beforeAll(async () => {
      lab = await startLab({ reference });
      programs = { ours: ourEtcdctl(), real: lab.newestEtcdctl };
    });
    afterAll(() => lab?.stop());

    const elect = (program: Program, ...args: readonly string[]): Running =>
      start(program, [...lab.flags(), 'elect', ...args]);

    /** The real etcdctl leaves its key behind when it refuses to print. */
    const removeAll = (name: string) => lab.real(['del', `${name}/`, '--prefix']);

    it.each([
      ['ours', 'ours'],
      ['ours', 'real'],
      ['real', 'ours'],
    ] as const)('passes the leadership of %s on to %s when the leader resigns', async (first, second) => {
      const name = freshName();
      const leader = elect(programs[first], name, 'first');
      await leader.waitFor('first\n');
      const candidate = elect(programs[second], name, 'second');
      await untilQueued(lab, name, 2);
      leader.kill('SIGTERM');
      await candidate.waitFor('second\n');
      expect(seen(await leader.result)).toEqual({
        code: 0,
        stdout: `${name}/<lease>\nfirst\n`,
        error: undefined,
      });
      candidate.kill('SIGINT');
      expect(seen(await candidate.result)).toEqual({
        code: 0,
        stdout: `${name}/<lease>\nsecond\n`,
        error: undefined,
      });
      expect(await contenders(lab, name)).toEqual([]);
    });

    it.each(['json', 'fields', 'table'] as const)('prints the same as etcdctl: -w %s', async (format) => {
      const name = freshName();
      const ends = [];
      for (const who of ['real', 'ours'] as const) {
        const leader = elect(programs[who], name, 'value', '-w', format);
        if (format !== 'table') await leader.waitFor(format === 'json' ? 'dmFsdWU=' : '"value"');
        leader.kill('SIGTERM');
        const { code, stdout } = await leader.result;
        // Lease, key and revisions differ between the runs.
        ends.push({ code, stdout: stdout.toString().replace(/\d+|"key":"[^"]*"|\/[0-9a-f]+/g, '<n>') });
        if (format === 'table') await removeAll(name);
      }
      const [real, ours] = ends;
      expect(ours).toEqual(real);
    });

    it('deletes its key when it is interrupted as a candidate', async () => {
      const name = freshName();
      const leader = elect(programs.ours, name, 'leader');
      await leader.waitFor('leader\n');
      const ends = [];
      for (const program of [programs.real, programs.ours]) {
        const candidate = elect(program, name, 'candidate');
        await untilQueued(lab, name, 2);
        candidate.kill('SIGINT');
        ends.push(seen(await candidate.result));
        expect(await contenders(lab, name)).toHaveLength(1);
      }
      leader.kill('SIGINT');
      await leader.result;
      const [real, ours] = ends;
      expect(ours).toEqual(real);
    });

    it('observes an election as etcdctl does, from before the first leader and across a restart', async () => {
      const name = freshName();
      const listeners = [elect(programs.real, name, '-l'), elect(programs.ours, name, '--listen')];
      const all = (text: string) => Promise.all(listeners.map((listener) => listener.waitFor(text)));
      const first = elect(programs.ours, name, 'first');
      await all('first\n');
      const [key = ''] = await contenders(lab, name);
      await lab.real(['put', key, 'changed its mind', '--ignore-lease']);
      await all('changed its mind\n');
      const second = elect(programs.real, name, 'second');
      await untilQueued(lab, name, 2);
      first.kill('SIGTERM');
      // A candidate that the restart keeps from learning that it leads leaves its key behind when it is ended then.
      await Promise.all([all('second\n'), second.waitFor('second\n')]);
      await lab.cluster.restart(0);
      const third = elect(programs.ours, name, 'third');
      await untilQueued(lab, name, 2);
      second.kill('SIGTERM');
      expect(seen(await second.result).error).toBeUndefined();
      await all('third\n');
      for (const listener of listeners) listener.kill('SIGINT');
      const [real, ours] = await Promise.all(
        listeners.map(async ({ result }) => (await result).stdout.toString()),
      );
      expect(ours).toBe(real);
      expect((await listeners[1]?.result)?.code).toBe(0);
      third.kill('SIGTERM');
      await third.result;
    });

    it('prints the current leader to a listener that starts late', async () => {
      const name = freshName();
      const leader = elect(programs.real, name, 'leader');
      await leader.waitFor('leader\n');
      const ends = [];
      for (const program of [programs.real, programs.ours]) {
        const listener = elect(program, name, '-l', '-w', 'json');
        await listener.waitFor(Buffer.from('leader').toString('base64'));
        listener.kill('SIGTERM');
        ends.push(seen(await listener.result));
      }
      leader.kill('SIGTERM');
      await leader.result;
      const [real, ours] = ends;
      expect(ours).toEqual(real);
    });
  },
);

describe('elect when its lease is lost', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab?.stop());

  it('ends with the next renewal, which is due every 20 s', async () => {
    const name = freshName();
    const leader = start(ourEtcdctl(), [...lab.flags(), 'elect', name, 'leader']);
    await leader.waitFor('leader\n');
    const [key = ''] = await contenders(lab, name);
    await lab.real(['lease', 'revoke', key.slice(name.length + 1)]);
    const { code, stderr } = await leader.result;
    expect(code).toBe(1);
    expect(stderr.toString()).toMatch(
      /^lease [0-9a-f]+ has expired or was revoked\nError: elect: session expired\n$/,
    );
  });
});
