import { randomContents, writeDatabase } from '../support/databases.js';
import { SERVER_VERSIONS, snapshotOf, unzipped } from '../support/fixtures.js';
import { range, USED, withFreelist } from '../support/freelist.js';
import { SeededRandom } from '../support/random.js';

/** Valid files to mutate: of real servers, and of our writer with other page sizes and more levels. */
export const DATABASES: readonly Uint8Array[] = [
  ...SERVER_VERSIONS.map((version) => snapshotOf(version).slice(0, -32)),
  ...SERVER_VERSIONS.map(snapshotOf),
  ...[3, 5, 8].map((seed) => writeDatabase(randomContents(new SeededRandom(seed)), 1024)),
  writeDatabase(randomContents(new SeededRandom(13)), 16_384),
  withFreelist({ ids: range(USED + 1, USED + 4), highWaterPage: USED + 4 }),
  // The count of the freelist is in its first element.
  withFreelist({ ids: [3, ...range(USED + 1, USED + 4)], highWaterPage: USED + 4, claimedCount: 0xffff }),
];
export const LOGS: readonly Uint8Array[] = SERVER_VERSIONS.map((version) => unzipped(`etcd-${version}.wal`));
export const SNAPS: readonly Uint8Array[] = [unzipped('restored-by-3.5.30.snap')];

const HEADS = [
  '',
  '\x1f\x8b\x08\x00',
  'SQLite format 3\0',
  '\x7fELF\x02\x01',
  'apiVersion: v1\nkind: Pod\n',
  '\xed\xda\x0c\xed',
];

/** A file of another format. */
export function strangerFile(random: SeededRandom): Uint8Array {
  const others = [...LOGS, ...SNAPS];
  if (random.below(3) === 0) return Uint8Array.from(others[random.below(others.length)] ?? []);
  const head = Buffer.from(HEADS[random.below(HEADS.length)] ?? '', 'latin1');
  const tail =
    random.below(3) === 0 ? new Uint8Array(random.below(40_000)) : random.bytes(random.below(9000));
  return Uint8Array.from(Buffer.concat([head, tail]));
}
