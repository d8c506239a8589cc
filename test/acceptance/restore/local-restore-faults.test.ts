/** Faults at each step of `snapshot restore --local`: the old data is never lost, and nothing is half done. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { besideData, runText } from '../../support/lab/data-folder.js';
import { references } from '../../support/lab/lab.js';
import { ourEtcdctl, programAt } from '../../support/lab/program.js';
import { type SavedFiles, saveFiles } from '../../support/lab/saved-files.js';
import { startOnTerminal, terminalsMissing } from '../../support/lab/terminal.js';

const isRoot = process.getuid?.() === 0;

/** `strace` kills the program at a system call, or lets that fail. */
const straceMissing = spawnSync('strace', ['-qq', '-e', 'inject=rename:error=EIO', 'true']).status !== 0;
const RENAMES = 'rename,renameat,renameat2';

describe('a fault in snapshot restore --local', () => {
  let saved: SavedFiles;
  let root = '';
  let data = '';
  beforeAll(async () => {
    const [reference] = references.slice(-1);
    if (reference === undefined) throw new Error('no etcd to compare with');
    saved = await saveFiles(reference);
  });
  afterAll(() => saved?.remove());
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'local-restore-'));
    data = path.join(root, 'var/lib/etcd');
    makeNode(data);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function makeNode(dataDirectory: string): void {
    mkdirSync(path.join(root, 'etc'), { recursive: true });
    writeFileSync(
      path.join(root, 'etc/etcd.env'),
      'ETCD_NAME=m1\nETCD_DATA_DIR=/var/lib/etcd\nETCD_INITIAL_ADVERTISE_PEER_URLS=http://127.0.0.1:2380\n',
    );
    mkdirSync(path.dirname(dataDirectory), { recursive: true });
    saved.data.writeTo(dataDirectory);
    writeFileSync(path.join(dataDirectory, 'which'), 'old');
  }

  const ARGS = () => ['snapshot', 'restore', saved.snapshot, '--local', '--root', root];
  const restore = (...args: string[]) => runText(ourEtcdctl(), [...ARGS(), '--yes', ...args]);

  /** Runs the restore with a fault in the nth of these system calls. */
  async function withFault(calls: string, fault: string, nth: number) {
    const { command, leadingArgs } = ourEtcdctl();
    const inject = `inject=${calls}:${fault}:when=${nth}`;
    const strace = ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${calls}`, '-e', inject];
    return runText(programAt('strace'), [...strace, command, ...leadingArgs, ...ARGS(), '--yes']);
  }

  /** Where the old data is: at its place, or aside. */
  function oldData(): string[] {
    const parent = path.dirname(data);
    return readdirSync(parent)
      .filter((name) => existsSync(path.join(parent, name, 'which')))
      .map((name) => name.replace(/[0-9]{8}T[0-9]{6}Z/, 'TIME'));
  }

  const isRestored = () =>
    existsSync(path.join(data, 'member/snap/db')) && !existsSync(path.join(data, 'which'));

  it.skipIf(straceMissing)(
    'that kills it at any rename leaves the old data or the new, and the next run says what it found',
    async () => {
      const said = new Set<string>();
      for (let nth = 1; nth < 20; nth++) {
        rmSync(root, { recursive: true });
        makeNode(data);
        const killed = await withFault(RENAMES, 'signal=SIGKILL', nth);
        if (killed.code === 0) {
          expect(nth).toBeGreaterThan(6);
          break;
        }
        expect(oldData(), `killed at rename ${nth}`).toHaveLength(1);
        const next = await restore();
        expect(next.code, next.stderr).toBe(0);
        for (const found of next.stdout.match(/was killed .*/g) ?? [])
          said.add(found.replaceAll(/ (?:from|in) \/\S+/g, ''));
        expect(isRestored()).toBe(true);
        expect(oldData().map((name) => name.replace(/-2$/, ''))).toEqual(['etcd.old-TIME']);
        const left = besideData(data).filter((name) => !/^etcd(?:\.old-TIME(?:-2)?)?$/.test(name));
        expect(left, `after the run after a kill at rename ${nth}`).toEqual([]);
      }
      expect([...said].sort()).toEqual([
        'was killed before it changed anything: remove its files',
        'was killed when the new data was in place; the data from before it is',
        'was killed while it replaced the data',
        'was killed while it replaced the data: put the old data back',
      ]);
    },
  );

  it.skipIf(straceMissing)('that lets any rename fail changes nothing', async () => {
    for (let nth = 1; nth < 20; nth++) {
      rmSync(root, { recursive: true });
      makeNode(data);
      const { code, stderr } = await withFault(RENAMES, 'error=EIO', nth);
      if (code === 0) break;
      expect(stderr, `rename ${nth}`).toMatch(
        /input\/output error\nError: step \d failed \((?:write|replace)\)/,
      );
      expect(oldData()).toEqual(['etcd']);
      expect(besideData(data)).toEqual(['etcd']);
    }
    expect(isRestored()).toBe(true);
  });

  it.skipIf(straceMissing).each([
    ['a write', 'pwrite64', 'error=ENOSPC', 'no space left on device'],
    ['a sync', 'fsync,fdatasync', 'error=EIO', 'input/output error'],
  ])('that lets %s of the new data fail changes nothing', async (_what, calls, fault, words) => {
    const said: string[] = [];
    for (let nth = 1, succeeded = 0; succeeded < 3; nth++) {
      rmSync(root, { recursive: true });
      makeNode(data);
      const { code, stderr } = await withFault(calls, fault, nth);
      expect(oldData()).toHaveLength(1);
      succeeded = code === 0 ? succeeded + 1 : 0;
      // The call can also be one of the runtime, which then aborts.
      if (!stderr.includes('Error: step')) continue;
      said.push(stderr);
      if (besideData(data).length === 1) continue;
      // strace counts the calls of each thread, so that the removal of the new data can fail too: the next run removes it.
      expect(besideData(data), `call ${nth}`).toEqual(['etcd', 'etcd.restore']);
      expect(await restore()).toMatchObject({ code: 0 });
      expect(besideData(data)).not.toContain('etcd.restore');
    }
    expect(said.join('')).toMatch(
      new RegExp(`${words}\nError: step 1 failed .write.; run the command again to go on`),
    );
  });

  it.skipIf(!isRoot)('that fills the disk changes nothing, and room is looked for before', async () => {
    const disk = path.join(root, 'var/lib');
    rmSync(disk, { recursive: true });
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
    try {
      mkdirSync(path.join(data, 'member'), { recursive: true });
      writeFileSync(path.join(data, 'which'), Buffer.alloc(1024 * 1000));
      const { code, stderr } = await restore();
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^Error: nothing was changed, because there is no room in .*: the new data needs .* are free$/m,
      );
      expect(besideData(data)).toEqual(['etcd']);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it.skipIf(!isRoot)('does not come from a mount point, whose contents are moved', async () => {
    rmSync(data, { recursive: true });
    mkdirSync(data);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300m', 'tmpfs', data]);
    try {
      saved.data.writeTo(path.join(data, 'copy'));
      renameSync(path.join(data, 'copy/member'), path.join(data, 'member'));
      rmSync(path.join(data, 'copy'), { recursive: true });
      const { code, stdout, stderr } = await restore();
      expect(code, stderr).toBe(0);
      expect(stdout).toContain(`Move the contents of ${data}, a mount point, to ${data}/old-`);
      const names = readdirSync(data).map((name) => name.replace(/[0-9]{8}T.*/, 'TIME'));
      expect(names.sort()).toEqual(['member', 'old-TIME']);
    } finally {
      execFileSync('umount', [data]);
    }
  });

  it.each([
    ['elsewhere', '/var/lib/log'],
    ['in the data directory', '/var/lib/etcd/log'],
  ])('does not come from a WAL directory %s, which is replaced too', async (_where, wal) => {
    const walDirectory = path.join(root, wal);
    renameSync(path.join(data, 'member/wal'), walDirectory);
    appendFileSync(path.join(root, 'etc/etcd.env'), `ETCD_WAL_DIR=${wal}\n`);
    const { code, stdout, stderr } = await restore();
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`  --wal-dir=${walDirectory}  (${root}/etc/etcd.env)\n`);
    expect(readdirSync(walDirectory)).toEqual(['0000000000000000-0000000000000000.wal']);
    expect(existsSync(path.join(data, 'member/wal'))).toBe(false);
    const separate = wal.startsWith('/var/lib/etcd/') ? [] : ['log', 'log.old-TIME'];
    expect(besideData(data)).toEqual(['etcd', 'etcd.old-TIME', ...separate]);
  });

  it('is found in a damaged snapshot, and changes nothing', async () => {
    const damaged = path.join(root, 'damaged.db');
    const bytes = readFileSync(saved.snapshot);
    for (const at of [100, Math.floor(bytes.length / 2), bytes.length - 5]) {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 1;
      writeFileSync(damaged, copy);
      const args = ['snapshot', 'restore', damaged, '--local', '--root', root, '--yes'];
      const { code, stderr } = await runText(ourEtcdctl(), args);
      expect(code).toBe(1);
      expect(stderr).toContain('the snapshot is damaged: its contents do not match its SHA-256\n');
      expect(stderr).toContain('Error: step 1 failed (write); run the command again to go on\n');
      expect(besideData(data)).toEqual(['etcd']);
      expect(oldData()).toEqual(['etcd']);
    }
  });

  it('does not come from two runs at once: one of them is refused, or comes after the other', async () => {
    const results = await Promise.all(Array.from({ length: 4 }, () => restore()));
    const done = results.filter(({ code }) => code === 0).length;
    expect(done).toBeGreaterThan(0);
    for (const { code, stderr } of results) {
      if (code !== 0) expect(stderr).toMatch(/another restore (?:is running: process \d+|has begun)/);
    }
    expect(isRestored()).toBe(true);
    expect(oldData().map((name) => name.replace(/-\d$/, ''))).toEqual(['etcd.old-TIME']);
    const left = besideData(data).filter((name) => !/^etcd(?:\.old-TIME(?:-\d)?)?$/.test(name));
    expect(left).toEqual([]);
  });

  it.skipIf(terminalsMissing !== undefined)('is prevented by a question on a terminal', async () => {
    const refused = startOnTerminal(ourEtcdctl(), ARGS());
    await refused.waitFor('onto this node? [y/N] ');
    refused.send('n\r');
    const { code, stdout } = await refused.result;
    expect(code).toBe(1);
    expect(stdout.toString()).toContain('stopped before step 1');
    expect(besideData(data)).toEqual(['etcd']);
    const accepted = startOnTerminal(ourEtcdctl(), ARGS());
    await accepted.waitFor('onto this node? [y/N] ');
    accepted.send('y\r');
    expect((await accepted.result).code).toBe(0);
    expect(isRestored()).toBe(true);
  });

  it('does not come from flags: each has precedence over what the node says', async () => {
    const other = path.join(root, 'other');
    const flags = ['--data-dir', other, '--name', 'm9', '--initial-cluster-token', 'etcd-cluster'];
    const { code, stdout, stderr } = await restore(...flags, '--initial-cluster', 'm9=http://127.0.0.1:9');
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`  --data-dir=${other}  (--data-dir)\n  --name=m9  (--name)\n`);
    expect(stdout).toContain('  --initial-advertise-peer-urls=http://127.0.0.1:9  (--initial-cluster)\n');
    expect(existsSync(path.join(other, 'member/snap/db'))).toBe(true);
    expect(besideData(data)).toEqual(['etcd']);
  });

  it('does not come from a missing configuration, if the data directory is given', async () => {
    rmSync(path.join(root, 'etc/etcd.env'));
    const { code, stdout, stderr } = await restore('--data-dir', data);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/ --name=\S+ {2}\(the old data\)\n/);
    expect(isRestored()).toBe(true);
    expect(oldData()).toEqual(['etcd.old-TIME']);
  });
});
