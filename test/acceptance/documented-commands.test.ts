import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DOCUMENTED_CLUSTERS,
  type DocumentedCluster,
  threeMembers,
} from '../support/lab/documented-clusters.js';
import { DocumentedPlace, followSection } from '../support/lab/documented-place.js';
import { documentedSections } from '../support/lab/documented-sections.js';
import { blocksOf } from '../support/lab/instructions.js';

const DOCUMENTS = ['operators.md', 'ci.md', 'backups.md'];

const hasBash = spawnSync('bash', ['--version']).status === 0;
const title = hasBash ? 'the commands in docs' : 'the commands in docs: there is no bash on this machine';

describe.skipIf(!hasBash)(title, () => {
  let shared: DocumentedCluster;
  beforeAll(async () => {
    shared = await threeMembers();
  });
  afterAll(() => shared?.stop());

  const sections = DOCUMENTS.flatMap((document) =>
    documentedSections(document)
      // What is typed on the nodes themselves has a test of its own: backups/instructions.test.ts.
      .filter(({ heading }) => blocksOf(document, heading).length === 0)
      .map((section) => [`${document}: ${section.heading}`, section] as const),
  );

  it.each(sections)('%s', async (_title, section) => {
    expect(section.blocks).toContainEqual(expect.objectContaining({ kind: 'commands' }));
    const { cluster } = section;
    if (cluster !== undefined) expect(Object.keys(DOCUMENTED_CLUSTERS)).toContain(cluster);
    const place = new DocumentedPlace();
    const own = await DOCUMENTED_CLUSTERS[cluster ?? '']?.(place.home);
    try {
      await followSection(section, own ?? shared, place);
    } finally {
      await own?.stop();
      place.remove();
    }
  });
});
