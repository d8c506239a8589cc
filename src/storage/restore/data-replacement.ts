/**
 * # Replacing the data of a member
 *
 * The new data is written into a work directory on the file system of the old data, `<data>.restore`. When it is complete and on disk, the
 * old directory is renamed to `<data>.old-<time>` and the new one to `<data>`; a WAL directory elsewhere likewise, after the data. A mount
 * point cannot be renamed: its entries are, and both directories are in it. The journal in the work directory (restore-journal.ts) has all
 * renames before the first one, so that a restore that was killed can be undone.
 */
import { chmodSync, chownSync, lstatSync, readFileSync, type Stats, statSync } from 'node:fs';
import { baseName, joinPath, parentPath, systemPath } from '../../go/file-path.js';
import { systemErrorText } from '../../go/system-error.js';
import { CommandError, Failure } from '../../model/errors.js';
import { databasePath } from '../data-directory/layout.js';
import { rejectStartedServer } from '../data-directory/lock-holder.js';
import {
  isEmptyDirectory,
  isNameFree,
  makeDirectories,
  makeDirectory,
  readDirectory,
  removeTree,
  renamePath,
  statOf,
  syncDirectory,
} from '../directory.js';
import { systemCall } from '../system-call.js';
import {
  createWorkDirectory,
  isDone,
  type JournalState,
  type Move,
  NEW_DATA,
  newJournal,
  type RestoreJournal,
  readJournal,
  removeAbandoned,
  removeWorkDirectories,
  requireOwn,
  stateOf,
  updateJournal,
} from './restore-journal.js';

/** A directory whose contents are replaced. */
export interface OldDirectory {
  /** Without symbolic links. */
  readonly path: string;
  readonly isMountPoint: boolean;
  /** Where the old contents go. */
  readonly aside: string;
}

/** @param time UTC, as `20260131T120000Z` */
export function oldDirectory(path: string, time: string): OldDirectory {
  const isMountPoint = isMountPointAt(path);
  return {
    path,
    isMountPoint,
    aside: freeName(isMountPoint ? `${path}/old-${time}` : `${path}.old-${time}`),
  };
}

/** Throws a `CommandError` when it cannot be found out what is there. */
function freeName(wanted: string): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    if (isNameFree(name)) return name;
    systemCall('lstat', name, () => lstatSync(systemPath(name)));
  }
}

/** Also true for a bind mount on the same file system. */
function isMountPointAt(path: string): boolean {
  const [own, above] = [statOf(path), statOf(parentPath(path))];
  if (own === undefined || path === '/') return own !== undefined;
  return own.dev !== above?.dev || mountPoints().has(path);
}

