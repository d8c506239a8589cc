import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareVersions } from '../../../../scripts/lib/version.mjs';
import { inFolder, observed } from '../../../support/lab/files-side-by-side.js';
import { references } from '../../../support/lab/lab.js';
import { ourEtcdctl, ourEtcdutl, type Program, programAt, run } from '../../../support/lab/program.js';
import { type SavedFiles, saveFiles } from '../../../support/lab/saved-files.js';

interface Pair {
  readonly title: string;
  readonly real: Program;
  readonly ours: Program;
}

/** Our etcdctl counts and prints as etcdctl and etcdutl 3.4 and 3.5 do; our etcdutl as 3.6 and 3.7. */
const pairs = references.flatMap(({ version, etcdctl, etcdutl }): Pair[] => {
  const isOld = compareVersions(version, '3.6.0') < 0;
  const ours = isOld ? ourEtcdctl() : ourEtcdutl();
  return [
    ...(isOld ? [{ title: `etcdctl ${version}`, real: programAt(etcdctl), ours }] : []),
    ...(etcdutl === undefined ? [] : [{ title: `etcdutl ${version}`, real: programAt(etcdutl), ours }]),
  ];
});

/** Without table, whose characters differ before 3.5.30 and in 3.6. */
const FORMATS = ['simple', 'json', 'fields', 'protobuf'];

describe.each(references)('snapshot status of files of etcd $version is the same as with', (reference) => {
  let saved: SavedFiles;
  beforeAll(async () => {
    saved = await saveFiles(reference);
  });
  afterAll(() => saved?.remove());

  it.each(pairs)('$title', async ({ real, ours }) => {
    await inFolder(saved, {}, async (folder) => {
      for (const format of FORMATS) {
        const line = ['snapshot', 'status', 'snapshot.db', '-w', format];
        const [expected, actual] = [
          await run(real, line, { cwd: folder }),
          await run(ours, line, { cwd: folder }),
        ];
        expect(observed(actual), format).toEqual(observed(expected));
      }
    });
  });
});
