/** Faults at each step of `snapshot save DIR/ --keep N`: never fewer good snapshots than before, and nothing half. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, cpSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Lab, startLab } from '../../support/lab/lab.js';
import { ourEtcdctl, programAt, run, start } from '../../support/lab/program.js';

/** `strace` kills the program at a system call, or delays that. */
const straceMissing = spawnSync('strace', ['-qq', '-e', 'inject=rename:error=EIO', 'true']).status !== 0;
const RENAMES = 'rename,renameat,renameat2';
const REMOVALS = 'unlink,unlinkat';
const MAX_CALLS = 30;
/** strace counts the calls of each thread for itself. Bun has two workers at least. */
const ONE_WORKER = 'UV_THREADPOOL_SIZE=1';
/** Until all calls are made by the same worker. */
const MAX_ATTEMPTS = 10;

let lab: Lab;
let older = '';
let folder = '';
beforeAll(async () => {
  lab = await startLab();
  for (let index = 0; index < 8; index++) {
    await lab.real(['put', `large-${index}`], { stdin: randomBytes(900_000) });
  }
  older = mkdtempSync(path.join(tmpdir(), 'older-snapshots-'));
  for (let count = 0; count < 2; count++) {
    const { code, stderr } = await run(ourEtcdctl(), saveInto(older, 0));
    expect(code, stderr.toString()).toBe(0);
  }
});
afterAll(async () => {
  rmSync(older, { recursive: true, force: true });
  await lab?.stop();
});
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'save-faults-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function saveInto(directory: string, keep: number): string[] {
  return [...lab.flags(), 'snapshot', 'save', `${directory}/`, '--cluster-name=prod', `--keep=${keep}`];
}

/** The command line of a save with a fault in these system calls. */
function straced(calls: string, fault: string, keep: number): string[] {
  const { command, leadingArgs } = ourEtcdctl();
  const inject = ['-e', `trace=${calls}`, '-e', `inject=${calls}:${fault}`];
  const options = ['-f', '-qq', '-o', '/dev/null', '-E', ONE_WORKER, ...inject];
  return [...options, command, ...leadingArgs, ...saveInto(folder, keep)];
}

function resetFolder(): void {
  rmSync(folder, { recursive: true });
  cpSync(older, folder, { recursive: true });
}

const files = () => readdirSync(folder).sort();

async function goodCount(): Promise<number> {
  const { stdout } = await run(ourEtcdctl(), ['snapshot', 'verify', folder, '-w', 'json']);
  const { snapshots } = JSON.parse(stdout.toString()) as { snapshots: { state: string }[] };
  return snapshots.filter(({ state }) => state === 'good').length;
}

/** Kills saves at the first, the second ... of these calls, and calls `check` after each; returns how many were killed. */
async function killAtEach(calls: string, keep: number, check: (nth: number) => Promise<void>) {
  for (let nth = 1; nth < MAX_CALLS; nth++) {
    if (!(await isKilledAt(calls, nth, keep))) return nth - 1;
    await check(nth);
  }
  throw new Error('every save was killed');
}

/** Leaves the folder as the killed save has left it. */
async function isKilledAt(calls: string, nth: number, keep: number): Promise<boolean> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    resetFolder();
    const { code } = await run(programAt('strace'), straced(calls, `signal=SIGKILL:when=${nth}`, keep));
    if (code !== 0) return true;
  }
  return false;
}

/** What has no manifest is good, but neither counted nor removed. */
async function expectNextSave(keep: number): Promise<void> {
  const { code, stderr } = await run(ourEtcdctl(), saveInto(folder, keep));
  expect(code, stderr.toString()).toBe(0);
  expect(await goodCount()).toBeGreaterThanOrEqual(keep);
}

describe.skipIf(straceMissing)('a fault in snapshot save into a directory (needs strace)', () => {
  it('that kills it at any rename leaves the older snapshots', { timeout: 300_000 }, async () => {
    const listed: string[] = [];
    const killed = await killAtEach(RENAMES, 2, async (nth) => {
      expect(await goodCount(), `killed at rename ${nth}`).toBeGreaterThanOrEqual(2);
      const { stdout } = await run(ourEtcdctl(), ['snapshot', 'list', folder]);
      listed.push(stdout.toString());
      await expectNextSave(2);
    });
    expect(killed).toBeGreaterThanOrEqual(2);
    expect(listed.join('')).toMatch(/\.db\.part .* unfinished\n/);
    expect(listed.join('')).toMatch(/\.db .* no manifest\n/);
  });

  it('that kills it at any removal of a file leaves as many as before, or more', {
    timeout: 300_000,
  }, async () => {
    const counts = new Set<number>();
    const killed = await killAtEach(REMOVALS, 2, async (nth) => {
      const count = await goodCount();
      expect(count, `killed at removal ${nth}`).toBeGreaterThanOrEqual(2);
      counts.add(count);
      await expectNextSave(2);
    });
    expect(killed).toBeGreaterThanOrEqual(2);
    expect(counts).toContain(3);
  });

  it('that flips a bit on disk is found before the older ones are removed', async () => {
    cpSync(older, folder, { recursive: true });
    const before = files();
    const saving = start(programAt('strace'), straced('fsync,fdatasync', 'delay_enter=2000000', 1));
    const part = await partLargerThan(3_000_000);
    const file = openSync(part, 'r+');
    writeSync(file, Buffer.from('damaged on the disk'), 0, undefined, 1_000_000);
    closeSync(file);
    const { code, stderr } = await saving.result;
    expect(code).toBe(5);
    expect(stderr.toString()).toMatch(/Error: .*the SHA-256 at the end of the file is /);
    expect(files()).toEqual(before);
    expect(await goodCount()).toBe(2);
  });
});

async function partLargerThan(sizeBytes: number): Promise<string> {
  for (;;) {
    const name = files().find((file) => file.endsWith('.part'));
    if (name !== undefined && statSync(path.join(folder, name)).size > sizeBytes) {
      return path.join(folder, name);
    }
    await sleep(5);
  }
}
