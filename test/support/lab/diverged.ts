/** A cluster of which one member has another history than the others. */
import { renameSync, rmSync } from 'node:fs';
import type { Lab } from './lab.js';

/**
 * Removes all data and begins two histories, one after the other, with the same member ids: the first with `write('one')`, the second with
 * `write('other')`. Then starts the last member with its data of the second, and the others with theirs of the first.
 */
export async function giveTwoHistories(
  { cluster, real }: Lab,
  write: (value: 'one' | 'other') => Promise<void>,
): Promise<void> {
  const { members } = cluster;
  const killAll = () => Promise.all(members.map((_, index) => cluster.kill(index)));
  const startAll = () => Promise.all(members.map((_, index) => cluster.restart(index)));
  const asideOf = (dataDir: string) => `${dataDir}.one`;

  async function record(value: 'one' | 'other'): Promise<string> {
    await startAll();
    await write(value);
    const end = await logEnd(real);
    await killAll();
    return end;
  }

  // Where the terms differ because of a second election, or the lengths, raft notices it and stops the member.
  for (let isAlike = false; !isAlike; ) {
    await killAll();
    for (const { dataDir } of members) {
      for (const each of [dataDir, asideOf(dataDir)]) rmSync(each, { recursive: true, force: true });
    }
    const end = await record('one');
    for (const { dataDir } of members) renameSync(dataDir, asideOf(dataDir));
    isAlike = (await record('other')) === end;
  }
  for (const { dataDir } of members.slice(0, -1)) {
    rmSync(dataDir, { recursive: true });
    renameSync(asideOf(dataDir), dataDir);
  }
  await startAll();
}

/** Term and index of the last raft entry of each member. */
async function logEnd(real: Lab['real']): Promise<string> {
  const { stdout } = await real(['endpoint', 'status', '-w', 'json']);
  const statuses = JSON.parse(stdout.toString()) as readonly {
    readonly Status: { readonly raftTerm: number; readonly raftIndex: number };
  }[];
  return statuses.map(({ Status: { raftTerm, raftIndex } }) => `${raftTerm}.${raftIndex}`).join(' ');
}
