import { expect, vi } from 'vitest';
import type { Lab } from './lab.js';

/** The keys of a lock's holder and waiters, or of an election's leader and candidates, in the order of the queue. */
export async function contenders(lab: Lab, name: string): Promise<string[]> {
  const { stdout } = await lab.real(['get', `${name}/`, '--prefix', '--keys-only', '--sort-by=CREATE']);
  return stdout.toString().split('\n').filter(Boolean);
}

export async function untilQueued(lab: Lab, name: string, count: number): Promise<void> {
  const options = { timeout: 40_000, interval: 100 };
  await vi.waitFor(async () => expect(await contenders(lab, name)).toHaveLength(count), options);
}

export async function leases(lab: Lab): Promise<string[]> {
  const { stdout } = await lab.real(['lease', 'list']);
  return stdout.toString().split('\n').slice(1).filter(Boolean);
}