function mountPoints(): Set<string> {
  let text = '';
  try {
    text = readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    // Another system than Linux.
  }
  const withoutEscapes = (field: string) =>
    field.replace(/\\([0-7]{3})/g, (_all, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return new Set(text.split('\n').map((line) => withoutEscapes(line.split(' ')[4] ?? '')));
}

/** What an earlier restore of this data directory has left. */
export interface Leftover {
  readonly workDirectory: string;
  readonly journal: RestoreJournal;
  readonly state: JournalState;
  /** Where the old data is now, if it is not at its place. */
  readonly oldData: string | undefined;
}

/** Throws a `CommandError` when there is a work directory that cannot be read. */
export function findLeftover(data: OldDirectory): Leftover | undefined {
  const workDirectory = workDirectoryOf(data);
  for (;;) {
    const found = readJournal(workDirectory);
    if (found === undefined) return undefined;
    // A process that has ended can have changed or removed its journal since that was read. From now on it changes nothing.
    const journal = stateOf(found) === 'running' ? found : readJournal(workDirectory);
    if (journal?.token !== found.token) continue;
    const { aside, moves } = journal;
    const isAside = moves.some(([, to]) => !isNameFree(to) && [to, parentPath(to)].includes(aside));
    return { workDirectory, journal, state: stateOf(journal), oldData: isAside ? aside : undefined };
  }
}

/** Puts the old data back if it is not at its place and the new data is not either, and removes the files of that restore. */
export async function clearLeftover({ workDirectory, journal, state }: Leftover): Promise<void> {
  if (state === 'replacing') {
    // Another restore may have cleared it meanwhile, and write into a directory of the same name.
    if (readJournal(workDirectory)?.token !== journal.token) {
      throw new CommandError(
        'another run has cleared what the killed restore had left: run this command again',
      );
    }
    await undo(journal.moves);
  }
  removeWorkDirectories(workDirectory, journal);
}

function workDirectoryOf({ path, isMountPoint }: OldDirectory): string {
  return isMountPoint ? joinPath(path, '.restore') : `${path}.restore`;
}

export interface ReplacementRequest {
  readonly data: OldDirectory;
  /** Undefined: in the data directory. */
  readonly wal: OldDirectory | undefined;
  readonly snapshotPath: string;
  /** UTC, as `2026-01-31T12:00:00Z`. */
  readonly began: string;
  /** `dataIdentity` when the restore was planned; undefined: the data may have changed since. */
  readonly seen?: string | undefined;
}

/** Tells data from other data at the same place; empty when there is none. */
export function dataIdentity({ path }: OldDirectory): string {
  const member = statOf(joinPath(path, 'member'));
  return member === undefined ? '' : `${member.dev}:${member.ino}`;
}

/** New directories in the making, which take the places of the old ones. */
export class DataReplacement {
  readonly #data: OldDirectory;
  readonly #wal: OldDirectory | undefined;
  readonly #workDirectory: string;
  #journal: RestoreJournal;
  #isHalfDone = false;

  private constructor({ data, wal }: ReplacementRequest, workDirectory: string, journal: RestoreJournal) {
    this.#data = data;
    this.#wal = wal;
    this.#workDirectory = workDirectory;
    this.#journal = journal;
  }

  /** Throws a `CommandError` when another restore of the data is running, was killed and not cleared, or has replaced the data. */
  static async begin(request: ReplacementRequest): Promise<DataReplacement> {
    const { data, wal, snapshotPath, began } = request;
    const workDirectory = workDirectoryOf(data);
    makeDirectories(parentPath(workDirectory));
    const fields = { began, snapshot: snapshotPath, aside: data.aside };
    const journal = newJournal(fields, wal === undefined ? [] : [workDirectoryOf(wal)]);
    removeAbandoned(workDirectory);
    await createWorkDirectory(workDirectory, journal);
    const isAsSeen = request.seen === undefined || request.seen === dataIdentity(data);
    const usedName = [data.aside, wal?.aside].find((name) => name !== undefined && !isNameFree(name));
    if (isAsSeen && usedName === undefined) return new DataReplacement(request, workDirectory, journal);
    removeWorkDirectories(workDirectory, journal);
    const found = isAsSeen ? `${usedName} exists now` : `${data.path} is other data now`;
    throw new CommandError(`another restore has begun and ended meanwhile: ${found}`);
  }

  /** Does not exist yet. */
  get newData(): string {
    return joinPath(this.#workDirectory, NEW_DATA);
  }

  /** Does not exist yet. Undefined: in the new data. */
  get newWal(): string | undefined {
    const [walWork] = this.#journal.workDirectories;
    return walWork && joinPath(walWork, 'wal');
  }

  /** Gives the new files the owner, and the new directories the mode, of the old ones. Returns why that was not possible. */
  keepOwner(): string | undefined {
    try {
      takeOver(this.#data.path, this.newData);
      if (this.#wal !== undefined && this.newWal !== undefined) takeOver(this.#wal.path, this.newWal);
      return undefined;
    } catch (error) {
      return systemErrorText(error);
    }
  }

  /** Puts the old directories aside and the new ones in their places. When that fails, everything is as before. */
  async replace(): Promise<void> {
    const old = [this.#data, ...(this.#wal === undefined ? [] : [this.#wal])];
    const moves = [...old.flatMap(movesAside), ...this.#movesInPlace()];
    this.#journal = { ...this.#journal, moves };
    await updateJournal(this.#workDirectory, this.#journal);
    rejectStartedServer(databasePath(this.#data.path), 'the data');
    requireOwn(this.#workDirectory, this.#journal);
    try {
      for (const { aside, isMountPoint } of old) if (isMountPoint) makeDirectory(aside);
      for (const [from, to] of moves) renamePath(from, to);
      for (const directory of directoriesIn(moves)) await syncDirectory(directory);
    } catch (error) {
      await this.#undo(error);
      throw error;
    }
  }

  /** Removes the work directory, and new data that is not in its place, unless the next restore has to put old data back. */
  end(): void {
    if (!this.#isHalfDone) removeWorkDirectories(this.#workDirectory, this.#journal);
  }

  #movesInPlace(): Move[] {
    const inPlace = (from: string, { path, isMountPoint }: OldDirectory): Move[] =>
      isMountPoint
        ? readDirectory(from).map((name) => [joinPath(from, name), joinPath(path, name)] as const)
        : [[from, path]];
    const { newWal } = this;
    const wal = this.#wal === undefined || newWal === undefined ? [] : inPlace(newWal, this.#wal);
    return [...inPlace(this.newData, this.#data), ...wal];
  }

  async #undo(cause: unknown): Promise<void> {
    try {
      await undo(this.#journal.moves);
    } catch (error) {
      this.#isHalfDone = true;
      const reasons = [cause, error].map((each) => (each instanceof Failure ? each.message : String(each)));
      throw new CommandError(
        `the old data is in ${this.#data.aside}, and could not be put back: the next run does it`,
        {
          cause,
          reasons,
        },
      );
    }
  }
}

/** With the work directory of the data, that of the WAL is removed. */
function directoriesIn(moves: readonly Move[]): Set<string> {
  return new Set(moves.flatMap((move) => move.map(parentPath)));
}

/** Undoes the moves that were done, the last one first. A name that is in use again is left alone. */
async function undo(moves: readonly Move[]): Promise<void> {
  for (const [from, to] of moves.toReversed()) {
    if (isDone([from, to])) renamePath(to, from);
  }
  // A failed sync must not prevent a rename; it is perhaps what is being undone.
  for (const directory of directoriesIn(moves)) await syncDirectory(directory).catch(() => undefined);
  for (const directory of new Set(moves.map(([, to]) => parentPath(to)))) {
    if (/^old-[0-9]{8}T/.test(baseName(directory)) && isEmptyDirectory(directory)) removeTree(directory);
  }
}

function movesAside(old: OldDirectory): Move[] {
  if (isNameFree(old.path)) return [];
  if (!old.isMountPoint) return [[old.path, old.aside]];
  return readDirectory(old.path)
    .filter((name) => !/^(?:\.restore.*|old-[0-9]{8}T.*|lost\+found)$/.test(name))
    .map((name) => [joinPath(old.path, name), joinPath(old.aside, name)] as const);
}

function takeOver(oldPath: string, newPath: string): void {
  const directory = statOf(oldPath);
  if (directory === undefined) return;
  const inside = statOf(joinPath(oldPath, 'member')) ?? directory;
  for (const name of readDirectory(newPath)) giveTo(inside, joinPath(newPath, name));
  chown(directory, newPath);
  systemCall('chmod', newPath, () => chmodSync(systemPath(newPath), directory.mode & 0o7777));
}

function giveTo(owner: Stats, path: string): void {
  chown(owner, path);
  if (!lstatSync(systemPath(path)).isDirectory()) return;
  for (const name of readDirectory(path)) giveTo(owner, joinPath(path, name));
}

function chown({ uid, gid }: Stats, path: string): void {
  const current = statSync(systemPath(path));
  if (current.uid === uid && current.gid === gid) return;
  systemCall('chown', path, () => chownSync(systemPath(path), uid, gid));
}
