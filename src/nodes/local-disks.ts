import { statfs } from 'node:fs/promises';
import { systemErrorText } from '../go/system-error.js';
import type { LocalDisk } from '../model/inspection.js';
import { searchRoot } from './search.js';

/** The data directory of the member that `--local` finds below this root, its WAL directory too if that is another one. */
export async function localDisks(root: string): Promise<LocalDisk[]> {
  const { found } = await searchRoot(root, { stopsAtFirst: true });
  const member = found[0]?.member;
  const directories = new Set([member?.dataDirectory, member?.walDirectory]);
  directories.delete(undefined);
  const named = [...directories] as string[];
  return Promise.all(
    named.map(async (directory) => ({ member: member?.name, directory, space: await spaceOf(directory) })),
  );
}

async function spaceOf(directory: string): Promise<LocalDisk['space']> {
  try {
    const { bsize, blocks, bavail } = await statfs(directory, { bigint: true });
    return { totalBytes: blocks * bsize, freeBytes: bavail * bsize };
  } catch (error) {
    return { problem: systemErrorText(error) };
  }
}
