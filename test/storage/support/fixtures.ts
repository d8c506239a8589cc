import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const FOLDER = join(import.meta.dirname, '../../fixtures/storage');

/** The versions of the servers whose snapshots are in test/fixtures/storage; see make.mjs there. */
export const SERVER_VERSIONS = ['3.4.23', '3.5.30', '3.6.14', '3.7.1'] as const;

interface Status {
  readonly hash: number;
  readonly revision: number;
  readonly totalKey: number;
  readonly totalSize: number;
  readonly version?: string;
}

interface ExpectedHashKv {
  readonly revision: number;
  readonly hash: number;
  readonly hashRevision: number;
  readonly compactRevision: number;
}

/** The output of etcd's own programs for a snapshot. */
export interface Expected {
  readonly servedHashKv: { readonly hash: number; readonly compactRevision: number };
  readonly pairs: Status;
  readonly userKeys: Status;
  readonly hashKv: readonly ExpectedHashKv[];
}

export function unzipped(name: string): Uint8Array {
  return Uint8Array.from(gunzipSync(readFileSync(join(FOLDER, `${name}.gz`))));
}

export function json<Contents>(name: string): Contents {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as Contents;
}

export function snapshotOf(version: string): Uint8Array {
  return unzipped(`etcd-${version}.db`);
}

export function expectedOf(version: string): Expected {
  return json<Expected>(`etcd-${version}`);
}

/** The output of etcd-dump-db for a snapshot, bytes as Latin-1 text; see make-dump.mjs beside the snapshots. */
export interface Dump {
  readonly list: string;
  readonly hash: number;
  /** By bucket. */
  readonly raw: Readonly<Record<string, string>>;
  readonly decoded: Readonly<Record<string, string>>;
}

export function dumpOf(version: string): Dump {
  return JSON.parse(Buffer.from(unzipped(`etcd-${version}.dump.json`)).toString()) as Dump;
}
