import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  clearLeftover,
  DataReplacement,
  dataIdentity,
  findLeftover,
  type OldDirectory,
  oldDirectory,
} from '../../../src/storage/restore/data-replacement.js';
import { newJournal, type RestoreJournal } from '../../../src/storage/restore/restore-journal.js';

const TIME = '20260131T120000Z';
const BEGAN = '2026-01-31T12:00:00Z';

let folder = '';
let data = '';
let wal = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replacement-'));
  [data, wal] = [join(folder, 'etcd'), join(folder, 'log')];
  write(join(data, 'member'), 'old');
  write(wal, 'old');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A directory with one file that says which data it is. */
function write(directory: string, contents: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'file'), contents);
}

function contentsOf(directory: string): string | undefined {
  return existsSync(join(directory, 'file')) ? readFileSync(join(directory, 'file'), 'utf8') : undefined;
}

const dataState = () => contentsOf(join(data, 'member'));

/** As if the directory were a mount point, which needs rights to make. */
function mountPoint(path: string): OldDirectory {
  return { path, isMountPoint: true, aside: join(path, `old-${TIME}`) };
}

async function begun(dataDirectory: OldDirectory, walDirectory?: OldDirectory): Promise<DataReplacement> {
  const replacement = await DataReplacement.begin({
    data: dataDirectory,
    wal: walDirectory,
    snapshotPath: 'backup.db',
    began: BEGAN,
  });
  write(join(replacement.newData, 'member'), 'new');
  if (replacement.newWal !== undefined) write(replacement.newWal, 'new');
  return replacement;
}

