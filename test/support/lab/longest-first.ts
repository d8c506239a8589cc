import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The slowest test files, the slowest first. Started late, one of them would keep a single worker busy at the end; vitest knows
 * durations only from an earlier run. Files that are not in the list are run later.
 */
const LONGEST = [
  'faults/history',
  'side-by-side/member',
  'side-by-side/endpoint',
  'side-by-side/txn',
  'version-2/accounts',
  'tls/chains',
  'tls/files',
  'tls/keys-and-names',
  'side-by-side/user',
  'side-by-side/role',
  'restore/restored-cluster',
  'side-by-side/lease',
  'side-by-side/get',
  'side-by-side/put-del',
  'side-by-side/auth',
  'side-by-side/downgrade',
  'cluster',
  'check-in-full',
  'make-mirror',
  'reverse-proxies',
  'faults/endurance',
  'large-ranges',
  'odd-environments',
  'snapshot-restore',
  'restore/instructions',
  'lock',
  'elect',
  'lease-keep-alive',
].map((name) => `/test/acceptance/${name}.test.ts`);

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files);
    return others.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONGEST.findIndex((name) => moduleId.endsWith(name));
  return rank < 0 ? LONGEST.length : rank;
}
