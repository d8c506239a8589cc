import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The slowest test files, the slowest first. Started late, one of them would keep a single worker busy at the end; vitest knows
 * durations only from an earlier run. Files that are not in the list are run later.
 */
const LONGEST = [
  'side-by-side/member',
  'side-by-side/endpoint',
  'version-2/accounts',
  'side-by-side/txn',
  'restore/restored-cluster',
  'side-by-side/user',
  'side-by-side/lease',
  'side-by-side/role',
  'cluster',
  'side-by-side/get',
  'side-by-side/put-del',
  'side-by-side/downgrade',
  'restore/instructions',
  'check-in-full',
  'lock',
  'lease-keep-alive',
  'make-mirror',
  'elect',
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
