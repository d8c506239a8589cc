import { setTimeout as delay } from 'node:timers/promises';
import { compareVersions } from '../../../scripts/lib/version.mjs';
import type { Lab } from './lab.js';
import { run } from './program.js';
import type { Scene } from './side-by-side.js';

/** Longer than the interval at which the backend commits, 100 ms. */
const COMMIT_INTERVAL_MS = 120;

/** The status of the servers when they were last at rest: if it is still the same, nothing has happened since. */
const lastStatus = new WeakMap<Lab, string>();

/**
 * Resolves when the servers have committed all changes and the storage version, so that they do not write by themselves any more.
 * Checks the servers at all endpoints, or only at the given ones.
 */
export async function atRest(lab: Lab, endpoints?: readonly string[]): Promise<void> {
  for (let before = lastStatus.get(lab); ; await delay(COMMIT_INTERVAL_MS)) {
    const { code, stdout } = await run(lab.etcdctl, [
      ...lab.flags(endpoints),
      'endpoint',
      'status',
      '-w',
      'json',
    ]);
    // Ignore the Raft index: with auth, this command adds a login to the Raft log.
    const text = stdout.toString().replace(/"raft\w*Index":\d+/g, '');
    if (code === 0 && text === before && isVersionWritten(text, lab.version)) {
      lastStatus.set(lab, text);
      return;
    }
    before = text;
  }
}

export const settled: Scene = {
  name: 'servers at rest',
  async set(lab) {
    await atRest(lab);
    return {};
  },
};

/** Servers before 3.6 do not have the field; later ones have an older version in it at first. */
function isVersionWritten(statusJson: string, version: string): boolean {
  const minor = version.split('.').slice(0, 2).join('.');
  const written = [...statusJson.matchAll(/"storageVersion":"(\d+\.\d+)/g)];
  return compareVersions(version, '3.6') < 0 || written.every(([, stored]) => stored === minor);
}
