/**
 * Runs the same command line with the real program and with ours, on equal copies of real files: stdout (byte for byte),
 * exit status and final error line must be equal. Each program runs in a folder of its own, so that relative paths are equal.
 */

import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { labFolder } from '../../../scripts/lib/etcd/watchdog.mjs';
import { compareVersions } from '../../../scripts/lib/version.mjs';
import { version3 } from './command-set.js';
import { references } from './lab.js';
import { ourEtcdctl, ourEtcdutl, type Program, programAt, type RunResult, run } from './program.js';
import { type SavedFiles, saveFiles } from './saved-files.js';
import { type Difference, expectAsStated, type Observation, type Words, words } from './side-by-side.js';

/** The newest real etcdutl at hand from 3.6 on; that of 3.5 has other flags and counts other keys. */
export const newestEtcdutl = newest(({ version, etcdutl }) =>
  compareVersions(version, '3.6.0') < 0 ? undefined : etcdutl,
);
/** The newest real etcdctl that has commands on files. */
export const fileEtcdctl = newest(({ version, etcdctl }) =>
  compareVersions(version, '3.6.0') < 0 ? etcdctl : undefined,
);

function newest(pick: (reference: (typeof references)[number]) => string | undefined): Program | undefined {
  const command = references.map(pick).findLast((each) => each !== undefined);
  return command === undefined ? undefined : programAt(command);
}

/** A case; its folder has `snapshot.db` and `data`, a data directory. */
export interface FilesCase {
  /** Begins with the program's name. `{revision}` and `{compacted}` are replaced by the revisions of the saved files. */
  readonly run: Words;
  /** Creates other files that the command line needs. */
  readonly given?: (folder: string, saved: SavedFiles) => void;
  readonly differs?: Difference;
}

export interface FilesOptions {
  /** The cases do not depend on the version of the server that wrote the files. */
  readonly newestServerOnly?: boolean;
}

/** Defines a test for each case, on the files of each server version at hand. */
export function filesSideBySide(
  name: string,
  cases: readonly FilesCase[],
  { newestServerOnly = false }: FilesOptions = {},
): void {
  const wanted = newestServerOnly ? references.slice(-1) : references;
  describe.each(wanted)(`${name}, files of etcd $version, compared with the real program`, (reference) => {
    let saved: SavedFiles;
    beforeAll(async () => {
      saved = await saveFiles(reference);
    });
    afterAll(() => saved?.remove());
    beforeEach(({ task }) => {
      Object.assign(task.meta, { sideBySide: 'different' });
    });

    for (const each of cases) {
      const { real, ours, args } = programsOf(each);
      it.skipIf(real === undefined)(words(each.run).join(' '), async ({ task }) => {
        const stated = await inFolder(saved, each, (folder) => observe(real ?? ours, folder, args(saved)));
        const made = await inFolder(saved, each, async (folder) => {
          const before = readdirSync(folder);
          const observation = await observe(ours, folder, args(saved));
          const left = readdirSync(folder).filter((name) => !before.includes(name));
          if (observation.code !== 0) expect(left).toEqual([]);
          return observation;
        });
        expectAsStated({ real: stated, ours: made }, each.differs);
        Object.assign(task.meta, { sideBySide: each.differs === undefined ? 'equal' : 'deliberate' });
      });
    }
  });
}

function programsOf({ run: line }: FilesCase) {
  const [program, ...rest] = words(line);
  const isUtl = program === 'etcdutl';
  return {
    real: isUtl ? newestEtcdutl : fileEtcdctl,
    ours: isUtl ? ourEtcdutl() : ourEtcdctl(),
    args: ({ compacted, revision }: SavedFiles) =>
      rest.map((word) => word.replace('{compacted}', `${compacted}`).replace('{revision}', `${revision}`)),
  };
}

/** Calls `work` in a folder with copies of the files; the folder is removed afterwards. */
export async function inFolder<Value>(
  saved: SavedFiles,
  { given }: Pick<FilesCase, 'given'>,
  work: (folder: string) => Promise<Value>,
): Promise<Value> {
  const folder = mkdtempSync(path.join(labFolder(), 'files-'));
  try {
    cpSync(saved.snapshot, path.join(folder, 'snapshot.db'));
    saved.data.writeTo(path.join(folder, 'data'));
    given?.(folder, saved);
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function observe(program: Program, folder: string, args: readonly string[]): Promise<Observation> {
  return observed(await run(program, args, { cwd: folder }));
}

export function observed(result: RunResult): Observation {
  return {
    code: result.code ?? result.signal,
    stdout: result.stdout.toString('latin1'),
    error: version3.finalLines(result.stderr),
  };
}

/** A `given` function that writes a file with these contents. */
export function file(name: string, contents: string | Uint8Array) {
  return (folder: string): void => writeFileSync(path.join(folder, name), contents);
}

export function directory(name: string) {
  return (folder: string): void => void mkdirSync(path.join(folder, name), { recursive: true });
}
