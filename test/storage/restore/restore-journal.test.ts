import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { readJournal } from '../../../src/storage/restore/restore-journal.js';

let folder = '';
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Gives a directory another name and its own again, a millisecond later each time, until it is killed. */
const MOVER = `
const { renameSync } = require('node:fs');
const [here, away] = process.argv.slice(1);
const wait = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
process.stdout.write('begun');
for (;;) { renameSync(here, away); wait(); renameSync(away, here); wait(); }
`;

it('finds the journal of a work directory or none, while the directory comes and goes', async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'journal-'));
  const work = path.join(folder, 'work');
  mkdirSync(work);
  writeFileSync(path.join(work, 'journal.json'), '{"token":"1-2"}\n');
  const mover = spawn(process.execPath, ['-e', MOVER, work, path.join(folder, 'away')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(mover.stdout, 'data');
  const ended = once(mover, 'exit');
  const found = new Set<string | undefined>();
  try {
    for (let count = 0; count < 50_000 || found.size < 2; count++) found.add(readJournal(work)?.token);
  } finally {
    mover.kill('SIGKILL');
    await ended;
  }
  expect(found).toEqual(new Set(['1-2', undefined]));
});

it('says that a work directory has no journal', () => {
  folder = mkdtempSync(path.join(tmpdir(), 'journal-'));
  expect(() => readJournal(folder)).toThrow(`open ${folder}/journal.json: no such file or directory`);
});
