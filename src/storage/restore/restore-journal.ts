/**
 * The record of a restore that replaces the data of a member. It is in the work directory, which is the lock against a second restore too:
 * it appears with its journal by one rename, which fails while there is another one.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync } from 'node:fs';
import { baseName, joinPath, parentPath, systemPath } from '../../go/file-path.js';
import { pathErrorText } from '../../go/system-error.js';
import { CommandError } from '../../model/errors.js';
import { FileByteSink } from '../byte-sink.js';
import {
  isNameFree,
  linkTarget,
  makeDirectory,
  readDirectory,
  removeTree,
  renamePath,
  statOf,
  syncDirectory,
} from '../directory.js';
import { systemCall } from '../system-call.js';

export type Move = readonly [from: string, to: string];

export interface RestoreJournal {
  /** Distinguishes this restore from others: its process and random digits. */
  readonly token: string;
  readonly owner: ProcessIdentity;
  /** UTC, as `2026-01-31T12:00:00Z`. */
  readonly began: string;
  readonly snapshot: string;
  /** Where the old data goes. */
  readonly aside: string;
  /** Directories that hold nothing but the new data, to be removed afterwards. */
  readonly workDirectories: readonly string[];
  /** In their order; empty until the new data is complete. */
  readonly moves: readonly Move[];
}

interface ProcessIdentity {
  readonly id: number;
  /** Of the process, in ticks since the boot; empty where the system does not tell it. */
  readonly started: string;
  readonly bootId: string;
}

const JOURNAL = 'journal.json';
const JOURNAL_DRAFT = `${JOURNAL}.part`;

/** The name of the new data directory in the work directory. */
export const NEW_DATA = 'data';

/** `running`: by a process that lives. The others were killed: before the first move, between two, and after the last one. */
export type JournalState = 'running' | 'writing' | 'replacing' | 'replaced';

/** @param otherWork names of directories for new data elsewhere, to which the token is added */
export function newJournal(
  fields: Pick<RestoreJournal, 'began' | 'snapshot' | 'aside'>,
  otherWork: readonly string[] = [],
): RestoreJournal {
  const token = `${process.pid}-${randomBytes(4).toString('hex')}`;
  const workDirectories = otherWork.map((name) => `${name}-${token}`);
  return { ...fields, token, owner: identityOf(process.pid), workDirectories, moves: [] };
}

/** How often a journal is looked for in a directory that appears meanwhile, while other restores begin and end. */
const MAX_READS = 10;

/** The journal in a work directory; undefined when there is none. Throws a `CommandError` when it cannot be read. */
export function readJournal(workDirectory: string): RestoreJournal | undefined {
  const path = joinPath(workDirectory, JOURNAL);
  let text: string | undefined;
  for (let read = 1; text === undefined; read++) {
    try {
      text = readFileSync(systemPath(path), 'utf8');
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (isMissing && isNameFree(workDirectory)) return undefined;
      // A work directory appears with its journal: this one can have appeared after the journal was looked for.
      if (isMissing && read < MAX_READS) continue;
      return systemCall('open', path, () => {
        throw error;
      });
    }
  }
  try {
    return JSON.parse(text) as RestoreJournal;
  } catch (cause) {
    throw new CommandError(`${path} is not the journal of a restore: remove ${workDirectory}`, { cause });
  }
}

export function stateOf({ owner, moves }: RestoreJournal): JournalState {
  if (isAlive(owner)) return 'running';
  const last = moves.at(-1);
  if (last === undefined) return 'writing';
  return isDone(last) ? 'replaced' : 'replacing';
}

/** False also when a later move has filled the name again. */
export function isDone([from, to]: Move): boolean {
  return isNameFree(from) && !isNameFree(to);
}

/** Creates the work directory with its journal. Throws a `CommandError` when there is one already. */
export async function createWorkDirectory(workDirectory: string, journal: RestoreJournal): Promise<void> {
  const draft = `${workDirectory}-${journal.token}`;
  makeDirectory(draft, workDirectory);
  try {
    await writeJournal(draft, journal);
    await syncDirectory(draft);
    renameDraft(draft, workDirectory);
  } catch (error) {
    removeTree(draft);
    throw error;
  }
  await syncDirectory(parentPath(workDirectory));
}

function renameDraft(draft: string, workDirectory: string): void {
  try {
    renameSync(systemPath(draft), systemPath(workDirectory));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const isTaken = code === 'ENOTEMPTY' || code === 'EEXIST';
    const message = isTaken
      ? `another restore has begun: it works in ${workDirectory}`
      : pathErrorText(`rename ${draft}`, workDirectory, cause);
    throw new CommandError(message, { cause });
  }
}

