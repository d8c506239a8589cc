import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { comparesWithAtLeast, type Lab, references, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, type Program, programAt, type RunResult, run, start } from '../support/lab/program.js';
import { type Tamper, TamperingProxy } from '../support/lab/tampering-proxy.js';

/** A stored value that the test finds in the stream. */
const MARKER = Buffer.from('flip one bit of this value');
const LARGE_VALUES = 12;
const LARGE_VALUE_BYTES = 1_000_000;

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapshot-save-'));
  path = join(folder, 'backup.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Hash, revision and number of keys, from the oldest program that has `snapshot status`. */
async function status(lab: Lab, file: string): Promise<unknown> {
  const result = await run(lab.etcdutl ?? lab.etcdctl, ['snapshot', 'status', file, '-w', 'json']);
  expect(result.code, result.stderr.toString()).toBe(0);
  return JSON.parse(result.stdout.toString());
}

describe.each(references.map((reference) => ({ reference, version: reference.version })))(
  'snapshot save, etcd $version',
  ({ reference }) => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await startLab({ reference, profile: 'tls' });
      for (let index = 0; index < 50; index++) await lab.real(['put', `key-${index}`, `value ${index}`]);
    });
    afterAll(() => lab?.stop());

    it('writes a file that the real snapshot status accepts and that equals the real snapshot', async () => {
      const { ours, real } = await vi.waitFor(saveBothUnchanged, { timeout: 40_000, interval: 1000 });
      expect(ours.status).toEqual(real.status);
      expect(ours.mode).toBe(0o600);
      expect(ours.stderr).toBe('');
      if (comparesWithAtLeast('3.6')) expect(ours.stdout).toBe(real.stdout);
      else expect(ours.stdout).toContain(real.stdout);
      expect(readdirSync(folder)).toEqual(['backup.db']);
    });

    /** Saves ours between two real snapshots that must be equal, because a server writes by itself shortly after its start. */
    async function saveBothUnchanged() {
      const real = await save(lab.newestEtcdctl);
      const ours = await save(ourEtcdctl());
      const again = await save(lab.newestEtcdctl);
      if (JSON.stringify(again.status) !== JSON.stringify(real.status))
        throw new Error('the store has changed');
      return { ours, real };
    }

    async function save(program: Program) {
      const { code, stdout, stderr } = await run(program, [...lab.flags(), 'snapshot', 'save', path]);
      expect(code, stderr.toString()).toBe(0);
      const mode = statSync(path).mode & 0o777;
      return { stdout: stdout.toString(), stderr: stderr.toString(), mode, status: await status(lab, path) };
    }

    it('takes its flags from ETCDCTL_ variables', async () => {
      const env = Object.fromEntries(
        lab.flags().map((flag) => {
          const [, name = '', value = ''] = /^--([^=]+)=(.*)$/s.exec(flag) ?? [];
          return [`ETCDCTL_${name.toUpperCase()}`, value];
        }),
      );
      const result = await run(ourEtcdctl(), ['snapshot', 'save', path], {
        env: { ...env, ETCDCTL_API: '3' },
      });
      expect(result.stderr.toString()).toBe('');
      expect(result.code).toBe(0);
    });
  },
);

