import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/transport/grpc/connect.js';
import { connectionOptions } from '../support/grpc/options.js';
import { type Lab, rootPassword, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, run } from '../support/lab/program.js';

describe('a client with several endpoints', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ members: 3, profile: 'tls' });
    await lab.real(['put', 'k', 'v']);
  });
  afterAll(() => lab?.stop());

  it('uses another member when the first is down', async () => {
    await lab.cluster.kill(0);
    await lab.cluster.serving();
    for (const args of [
      ['get', 'k', '--print-value-only'],
      ['put', 'k', 'w'],
    ]) {
      const result = await run(ourEtcdctl(), [...lab.flags(), ...args]);
      expect(result.stderr.toString()).toBe('');
      expect(result.code).toBe(0);
    }
  });

  it('reports the health of each endpoint in one run', async () => {
    const result = await run(ourEtcdctl(), [...lab.flags(), '--command-timeout=2s', 'endpoint', 'health']);
    const [down = '', ...up] = lab.cluster.endpoints;
    for (const endpoint of up) expect(result.stdout.toString()).toContain(`${endpoint} is healthy`);
    expect(result.stdout.toString()).not.toContain(down);
    expect(result.stderr.toString()).toMatch(
      new RegExp(
        `^${down}: connection refused\n${down} is unhealthy: failed to commit proposal: context deadline exceeded\nError: `,
      ),
    );
    expect(result.code).toBe(1);
  });
});

describe('a token that expires', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ profile: 'auth', extraArgs: ['--auth-token-ttl=1'] });
  });
  afterAll(() => lab?.stop());

  it('is replaced by a new login during a session', async () => {
    const client = await connect(
      connectionOptions(lab.cluster.endpoints, {
        credentials: { kind: 'password', username: 'root', password: rootPassword },
      }),
    );
    try {
      await client.kv.put({ key: Buffer.from('k'), value: Buffer.from('1') });
      // The server removes a token that was not used for a second; it checks once a second.
      await setTimeout(3000);
      await client.kv.put({ key: Buffer.from('k'), value: Buffer.from('2') });
      await setTimeout(3000);
      const { kvs } = await client.kv.range({ key: Buffer.from('k') });
      expect(Buffer.from(kvs.at(0)?.value ?? []).toString()).toBe('2');
    } finally {
      client.close();
    }
  });
});