describe('the replacement of data', () => {
  it('puts old directories aside under a name with the time, and new ones in their places', async () => {
    const replacement = await begun(oldDirectory(data, TIME), oldDirectory(wal, TIME));
    await replacement.replace();
    replacement.end();
    expect(dataState()).toBe('new');
    expect(contentsOf(wal)).toBe('new');
    expect(readdirSync(folder).sort()).toEqual(['etcd', `etcd.old-${TIME}`, 'log', `log.old-${TIME}`]);
    expect(contentsOf(join(folder, `etcd.old-${TIME}/member`))).toBe('old');
    expect(contentsOf(join(folder, `log.old-${TIME}`))).toBe('old');
  });

  it('moves the contents of a mount point, and leaves what is not of etcd', async () => {
    mkdirSync(join(data, 'lost+found'));
    write(join(data, 'old-20200101T000000Z'), 'older');
    const replacement = await begun(mountPoint(data), mountPoint(wal));
    await replacement.replace();
    replacement.end();
    expect(dataState()).toBe('new');
    expect(contentsOf(wal)).toBe('new');
    expect(readdirSync(data).sort()).toEqual(['lost+found', 'member', 'old-20200101T000000Z', `old-${TIME}`]);
    expect(contentsOf(join(data, `old-${TIME}/member`))).toBe('old');
    expect(contentsOf(join(wal, `old-${TIME}`))).toBe('old');
  });

  it('does not reuse the name of other data that was put aside', () => {
    mkdirSync(`${data}.old-${TIME}`);
    expect(oldDirectory(data, TIME).aside).toBe(`${data}.old-${TIME}-2`);
  });

  it.each([250, 234])(
    'fails when there is no name for the old data, whose own name has %i bytes',
    (length) => {
      const long = join(folder, 'x'.repeat(length));
      if (length === 234) mkdirSync(`${long}.old-${TIME}`);
      expect(() => oldDirectory(long, TIME)).toThrow(/^lstat .*: file name too long$/);
    },
  );

  it('gives the new directory the mode of the old one', async () => {
    chmodSync(data, 0o750);
    const replacement = await begun(oldDirectory(data, TIME));
    expect(replacement.keepOwner()).toBeUndefined();
    await replacement.replace();
    replacement.end();
    expect(statSync(data).mode & 0o777).toBe(0o750);
  });

  it.runIf(process.getuid?.() === 0)('gives the new files the owner of the old ones', async () => {
    const { chownSync } = await import('node:fs');
    chownSync(data, 1234, 1235);
    chownSync(join(data, 'member'), 1236, 1237);
    const replacement = await begun(oldDirectory(data, TIME));
    replacement.keepOwner();
    await replacement.replace();
    replacement.end();
    const owners = [data, join(data, 'member'), join(data, 'member/file')].map((path) => {
      const { uid, gid } = statSync(path);
      return [uid, gid];
    });
    expect(owners).toEqual([
      [1234, 1235],
      [1236, 1237],
      [1236, 1237],
    ]);
  });

  it('puts everything back when a rename fails', async () => {
    const replacement = await begun(oldDirectory(data, TIME), oldDirectory(wal, TIME));
    rmSync(replacement.newWal ?? '', { recursive: true });
    await expect(replacement.replace()).rejects.toThrow(
      /^rename .*\/wal .*\/log: no such file or directory$/,
    );
    replacement.end();
    expect(dataState()).toBe('old');
    expect(contentsOf(wal)).toBe('old');
    expect(readdirSync(folder).sort()).toEqual(['etcd', 'log']);
  });

  it('is refused while another one of the same directory is running', async () => {
    const first = await begun(oldDirectory(data, TIME));
    await expect(begun(oldDirectory(data, TIME))).rejects.toThrow(
      `another restore has begun: it works in ${data}.restore`,
    );
    expect(findLeftover(oldDirectory(data, TIME))?.state).toBe('running');
    await first.replace();
    first.end();
    expect(dataState()).toBe('new');
  });

  it('is refused when another one has replaced the data since it was planned', async () => {
    const old = oldDirectory(data, TIME);
    const seen = dataIdentity(old);
    const first = await begun(old);
    await first.replace();
    first.end();
    const request = {
      data: oldDirectory(data, TIME),
      wal: undefined,
      snapshotPath: 'b.db',
      began: BEGAN,
      seen,
    };
    await expect(DataReplacement.begin(request)).rejects.toThrow(
      `another restore has begun and ended meanwhile: ${data} is other data now`,
    );
    expect(readdirSync(folder).sort()).toEqual(['etcd', `etcd.old-${TIME}`, 'log']);
  });

  it('is refused when another one has put data aside under the name that was planned', async () => {
    const [planned, plannedWal] = [oldDirectory(data, TIME), oldDirectory(wal, TIME)];
    const first = await begun(planned);
    await first.replace();
    first.end();
    await expect(begun(planned)).rejects.toThrow(
      `another restore has begun and ended meanwhile: ${data}.old-${TIME} exists now`,
    );
    write(plannedWal.aside, 'mine');
    await expect(begun(oldDirectory(data, TIME), plannedWal)).rejects.toThrow(
      `${wal}.old-${TIME} exists now`,
    );
    expect(dataState()).toBe('new');
  });

  it('changes nothing when another one has taken its place', async () => {
    const first = await begun(oldDirectory(data, TIME));
    rmSync(`${data}.restore`, { recursive: true });
    const second = await begun(oldDirectory(data, TIME));
    await expect(first.replace()).rejects.toThrow('another restore has begun meanwhile');
    first.end();
    expect(dataState()).toBe('old');
    await second.replace();
    second.end();
    expect(dataState()).toBe('new');
  });
});

/** Gives the journal the process of one that has ended. */
function killRestore(workDirectory: string): RestoreJournal {
  const path = join(workDirectory, 'journal.json');
  const journal = JSON.parse(readFileSync(path, 'utf8')) as RestoreJournal;
  const ended = { ...journal, owner: { ...journal.owner, started: '1' } };
  writeFileSync(path, JSON.stringify(ended));
  return ended;
}

