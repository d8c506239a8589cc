import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take longest, the longest first. Begun late, one of them would keep a single worker busy at the end; a clean
 * checkout has no times of an earlier run to go by. A file that is not here comes later, nothing else.
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
