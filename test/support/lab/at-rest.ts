import { setTimeout as delay } from 'node:timers/promises';
import { compareVersions } from '../../../scripts/lib/version.mjs';
import type { Lab } from './lab.js';
import { run } from './program.js';
import type { Scene } from './side-by-side.js';

/** Servers write to their files ten times a second. */
const COMMIT_INTERVAL_MS = 120;

/** What servers at rest said last: when they say it again, nothing has happened since. */
const saidLast = new WeakMap<Lab, string>();

/**
 * Settles once the servers have written down the version of their data and the changes before it: nothing happens any more by
 * itself. Asks those at all endpoints, or just at these.
 */
export async function atRest(lab: Lab, endpoints?: readonly string[]): Promise<void> {
  for (let before = saidLast.get(lab); ; await delay(COMMIT_INTERVAL_MS)) {
    const { code, stdout } = await run(lab.etcdctl, [
      ...lab.flags(endpoints),
      'endpoint',
      'status',
      '-w',
      'json',
    ]);
    // A login is an entry of the Raft log, and asking takes one.
    const text = stdout.toString().replace(/"raft\w*Index":\d+/g, '');
    if (code === 0 && text === before && isVersionWritten(text, lab.version)) {
      saidLast.set(lab, text);
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

/** Old servers do not know the field, and younger ones have the oldest version in it at first. */
function isVersionWritten(statusJson: string, version: string): boolean {
  const minor = version.split('.').slice(0, 2).join('.');
  const written = [...statusJson.matchAll(/"storageVersion":"(\d+\.\d+)/g)];
  return compareVersions(version, '3.6') < 0 || written.every(([, stored]) => stored === minor);
}
