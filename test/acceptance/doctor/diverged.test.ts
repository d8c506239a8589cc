/** `doctor` on clusters of three members with TLS, of which one has a copy of other data than the others. */
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CompleteReference } from '../../../scripts/lib/reference.mjs';
import { giveTwoHistories } from '../../support/lab/diverged.js';
import { diagnose } from '../../support/lab/doctor.js';
import { type Lab, type LabOptions, references, startLab } from '../../support/lab/lab.js';
import { restoring } from '../../support/lab/restored.js';

const labs: Lab[] = [];

async function start(options: LabOptions): Promise<Lab> {
  const lab = await startLab({ profile: 'tls', members: 3, ...options });
  labs.push(lab);
  return lab;
}

afterEach(async () => {
  for (const lab of labs.splice(0)) await lab.stop();
});

describe.each([
  ['3.5', '--experimental-corrupt-check-time=2s'],
  ['3.7', '--corrupt-check-time=2s'],
])('etcd %s', (version, corruptCheck) => {
  const reference = references.findLast((each) => each.version.startsWith(version)) as CompleteReference;

  async function startDiverged(extraArgs: string[]): Promise<Lab> {
    const lab = await start({ reference, extraArgs });
    await giveTwoHistories(lab, async (value) => {
      for (const key of ['a', 'b']) await lab.real(['put', key, value]);
    });
    return lab;
  }

  it.skipIf(reference === undefined)(
    'a member has as many entries as the others, and other values',
    async () => {
      const lab = await startDiverged([]);
      const differs =
        /hash-differs m3 .* hashes at revision 3 are m1 and m2 \d+, m3 \d+\..* member replace [0-9a-f]+ --name=m3 --peer-urls=/;
      await diagnose(lab.flags(), { ids: ['hash-differs'], words: differs });
      // It takes part in the cluster, and the difference stays.
      await lab.real(['put', 'c', 'common']);
      await diagnose(lab.flags(lab.cluster.endpoints.slice(0, 1)), {
        ids: ['hash-differs'],
        words: /hashes at revision 4 are m1 and m2 \d+, m3 \d+\./,
      });
    },
  );

  it.skipIf(reference === undefined)('the servers have compared the data too', async () => {
    const lab = await startDiverged([corruptCheck]);
    await vi.waitUntil(async () => `${(await lab.real(['alarm', 'list'])).stdout}`.includes('CORRUPT'), {
      timeout: 20_000,
    });
    // Which member it is: the leader takes its own data for the right one, and etcd 3.5 does not say it.
    await diagnose(lab.flags(), {
      ids: ['alarm-corrupt', 'hash-differs'],
      words:
        version === '3.5'
          ? /alarm-corrupt The alarm .* the data of the members differ\..* alarm disarm /
          : /alarm-corrupt m\d .* the data of this member was found .* alarm disarm /,
    });
  });

  it.skipIf(reference === undefined)(
    'a member was restored from an older snapshot than the others',
    async () => {
      const source = await start({ reference, profile: 'plain', members: 1 });
      const snapshots = [];
      for (const name of ['older', 'newer']) {
        for (const value of ['1', '2']) await source.real(['put', name, value]);
        snapshots.push(path.join(source.folder, name));
        await source.real(['snapshot', 'save', path.join(source.folder, name)]);
      }
      const [older = '', newer = ''] = snapshots;
      const by = () => source.etcdutl ?? expect.fail('there is no etcdutl');
      const snapshot = (index: number) => (index === 2 ? older : newer);
      const lab = await start({ reference, prepare: restoring({ snapshot, by }) });
      // The newest revision that all have is in both snapshots: the hashes are equal.
      await diagnose(lab.flags(), {
        ids: ['revision-differs'],
        words:
          /revision-differs m3 .* same raft entries, up to \d+, and their revisions are m1 and m2 5, m3 3\..* member replace [0-9a-f]+ --name=m3 --peer-urls=/,
      });
      await lab.real(['put', 'c', 'common']);
      await diagnose(lab.flags(), {
        ids: ['hash-differs'],
        words: /hash-differs m3 .* hashes at revision 4 are m1 and m2 \d+, m3 \d+\./,
      });
    },
  );
});