describe('snapshot save when something fails', () => {
  let lab: Lab;
  let serverPort = 0;
  beforeAll(async () => {
    lab = await startLab();
    for (let index = 0; index < LARGE_VALUES; index++) {
      await lab.real(['put', `large-${index}`], { stdin: randomBytes(LARGE_VALUE_BYTES) });
    }
    await lab.real(['put', 'marked'], { stdin: MARKER });
    serverPort = Number(new URL(lab.cluster.endpoints[0] ?? '').port);
  });
  afterAll(() => lab?.stop());

  /** Saves through a proxy to the path of an older file. Only that file may be left; returns stderr. */
  async function expectNothingSaved(tamper: Tamper, extraArgs: readonly string[] = []): Promise<string> {
    writeFileSync(path, 'older');
    const proxy = await TamperingProxy.start(serverPort, tamper);
    try {
      const line = [`--endpoints=127.0.0.1:${proxy.port}`, ...extraArgs, 'snapshot', 'save', path];
      return expectUntouched(await run(ourEtcdctl(), line));
    } finally {
      await proxy.close();
    }
  }

  function expectUntouched(result: RunResult): string {
    const stderr = result.stderr.toString();
    expect(result.code, stderr).toBe(5);
    expect(result.stdout.toString()).toBe('');
    expect(stderr).toMatch(/^Error: .+\n$/m);
    expect(stderr).not.toContain('    at ');
    expect(readdirSync(folder)).toEqual(['backup.db']);
    expect(readFileSync(path, 'utf8')).toBe('older');
    return stderr;
  }

  it('fails when the connection is reset', async () => {
    const stderr = await expectNothingSaved((chunk, sent) => (sent > 3_000_000 ? 'cut' : chunk));
    expect(stderr).toMatch(/Error: could not write snapshot: .*Unavailable/);
    expect(stderr).toMatch(/was interrupted after \d+ bytes/);
  });

  it('fails when the stream stalls', async () => {
    const stderr = await expectNothingSaved(
      (chunk, sent) => (sent > 3_000_000 ? 'stall' : chunk),
      ['--keepalive-time=1s', '--keepalive-timeout=1s'],
    );
    expect(stderr).toContain(
      'Error: could not write snapshot: rpc error: code = Unavailable desc = keepalive ping failed to receive ACK within timeout\n',
    );
  });

  it('ends as etcdctl does when there is no connection in time', async () => {
    const line = ['--endpoints=127.0.0.1:1', '--command-timeout=500ms', 'snapshot', 'save', path];
    const [real, ours] = await Promise.all(
      [lab.newestEtcdctl, ourEtcdctl()].map((program) => run(program, line)),
    );
    const finalLine = 'Error: context deadline exceeded\n';
    expect(real?.stderr.toString()).toContain(finalLine);
    expect(ours?.stderr.toString()).toBe(`127.0.0.1:1: connection refused\n${finalLine}`);
    expect(ours?.code).toBe(real?.code);
  });

  it('fails after --command-timeout when it is given', async () => {
    const stderr = await expectNothingSaved(
      (chunk, sent) => (sent > 3_000_000 ? 'stall' : chunk),
      ['--command-timeout=1s', '--keepalive-time=60s'],
    );
    expect(stderr).toContain('Error: could not write snapshot: context deadline exceeded');
  });

  it('fails when a bit is flipped', async () => {
    let flips = 0;
    const stderr = await expectNothingSaved((chunk) => {
      const at = chunk.indexOf(MARKER);
      if (at < 0) return chunk;
      flips++;
      const damaged = Buffer.from(chunk);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      return damaged;
    });
    expect(flips).toBeGreaterThan(0);
    expect(stderr).toMatch(/Error: expected sha256 [0-9a-f]{64}, got [0-9a-f]{64}/);
  });

  it('fails when the server is killed', async () => {
    const victim = await startLab();
    try {
      await victim.real(['put', 'large'], { stdin: randomBytes(LARGE_VALUE_BYTES) });
      writeFileSync(path, 'older');
      const port = Number(new URL(victim.cluster.endpoints[0] ?? '').port);
      let killed: Promise<void> | undefined;
      const proxy = await TamperingProxy.start(port, (chunk, sent) => {
        if (sent > 300_000) killed ??= victim.cluster.kill(0);
        return sent > 300_000 ? 'stall' : chunk;
      });
      const line = [`--endpoints=127.0.0.1:${proxy.port}`, 'snapshot', 'save', path];
      const stderr = expectUntouched(await run(ourEtcdctl(), line));
      expect(killed).toBeDefined();
      await killed;
      expect(stderr).toContain('Error: could not write snapshot: ');
      await proxy.close();
    } finally {
      await victim.stop();
    }
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('removes its files on %s', async (signal) => {
    writeFileSync(path, 'older');
    let stall: () => void = () => undefined;
    const stalled = new Promise<void>((resolve) => {
      stall = resolve;
    });
    const proxy = await TamperingProxy.start(serverPort, (chunk, sent) => {
      if (sent <= 3_000_000) return chunk;
      stall();
      return 'stall';
    });
    const running = start(ourEtcdctl(), [
      `--endpoints=127.0.0.1:${proxy.port}`,
      '--keepalive-time=60s',
      'snapshot',
      'save',
      path,
    ]);
    await stalled;
    running.kill(signal);
    const stderr = expectUntouched(await running.result);
    expect(stderr).toContain(`interrupted by ${signal}`);
    await proxy.close();
  });

  it('refuses a directory, a missing directory, and several endpoints', async () => {
    const intoFolder = await run(ourEtcdctl(), [...lab.flags(), 'snapshot', 'save', folder]);
    expect(intoFolder.stderr.toString()).toContain(`Error: could not save to ${folder} (it is a directory)`);
    const real = await run(lab.newestEtcdctl, [...lab.flags(), 'snapshot', 'save', folder]);
    expect(intoFolder.code).toBe(real.code);
    const nowhere = join(folder, 'no', 'where');
    for (const args of [
      [...lab.flags(), 'snapshot', 'save', nowhere],
      ['--endpoints=127.0.0.1:1,127.0.0.1:2', 'snapshot', 'save', path],
    ]) {
      expect(await ending(ourEtcdctl(), args)).toEqual(await ending(lab.newestEtcdctl, args));
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it.skipIf(!comparesWithAtLeast('3.6'))('refuses a wrong number of arguments', async () => {
    for (const names of [[], [path, 'extra']]) {
      const args = [...lab.flags(), 'snapshot', 'save', ...names];
      expect(await ending(ourEtcdctl(), args)).toEqual(await ending(lab.newestEtcdctl, args));
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses to replace a named pipe', async () => {
    execFileSync('mkfifo', [path]);
    const result = await run(ourEtcdctl(), [...lab.flags(), 'snapshot', 'save', path]);
    expect(result.code).toBe(5);
    expect(result.stderr.toString()).toContain(`Error: could not save to ${path} (it is a named pipe)\n`);
    expect(readdirSync(folder)).toEqual(['backup.db']);
    expect(statSync(path).isFIFO()).toBe(true);
  });

  it.each([
    ['to a file', 'older'],
    ['that leads nowhere', 'nowhere'],
    ['that leads to itself', 'backup.db'],
  ])('replaces a symbolic link %s, as the real etcdctl does', async (_what, target) => {
    writeFileSync(join(folder, 'older'), 'older');
    for (const program of [lab.newestEtcdctl, ourEtcdctl()]) {
      rmSync(path, { force: true });
      symlinkSync(target, path);
      expect((await run(program, [...lab.flags(), 'snapshot', 'save', path])).code).toBe(0);
      expect(lstatSync(path).isFile()).toBe(true);
      expect(readdirSync(folder)).toEqual(['backup.db', 'older']);
      expect(readFileSync(join(folder, 'older'), 'utf8')).toBe('older');
    }
  });

  it.each([
    ['its part', () => rmSync(`${path}.part`)],
    ['its directory', () => rmSync(folder, { recursive: true })],
  ])('reports that %s was removed while it ran', async (_what, remove) => {
    let isRemoved = false;
    const proxy = await TamperingProxy.start(serverPort, (chunk, sent) => {
      if (sent > 3_000_000 && !isRemoved) remove();
      isRemoved ||= sent > 3_000_000;
      return chunk;
    });
    const line = [`--endpoints=127.0.0.1:${proxy.port}`, 'snapshot', 'save', path];
    const { code, stderr } = await run(ourEtcdctl(), line);
    await proxy.close();
    expect([code, stderr.toString().trim().split('\n')]).toEqual([
      5,
      [
        `${path}.part was removed while the snapshot was written to it`,
        `Error: could not rename ${path}.part to ${path} (rename ${path}.part ${path}: no such file or directory)`,
      ],
    ]);
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  it.skipIf(tmpfsMissing())('fails when the disk is full', async () => {
    const [flag = ''] = lab.flags();
    const { command, leadingArgs } = ourEtcdctl();
    const script = `mount -t tmpfs -o size=2m none ${folder} && printf older > ${path} && shift 0 && "$@"; code=$?; ls ${folder}; cat ${path}; exit $code`;
    const line = [command, ...leadingArgs, flag, 'snapshot', 'save', path];
    const result = await run(programAt('unshare'), ['-rm', 'sh', '-c', script, 'sh', ...line]);
    expect(result.stderr.toString()).toContain(
      `Error: could not write snapshot: write ${path}.part: no space left on device`,
    );
    expect(result.stdout.toString()).toBe('backup.db\nolder');
    expect(result.code).toBe(5);
  });
});

async function ending(program: Program, args: readonly string[]) {
  const { code, stdout, stderr } = await run(program, args);
  const error = stderr
    .toString()
    .split('\n')
    .findLast((line) => line.startsWith('Error: '));
  return { code, stdout: stdout.toString(), error };
}

/** Whether a small tmpfs cannot be mounted, which needs user namespaces or root. */
function tmpfsMissing(): boolean {
  const probe = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs -o size=1m none /tmp']);
  return probe.status !== 0;
}
