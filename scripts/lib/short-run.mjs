// Defines what `npm test` leaves out, so that it takes at most five minutes on two cores; `npm run test:all` runs all of it.
import { loadReference } from './reference.mjs';

/** Acceptance tests that `npm test` does not run: long ones, and those about environments that few users have. */
export const leftOut = [
  'test/acceptance/version-2/**',
  'test/acceptance/backups/instructions.test.ts',
  'test/acceptance/backups/save-faults.test.ts',
  'test/acceptance/check-in-full.test.ts',
  'test/acceptance/children.test.ts',
  'test/acceptance/completion.test.ts',
  'test/acceptance/connection.test.ts',
  'test/acceptance/connection-failures.test.ts',
  'test/acceptance/database-files.test.ts',
  'test/acceptance/doctor/**',
  'test/acceptance/elect.test.ts',
  'test/acceptance/endpoint-lists.test.ts',
  'test/acceptance/endpoint-wait.test.ts',
  'test/acceptance/exact-bytes.test.ts',
  'test/acceptance/export-import.test.ts',
  'test/acceptance/faults/**',
  'test/acceptance/forward-proxies.test.ts',
  'test/acceptance/get-from-snapshot.test.ts',
  'test/acceptance/large-ranges.test.ts',
  'test/acceptance/maintenance.test.ts',
  'test/acceptance/make-mirror.test.ts',
  'test/acceptance/member-replace.test.ts',
  'test/acceptance/mirror-checkpoint.test.ts',
  'test/acceptance/node-versions.test.ts',
  'test/acceptance/odd-answers.test.ts',
  'test/acceptance/odd-environments.test.ts',
  'test/acceptance/ports/**',
  'test/acceptance/refused-requests.test.ts',
  'test/acceptance/release.test.ts',
  'test/acceptance/restore/instructions.test.ts',
  'test/acceptance/restore/large-store.test.ts',
  'test/acceptance/restore/local-restore.test.ts',
  'test/acceptance/restore/local-restore-faults.test.ts',
  'test/acceptance/restore/odd-snapshots.test.ts',
  'test/acceptance/restore/restored-cluster.test.ts',
  'test/acceptance/reverse-proxies.test.ts',
  'test/acceptance/settings.test.ts',
  'test/acceptance/snapshot-backups.test.ts',
  'test/acceptance/store-contents.test.ts',
  'test/acceptance/side-by-side/compaction.test.ts',
  'test/acceptance/side-by-side/downgrade.test.ts',
  'test/acceptance/side-by-side/member.test.ts',
  'test/acceptance/side-by-side/role.test.ts',
  'test/acceptance/side-by-side/user.test.ts',
  'test/acceptance/terminals/**',
  'test/acceptance/tls/files.test.ts',
  'test/acceptance/watch-checkpoint.test.ts',
];

/** Acceptance tests that `npm test` also runs with the standalone executable. */
export const onExecutable = [
  'test/acceptance/auth-flow.test.ts',
  'test/acceptance/side-by-side/put-del.test.ts',
];

/**
 * The environment of the acceptance tests in `npm test`: the newest servers only, only the Node.js that runs the tests, and a quarter
 * of the random command lines.
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
