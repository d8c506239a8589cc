import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test, vi } from 'vitest';
import { startEtcd } from '../../scripts/lib/etcd-server.mjs';
import { references, startLab } from '../support/lab/lab.js';
import { run } from '../support/lab/program.js';

const newest = references.at(-1);
if (newest === undefined) throw new Error('no real etcd');

function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe.each(references)('etcd $version', (reference) => {
  test('serves https to clients with a certificate, and leaves no process or data after it stops', async () => {
    const lab = await startLab({ reference, profile: 'tls' });
    const { endpoints, members } = lab.cluster;
    const pids = members.map(({ pid }) => pid);
    await lab.real(['put', 'a', 'b']);
    const { stdout } = await lab.real(['get', 'a', '--print-value-only']);
    const stranger = await run(lab.etcdctl, [
      `--endpoints=${endpoints}`,
      `--cacert=${lab.pki?.caCert}`,
      '--command-timeout=500ms',
      'get',
      'a',
    ]);
    await lab.stop();

    expect(endpoints).toEqual([expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/)]);
    expect(stdout.toString()).toBe('b\n');
    expect(stranger.code).toBe(1);
    expect(pids.map(isAlive)).toEqual([false]);
    expect(members.map(({ dataDir }) => existsSync(dataDir))).toEqual([false]);
  });

  test('refuses users without a password when auth is enabled', async () => {
    const lab = await startLab({ reference, profile: 'auth' });
    await lab.real(['put', 'a', 'b']);
    const anonymous = await run(lab.etcdctl, [`--endpoints=${lab.cluster.endpoints}`, 'get', 'a']);
    await lab.stop();

    expect(anonymous.code).toBe(1);
  });
});

test('a cluster of three members serves while one is down, and that member has its data after a restart', async () => {
  const lab = await startLab({ members: 3, profile: 'tls' });
  const { cluster } = lab;
  await cluster.kill(0);
  await cluster.serving();
  await lab.real(['put', 'while', 'away']);
  await cluster.restart(0);
  const returned = lab.flags(cluster.endpoints.slice(0, 1));
  const { stdout } = await run(lab.etcdctl, [...returned, 'get', 'while', '--print-value-only']);
  const pids = cluster.members.map(({ pid }) => pid);
  await lab.stop();

  expect(stdout.toString()).toBe('away\n');
  expect(pids.map(isAlive)).toEqual([false, false, false]);
});

test('a paused server does not answer until it is resumed', async () => {
  const cluster = await startEtcd({ program: newest.etcd });
  const flags = [`--endpoints=${cluster.endpoints}`, '--command-timeout=500ms'];
  const put = () => run({ command: newest.etcdctl ?? '', leadingArgs: flags }, ['put', 'a', 'b']);
  cluster.pause(0);
  const paused = await put();
  cluster.resume(0);
  const resumed = await put();
  await cluster.stop();

  expect([paused.code, resumed.code]).toEqual([1, 0]);
});

test('the error for a server that cannot start has the reason from its log', async () => {
  const failing = startEtcd({ program: newest.etcd, extraArgs: ['--no-such-flag'] });
  await expect(failing).rejects.toThrow(/no-such-flag/);
});

test('servers are killed and their data is removed when the process that started them is killed', async () => {
  const temporary = mkdtempSync(path.join(tmpdir(), 'watchdog-test-'));
  const library = new URL('../../scripts/lib/etcd-server.mjs', import.meta.url);
  const source = `
    import { startEtcd } from ${JSON.stringify(library.href)};
    const cluster = await startEtcd({ program: ${JSON.stringify(newest.etcd)} });
    console.log(JSON.stringify(cluster.members[0]));
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', source], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(parent.stdout), 'line');
  const { pid, dataDir } = JSON.parse(line);
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');

  await vi.waitFor(() => expect([isAlive(pid), existsSync(dataDir)]).toEqual([false, false]), 5000);
  rmSync(temporary, { recursive: true });
});
