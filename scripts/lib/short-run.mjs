// What `npm test` leaves to `npm run test:all`, so that it ends within five minutes on two cores: this is the one place that says so.
import { loadReference } from './reference.mjs';

/** Acceptance tests that it does not run: long ones, and those about surroundings that few users have. */
export const leftOut = [
  'test/acceptance/version-2/**',
  'test/acceptance/check-in-full.test.ts',
  'test/acceptance/children.test.ts',
  'test/acceptance/completion.test.ts',
  'test/acceptance/connection.test.ts',
  'test/acceptance/database-files.test.ts',
  'test/acceptance/elect.test.ts',
  'test/acceptance/endpoint-lists.test.ts',
  'test/acceptance/large-ranges.test.ts',
  'test/acceptance/make-mirror.test.ts',
  'test/acceptance/node-versions.test.ts',
  'test/acceptance/odd-answers.test.ts',
  'test/acceptance/odd-environments.test.ts',
  'test/acceptance/restore/instructions.test.ts',
  'test/acceptance/restore/large-store.test.ts',
  'test/acceptance/restore/odd-snapshots.test.ts',
  'test/acceptance/side-by-side/downgrade.test.ts',
  'test/acceptance/side-by-side/role.test.ts',
  'test/acceptance/side-by-side/user.test.ts',
  'test/acceptance/terminals/**',
];

/** Acceptance tests that it runs on the standalone executable too. */
export const onExecutable = [
  'test/acceptance/auth-flow.test.ts',
  'test/acceptance/side-by-side/put-del.test.ts',
];

/**
 * The environment of its acceptance tests: the newest servers, the Node.js that runs them, and a quarter of the random command lines.
 *
 * @returns {Record<string, string>}
 */
export function shortRunEnvironment() {
  return {
    ETCD_REFERENCE_VERSIONS: loadReference().at(-1)?.version ?? '',
    NODE_VERSIONS_UNDER_TEST: 'own',
    RANDOM_CASES: '20',
  };
}
