/** Commands for a whole cluster on three members with TLS and authentication, by users with and without the role root. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { issue, type Pki, writePair } from '../../scripts/lib/pki.mjs';
import type { CompleteReference } from '../../scripts/lib/reference.mjs';
import { diagnose } from '../support/lab/doctor.js';
import { type Lab, references, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, run } from '../support/lab/program.js';

const ROOT = '--user=root:root-secret';
const ALICE = '--user=alice:alice-secret';
const LACKS_ROOT = 'the user lacks the role root: give --user with one who has it, or grant it, as root:';

describe.each(['3.5', '3.7'])('etcd %s', (version) => {
  const reference = references.findLast((each) => each.version.startsWith(version)) as CompleteReference;
  let lab: Lab;
  let profiles: string;
  beforeAll(async () => {
    if (reference === undefined) return;
    lab = await startLab({ profile: 'tls', members: 3, reference });
    for (const args of [
      ['user', 'add', 'root:root-secret'],
      ['user', 'grant-role', 'root', 'root'],
      ['role', 'add', 'app'],
      ['role', 'grant-permission', 'app', 'readwrite', '--prefix=true', '/app/'],
      ['user', 'add', 'alice:alice-secret'],
      ['user', 'grant-role', 'alice', 'app'],
      ['put', '/app/a', '1'],
      ['put', '/other', '2'],
      ['auth', 'enable'],
    ]) {
      await lab.real(args);
    }
    profiles = path.join(lab.folder, 'config');
    mkdirSync(path.join(profiles, 'etcdctl'), { recursive: true });
  });
  afterAll(() => lab?.stop());

  async function etcdctl(flags: readonly string[], words: string) {
    const env = { XDG_CONFIG_HOME: profiles };
    const { code, stdout, stderr } = await run(ourEtcdctl(), [...flags, ...words.split(' ')], { env });
    return { code, stdout: stdout.toString(), stderr: stderr.toString() };
  }

  /** Flags with which the name in the client's certificate is the user. */
  async function certificateOf(commonName: string): Promise<string[]> {
    const request = { usage: 'client', commonName, algorithm: 'ecdsa' } as const;
    const { cert, key } = writePair(lab.folder, commonName, await issue((lab.pki as Pki).authority, request));
    return [...lab.flags(), `--cert=${cert}`, `--key=${key}`];
  }

  describe.skipIf(reference === undefined)('root', () => {
    it('examines a healthy cluster, and waits for health', async () => {
      await diagnose([...lab.flags(), ROOT], { ids: [], words: /: healthy 3 members, leader m[123]/ });
      const waited = await etcdctl([...lab.flags(), ROOT], 'endpoint health --wait 20s');
      expect(waited.stdout.match(/ is healthy: /g)).toHaveLength(3);
      expect(waited).toMatchObject({ code: 0, stderr: '' });
    });

    it('defragments one member after another', async () => {
      const { code, stdout, stderr } = await etcdctl(
        [...lab.flags(), ROOT],
        'defrag --cluster --rolling --move-leader',
      );
      expect(stdout.match(/^Finished defragmenting/gm)).toHaveLength(3);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    });

    it('is named by a certificate, or in the file of a profile', async () => {
      const certificate = await certificateOf('root');
      await diagnose(certificate, { ids: [], words: /: healthy 3 members/ });
      const file = path.join(lab.folder, 'user');
      writeFileSync(file, 'root:root-secret\n');
      chmodSync(file, 0o600);
      const settings = lab.flags().map((flag) => flag.replace(/^--([^=]+)=/, '$1: '));
      writeFileSync(
        path.join(profiles, 'etcdctl/prod.yaml'),
        `${[...settings, `user-file: ${file}`].join('\n')}\n`,
      );
      expect(await etcdctl(['--profile=prod'], 'alarm recover --dry-run')).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('No member has the alarm NOSPACE'),
      });
    });

    it('saves a snapshot of the healthiest follower', async () => {
      const file = path.join(lab.folder, 'picked.db');
      const saved = await etcdctl([...lab.flags(), ROOT], `snapshot save --pick ${file}`);
      expect(saved.stderr).toMatch(/^taking the snapshot from m\d .*: a healthy follower/);
      expect(saved.code).toBe(0);
      expect(await etcdctl([...lab.flags(), ALICE], `diff ${file} --prefix /app/`)).toMatchObject({
        code: 0,
        stdout: '0 added, 0 removed, 0 changed, 1 equal\n',
      });
    });
  });

  describe.skipIf(reference === undefined)('a user for some keys', () => {
    it('waits for health, and for a majority with a login at a member that is silent', async () => {
      expect(await etcdctl([...lab.flags(), ALICE], 'endpoint health --wait 20s')).toMatchObject({ code: 0 });
      lab.cluster.pause(2);
      try {
        // It may have been the leader.
        await vi.waitUntil(async () => (await etcdctl([...lab.flags(), ALICE], 'put /app/b 1')).code === 0, {
          timeout: 30_000,
        });
        const began = performance.now();
        const words = 'endpoint health --quorum --wait 20s -w json';
        const { code, stdout } = await etcdctl([...lab.flags(), ALICE], words);
        // A silent endpoint has five seconds for its answer.
        expect(performance.now() - began).toBeLessThan(4000);
        const reason = 'not waited for, because a majority is healthy';
        expect(JSON.parse(stdout)).toMatchObject([
          { state: 'healthy' },
          { state: 'healthy' },
          { state: 'unknown', reason },
        ]);
        expect(code).toBe(0);
      } finally {
        lab.cluster.resume(2);
        await lab.cluster.serving();
      }
    });

    it.each([
      [
        'defrag --rolling',
        /^Error: (nothing was defragmented, because an endpoint refuses the user|the rolling)/m,
      ],
      [
        'defrag --cluster --rolling',
        /^Error: (nothing was defragmented, because the cluster refuses|the rolling)/m,
      ],
      ['snapshot save --pick picked.db', /permission denied/],
    ])('may not: %s', async (words, error) => {
      for (const flags of [[...lab.flags(), ALICE], await certificateOf('alice')]) {
        const { code, stderr } = await etcdctl(flags, words);
        expect(stderr).toContain(LACKS_ROOT);
        expect(stderr).toMatch(error);
        expect(stderr).not.toContain('does not answer');
        expect(code).not.toBe(0);
      }
    });

    it('may not ask for hashes, which doctor says', async () => {
      const { code, stdout, stderr } = await etcdctl([...lab.flags(), ALICE], 'doctor');
      expect(stdout + stderr).toMatch(/the role root/);
      expect(stdout).not.toMatch(/: healthy/);
      expect(code).toBe(version === '3.5' ? 2 : 1);
    });

    it('uses the keys of the role', async () => {
      const flags = [...lab.flags(), ALICE];
      expect(await etcdctl(flags, 'export /app/a')).toMatchObject({ code: 0 });
      expect((await etcdctl(flags, 'get /app/a --decode --ids=string -w json')).stdout).toContain(
        '"value":"1"',
      );
      expect(await etcdctl(flags, 'del /app/a --dry-run')).toMatchObject({
        code: 0,
        stderr: '1 key would be deleted\n',
      });
      const { code, stderr } = await etcdctl(flags, 'top');
      expect(stderr).toContain('user alice lacks a role for this: see etcdctl user get alice');
      expect(code).toBe(1);
    });
  });

  describe.skipIf(reference === undefined)('nobody', () => {
    it.each(['doctor', 'defrag --rolling', 'defrag --cluster --rolling', 'alarm recover --dry-run'])(
      'has a wrong password: %s',
      async (words) => {
        const { code, stderr } = await etcdctl([...lab.flags(), '--user=root:wrong'], words);
        expect(stderr).toContain('the server knows no such user, or the password is wrong: check --user');
        expect(code).not.toBe(0);
      },
    );

    it('is the user of a certificate whose name the cluster does not know', async () => {
      const { code, stderr } = await etcdctl(lab.flags(), 'defrag --cluster --rolling');
      expect(stderr).toContain(
        version === '3.5'
          ? 'the cluster knows no user with the name (CN) of the client certificate: give --user NAME'
          : 'Error: ',
      );
      expect(code).not.toBe(0);
    });
  });
});
