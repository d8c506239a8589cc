import { AUTH_FIXTURES } from './auth-fixtures.js';
import { CLUSTER_FIXTURES } from './cluster-fixtures.js';
import { FILE_FIXTURES } from './file-fixtures.js';
import type { Fixtures } from './fixture-parts.js';
import { KV_FIXTURES } from './kv-fixtures.js';
import { LEASE_FIXTURES } from './lease-fixtures.js';

/** The results whose output in each format is kept in this folder, by the name of the golden file. */
export const FIXTURES: Fixtures = {
  ...KV_FIXTURES,
  ...LEASE_FIXTURES,
  ...CLUSTER_FIXTURES,
  ...AUTH_FIXTURES,
  ...FILE_FIXTURES,
  'snapshot-saved': {
    kind: 'snapshot-saved',
    path: '/var/backups/a "b" é \udcff.db',
    serverVersion: '3.6.0',
  },
  'snapshot-saved-old-server': { kind: 'snapshot-saved', path: 'snapshot.db', serverVersion: '' },
  text: { kind: 'text', text: 'first line\nsecond line\n' },
};
