import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { labFolder } from '../../../scripts/lib/etcd/watchdog.mjs';
import type { CompleteReference } from '../../../scripts/lib/reference.mjs';
import { DirectoryImage } from './directory-image.js';
import { startLab } from './lab.js';

/** Files of a real server of one version. */
export interface SavedFiles {
  readonly version: string;
  /** Path of a snapshot, saved by the etcdctl of the server's version. */
  readonly snapshot: string;
  /** The data directory of the server, which was stopped after the snapshot. */
  readonly data: DirectoryImage;
  /** The compacted revision. */
  readonly compacted: bigint;
  /** The current revision. */
  readonly revision: bigint;
  remove(): void;
}

/** Starts a server, fills it with data of every kind, and saves its files. */
export async function saveFiles(reference: CompleteReference): Promise<SavedFiles> {
  const folder = mkdtempSync(path.join(labFolder(), 'saved-'));
  const snapshot = path.join(folder, 'snapshot.db');
  const lab = await startLab({ reference });
  try {
    for (const line of CONTENTS) await lab.real(line);
    const { stdout } = await lab.real(['get', 'key-1', '-w', 'json']);
    const revision = BigInt(/"revision":(\d+)/.exec(stdout.toString())?.[1] ?? 0);
    const compacted = revision - 4n;
    await lab.real(['compaction', '--physical', `${compacted}`]);
    await lab.real(['snapshot', 'save', snapshot]);
    await lab.cluster.kill(0);
    return {
      version: reference.version,
      snapshot,
      data: new DirectoryImage(lab.cluster.members[0]?.dataDir ?? ''),
      compacted,
      revision,
      remove: () => rmSync(folder, { recursive: true, force: true }),
    };
  } finally {
    await lab.stop();
  }
}

const CONTENTS: readonly (readonly string[])[] = [
  ['put', 'key-1', 'old'],
  ['put', 'key-1', 'new'],
  ['put', 'key-2', 'é'],
  ['put', 'large', 'x'.repeat(20_000)],
  ['del', 'key-2'],
  ['put', 'key-2', 'again'],
  ['lease', 'grant', '5000'],
  ['role', 'add', 'reader'],
  ['role', 'grant-permission', 'reader', '--prefix=true', 'read', 'key-'],
  ['user', 'add', 'someone:secret'],
  ['user', 'grant-role', 'someone', 'reader'],
  ['put', 'key-3', 'value'],
  ['del', 'key-1'],
  ['put', 'last', 'value'],
];