describe('a replacement that was killed', () => {
  const kinds = [
    ['directories', (path: string) => oldDirectory(path, TIME)],
    ['mount points', mountPoint],
  ] as const;

  it.each(kinds)('before the first rename of %s leaves the old data, and is cleared', async (_kind, of) => {
    await begun(of(data), of(wal));
    const work = [data, wal].map((path) =>
      of(path).isMountPoint ? join(path, '.restore') : `${path}.restore`,
    );
    killRestore(work[0] ?? '');
    const leftover = findLeftover(of(data));
    expect(leftover).toMatchObject({ state: 'writing', oldData: undefined, journal: { began: BEGAN } });
    if (leftover !== undefined) await clearLeftover(leftover);
    expect([dataState(), contentsOf(wal)]).toEqual(['old', 'old']);
    expect(work.map(existsSync)).toEqual([false, false]);
  });

  it.each(kinds)('after any rename of %s is undone, or done when it was the last one', async (_kind, of) => {
    for (let done = 0; ; done++) {
      rmSync(folder, { recursive: true });
      write(join(data, 'member'), 'old');
      write(wal, 'old');
      const old = of(data);
      const replacement = await begun(old, of(wal));
      const renames = await movesOf(replacement);
      for (const [, to] of renames) if (to.includes('/old-')) mkdirSync(join(to, '..'), { recursive: true });
      for (const [from, to] of renames.slice(0, done)) renameSync(from, to);
      const leftover = findLeftover(old);
      const isLast = done === renames.length;
      expect(leftover).toMatchObject({ state: isLast ? 'replaced' : 'replacing' });
      expect(leftover?.oldData).toBe(done === 0 ? undefined : old.aside);
      if (leftover !== undefined) await clearLeftover(leftover);
      const expected = isLast ? 'new' : 'old';
      expect([dataState(), contentsOf(wal)], `${done} renames`).toEqual([expected, expected]);
      expect(findLeftover(old)).toBeUndefined();
      expect(existsSync(old.aside)).toBe(isLast);
      if (isLast) break;
    }
  });

  it('was not killed if it has ended its work since its journal was read', async () => {
    const replacement = await begun(oldDirectory(data, TIME));
    const journal = killRestore(`${data}.restore`);
    const parse = vi.spyOn(JSON, 'parse').mockImplementationOnce(() => {
      rmSync(`${data}.restore`, { recursive: true });
      return journal;
    });
    expect(findLeftover(oldDirectory(data, TIME))).toBeUndefined();
    parse.mockRestore();
    replacement.end();
  });

  it('after its journal was read left the newest one', async () => {
    const replacement = await begun(oldDirectory(data, TIME));
    const moves = await movesOf(replacement);
    renameSync(data, moves[0]?.[1] ?? '');
    const newest = readFileSync(join(`${data}.restore`, 'journal.json'), 'utf8');
    vi.spyOn(JSON, 'parse').mockReturnValueOnce({ ...JSON.parse(newest), moves: [] });
    expect(findLeftover(oldDirectory(data, TIME))).toMatchObject({ state: 'replacing', journal: { moves } });
    vi.restoreAllMocks();
  });

  it('and was cleared already leaves the files of the next one where they are', async () => {
    await begun(oldDirectory(data, TIME));
    killRestore(`${data}.restore`);
    const leftover = findLeftover(oldDirectory(data, TIME));
    if (leftover === undefined) throw new Error('nothing was left');
    await clearLeftover(leftover);
    const next = await begun(oldDirectory(data, TIME));
    const changed = () => statSync(folder, { bigint: true }).mtimeNs;
    const before = changed();
    await clearLeftover(leftover);
    expect(changed()).toBe(before);
    await next.replace();
    next.end();
    expect(dataState()).toBe('new');
  });

  it('and was cleared already does not undo its renames in the directory of the next one', async () => {
    const replacement = await begun(oldDirectory(data, TIME));
    const moves = await movesOf(replacement);
    renameSync(data, moves[0]?.[1] ?? '');
    const leftover = findLeftover(oldDirectory(data, TIME));
    expect(leftover?.state).toBe('replacing');
    if (leftover === undefined) return;
    await clearLeftover(leftover);
    expect(dataState()).toBe('old');
    const next = await DataReplacement.begin({
      data: oldDirectory(data, TIME),
      wal: undefined,
      snapshotPath: 'b.db',
      began: BEGAN,
    });
    await expect(clearLeftover(leftover)).rejects.toThrow('another run has cleared what the killed restore');
    next.end();
    expect(dataState()).toBe('old');
  });

  it.skipIf(process.platform !== 'linux')(
    'is not running while its parent has not asked for its status',
    async () => {
      await begun(oldDirectory(data, TIME));
      // The first command has ended, and the program that replaces the shell does not ask for its status.
      const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 30'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      try {
        const [text] = (await once(parent.stdout, 'data')) as [Buffer];
        const stat = () => readFileSync(`/proc/${Number(text)}/stat`, 'latin1').split(' ');
        await vi.waitFor(() => expect(stat()[2]).toBe('Z'));
        const path = join(`${data}.restore`, 'journal.json');
        const journal = JSON.parse(readFileSync(path, 'utf8')) as RestoreJournal;
        const owner = { ...journal.owner, id: Number(text), started: stat()[21] };
        writeFileSync(path, JSON.stringify({ ...journal, owner }));
        expect(findLeftover(oldDirectory(data, TIME))?.state).toBe('writing');
      } finally {
        parent.kill('SIGKILL');
      }
    },
  );

  it('leaves data alone that has been put in the place meanwhile', async () => {
    await begun(oldDirectory(data, TIME));
    const journal = killRestore(`${data}.restore`);
    const aside = `${data}.old-${TIME}`;
    const moves = [
      [data, aside],
      [`${data}.restore/data`, data],
    ];
    writeFileSync(join(`${data}.restore`, 'journal.json'), JSON.stringify({ ...journal, moves }));
    const { renameSync } = await import('node:fs');
    renameSync(data, aside);
    write(join(data, 'member'), 'other');
    const leftover = findLeftover(oldDirectory(data, TIME));
    expect(leftover).toMatchObject({ state: 'replacing' });
    if (leftover !== undefined) await clearLeftover(leftover);
    expect(dataState()).toBe('other');
    expect(contentsOf(join(aside, 'member'))).toBe('old');
    expect(existsSync(`${data}.restore`)).toBe(false);
  });

  it('leaves directories alone whose names only begin like its own, or that have other contents', async () => {
    const draft = `${data}.restore-4194305-01234567`;
    const others = [`${data}.restore-20260131`, `${data}.restore-4194305-before`, draft];
    for (const directory of others) write(directory, 'mine');
    const link = `${data}.restore-4194305-89abcdef`;
    mkdirSync(join(folder, 'empty'));
    symlinkSync(join(folder, 'empty'), link);
    writeFileSync(`${data}.restore-4194306-01234567`, 'mine');
    writeFileSync(join(`${data}.restore-20260131`, 'journal.json'), 'mine');
    const before = readdirSync(folder);
    (await begun(oldDirectory(data, TIME))).end();
    expect(readdirSync(folder)).toEqual(before);
    expect(others.map(contentsOf)).toEqual(['mine', 'mine', 'mine']);
  });

  it('while it cleared another one is cleared by the next one', async () => {
    const doomed = `${data}.restore-1-01234567`;
    const journal = newJournal({ began: BEGAN, snapshot: 'b.db', aside: '' });
    write(join(doomed, 'data'), 'new');
    const ended = { ...journal, owner: { ...journal.owner, started: '1' } };
    writeFileSync(join(doomed, 'journal.json'), JSON.stringify(ended));
    // A draft without a journal, of a process that has ended.
    mkdirSync(`${data}.restore-4194305-01234567`);
    writeFileSync(join(`${data}.restore-4194305-01234567`, 'journal.json.part'), '{');
    (await begun(oldDirectory(data, TIME))).end();
    expect(readdirSync(folder).sort()).toEqual(['etcd', 'log']);
  });
});

/** Lets the replacement write its journal, then undoes its work: the renames are done one by one afterwards. */
async function movesOf(replacement: DataReplacement) {
  const workDirectory = join(replacement.newData, '..');
  const name = join(workDirectory, 'journal.json');
  const { cpSync } = await import('node:fs');
  cpSync(folder, `${folder}.copy`, { recursive: true });
  await replacement.replace();
  const text = readFileSync(name);
  rmSync(folder, { recursive: true });
  renameSync(`${folder}.copy`, folder);
  writeFileSync(name, text);
  return killRestore(workDirectory).moves;
}
