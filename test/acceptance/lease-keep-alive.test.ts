import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, references, startLab } from '../support/lab/lab.js';
import { grant, revoke } from '../support/lab/leases.js';
import { ourEtcdctl, type Program, start } from '../support/lab/program.js';

describe.each(references)('lease keep-alive, etcd $version', (reference) => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ reference });
  });
  afterAll(() => lab?.stop());

  /** Seconds; long enough for a program to start on a busy machine. */
  const TTL = 6;
  const keepAlive = (program: Program) => start(program, [...lab.flags(), 'lease', 'keep-alive', '1234']);
  const begin = async (program: Program) => {
    await grant(lab, { id: '1234', ttlSeconds: TTL });
    return keepAlive(program);
  };
  /** Starts both programs, which renew the same lease, so that tests wait only once until it expires. */
  const beginBoth = async () => {
    const real = await begin(lab.newestEtcdctl);
    return [real, keepAlive(ourEtcdctl())] as const;
  };
  const RENEWAL = `lease 0000000000001234 keepalived with TTL(${TTL})\n`;

  it('prints renewals until the lease is revoked, and then fails', async ({ task }) => {
    Object.assign(task.meta, { sideBySide: 'different' });
    const outputs: { text: string; code: number | null }[] = [];
    const both = await beginBoth();
    await Promise.all(both.map((running) => running.waitFor(RENEWAL.repeat(2))));
    await revoke(lab, '1234');
    for (const running of both) {
      const { stdout, code } = await running.result;
      outputs.push({ text: stdout.toString().replaceAll(RENEWAL, ''), code });
    }
    const text = 'lease 0000000000001234 expired or revoked.\n';
    expect(outputs).toEqual([
      { text, code: 0 },
      { text, code: 1 },
    ]);
    expect((await both[1].result).stderr.toString()).toMatch(
      /does not know the lease.*\nError: the lease is lost\n$/,
    );
    Object.assign(task.meta, { sideBySide: 'deliberate' });
  });

  it('is ended by a signal, as etcdctl is', async ({ task }) => {
    Object.assign(task.meta, { sideBySide: 'different' });
    for (const program of [lab.newestEtcdctl, ourEtcdctl()]) {
      const running = await begin(program);
      await running.waitFor(RENEWAL);
      running.kill('SIGINT');
      expect(await running.result).toMatchObject({ code: null, signal: 'SIGINT' });
      await revoke(lab, '1234');
    }
    Object.assign(task.meta, { sideBySide: 'equal' });
  });

  it('ends with a reason when the server is unavailable for longer than the TTL', async () => {
    const outputs: string[] = [];
    const both = await beginBoth();
    await Promise.all(both.map((running) => running.waitFor(RENEWAL)));
    await lab.cluster.kill(0);
    for (const running of both) {
      const { stdout, code } = await running.result;
      outputs.push(`${code} ${stdout.toString().replaceAll(RENEWAL, '')}`);
    }
    const text = 'lease 0000000000001234 expired or revoked.\n';
    expect(outputs).toEqual([`0 ${text}`, `1 ${text}`]);
    const reasons = (await both[1].result).stderr.toString();
    expect(reasons).toMatch(
      /no server confirmed the lease in time: .*127\.0\.0\.1.*\nError: the lease may be lost\n$/,
    );
    await lab.cluster.restart(0);
    await revoke(lab, '1234').catch(() => undefined);
  });

  it('sends one renewal when the server is available again', async () => {
    await grant(lab, { id: '5678', ttlSeconds: 60 });
    await lab.cluster.kill(0);
    const waiting = start(ourEtcdctl(), [...lab.flags(), 'lease', 'keep-alive', '--once', '5678']);
    await lab.cluster.restart(0);
    const { stdout, code } = await waiting.result;
    expect([stdout.toString(), code]).toEqual(['lease 0000000000005678 keepalived with TTL(60)\n', 0]);
  });
});