/** Replaces the journal of a work directory, which stays that of this restore. */
export async function updateJournal(workDirectory: string, journal: RestoreJournal): Promise<void> {
  requireOwn(workDirectory, journal);
  await writeJournal(workDirectory, journal);
  await syncDirectory(workDirectory);
}

/** Throws a `CommandError` when another restore has taken the place of this one. */
export function requireOwn(workDirectory: string, { token }: RestoreJournal): void {
  if (readJournal(workDirectory)?.token === token) return;
  throw new CommandError(`another restore has begun meanwhile: it works in ${workDirectory}`);
}

async function writeJournal(workDirectory: string, journal: RestoreJournal): Promise<void> {
  const path = joinPath(workDirectory, JOURNAL);
  const draft = joinPath(workDirectory, JOURNAL_DRAFT);
  const sink = FileByteSink.create(draft);
  try {
    sink.append(Buffer.from(`${JSON.stringify(journal)}\n`));
    await sink.sync();
  } finally {
    sink.close();
  }
  renamePath(draft, path);
}

/** Removes what a restore that ended has left, unless another one has taken its place. */
export function removeWorkDirectories(workDirectory: string, journal: RestoreJournal): void {
  // Looked at before the rename too: another restore fails while its directory has another name.
  if (readJournal(workDirectory)?.token !== journal.token) return;
  for (const work of journal.workDirectories) removeTree(work);
  const doomed = `${workDirectory}-${journal.token}`;
  try {
    renameSync(systemPath(workDirectory), systemPath(doomed));
  } catch {
    return;
  }
  if (readJournal(doomed)?.token !== journal.token) {
    renamePath(doomed, workDirectory);
    return;
  }
  removeWork(doomed);
}

/** What follows the name of the work directory: the token of `newJournal`. */
const TOKEN_SUFFIX = /^-([0-9]+)-[0-9a-f]{8}$/;

/** Removes what an interrupted removal has left. Everything else whose name begins like that of the work directory is left alone. */
export function removeAbandoned(workDirectory: string): void {
  const parent = parentPath(workDirectory);
  const own = baseName(workDirectory);
  for (const name of readDirectory(parent)) {
    const [, processId] = (name.startsWith(own) && TOKEN_SUFFIX.exec(name.slice(own.length))) || [];
    const path = joinPath(parent, name);
    if (processId === undefined || linkTarget(path) !== undefined || !statOf(path)?.isDirectory()) continue;
    if (isNameFree(joinPath(path, JOURNAL))) removeDraft(path, Number(processId));
    else {
      const journal = remainingJournal(path);
      if (journal !== undefined && stateOf(journal) !== 'running') removeWork(path);
    }
  }
}

/** The journal of a directory that another process may be removing: undefined when it is gone and the directory is not yet. */
function remainingJournal(path: string): RestoreJournal | undefined {
  try {
    return readJournal(path);
  } catch (error) {
    if (isNameFree(joinPath(path, JOURNAL))) return undefined;
    throw error;
  }
}

/** A directory without a journal is in the making, or its process was killed in between. */
function removeDraft(path: string, processId: number): void {
  if (isAlive({ id: processId, started: '', bootId: '' })) return;
  if (namesIn(path).every((name) => name === JOURNAL_DRAFT)) removeTree(path);
}

/** The journal goes last: without it, nobody knows what the files are. */
function removeWork(path: string): void {
  for (const name of namesIn(path)) if (name !== JOURNAL) removeTree(joinPath(path, name));
  removeTree(path);
}

/** None when another restore has removed the directory. */
function namesIn(path: string): string[] {
  try {
    return readDirectory(path);
  } catch (error) {
    if (isNameFree(path)) return [];
    throw error;
  }
}

function isAlive(identity: ProcessIdentity): boolean {
  const now = identityOf(identity.id);
  if (identity.started !== '') return now.started === identity.started && now.bootId === identity.bootId;
  try {
    return process.kill(identity.id, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The start time tells a process from a later one of the same id. One that has ended (Z, X) is there until its parent asks for its status. */
function identityOf(id: number): ProcessIdentity {
  const [, started = ''] = /\) [^ZX] (?:\S+ ){18}(\d+) /.exec(textOf(`/proc/${id}/stat`)) ?? [];
  return { id, started, bootId: textOf('/proc/sys/kernel/random/boot_id').trim() };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
