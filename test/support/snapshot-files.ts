import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { databasePath, walPath } from '../../src/storage/data-directory/layout.js';
import { snapshotOf, unzipped } from '../storage/support/fixtures.js';

/** Snapshots and data directories in a folder that is removed after each test. */
export interface SnapshotFiles {
  /** The folder's path. */
  readonly folder: string;
  path(name: string): string;
  /** A snapshot that a server of this version saved. */
  snapshot(version?: string): string;
  write(name: string, bytes: Uint8Array): string;
  read(name: string): Buffer;
  /** A data directory with the database and the WAL of a server of this version. */
  dataDirectory(version?: string): string;
}

export function useSnapshotFiles(): SnapshotFiles {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'snapshot-files-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string) => join(folder, name);
  const write = (name: string, bytes: Uint8Array) => {
    writeFileSync(path(name), bytes, { mode: 0o600 });
    return path(name);
  };
  return {
    get folder() {
      return folder;
    },
    path,
    write,
    snapshot: (version = '3.7.1') => write(`${version}.db`, snapshotOf(version)),
    read: (name) => readFileSync(path(name)),
    dataDirectory(version = '3.7.1') {
      const directory = path('data');
      mkdirSync(join(directory, 'member/snap'), { recursive: true });
      mkdirSync(walPath(directory));
      writeFileSync(databasePath(directory), snapshotOf(version).subarray(0, -32), { mode: 0o600 });
      const name = `${'0'.repeat(16)}-${'0'.repeat(16)}.wal`;
      writeFileSync(join(walPath(directory), name), unzipped(`etcd-${version}.wal`));
      return directory;
    },
  };
}
