import { AUTH_FIXTURES } from './auth-fixtures.js';
import { CLUSTER_FIXTURES } from './cluster-fixtures.js';
import { DECODED_FIXTURES } from './decoded-fixtures.js';
import { DOCTOR_FIXTURES } from './doctor-fixtures.js';
import { FILE_FIXTURES } from './file-fixtures.js';
import type { Fixtures } from './fixture-parts.js';
import { KV_FIXTURES } from './kv-fixtures.js';
import { LEASE_FIXTURES } from './lease-fixtures.js';
import { STORE_FIXTURES } from './store-fixtures.js';

/** The results whose output in each format is kept in this folder, by the name of the golden file. */
export const FIXTURES: Fixtures = {
  ...KV_FIXTURES,
  ...DECODED_FIXTURES,
  ...LEASE_FIXTURES,
  ...CLUSTER_FIXTURES,
  ...DOCTOR_FIXTURES,
  ...AUTH_FIXTURES,
  ...FILE_FIXTURES,
  ...STORE_FIXTURES,
  'snapshot-saved': {
    kind: 'snapshot-saved',
    path: '/var/backups/a "b" é \udcff.db',
    serverVersion: '3.6.0',
  },
  'snapshot-saved-old-server': { kind: 'snapshot-saved', path: 'snapshot.db', serverVersion: '' },
  text: { kind: 'text', text: 'first line\nsecond line\n' },
  bytes: { kind: 'bytes', bytes: Uint8Array.of(0x00, 0xff, 0x0a, 0x41) },
};
