import type { Fixtures } from './fixture-parts.js';

const STATUS = { hash: 0x09cddd51, revision: 42n, totalKeys: 57, totalSizeBytes: 53_248 };
const SOUND = { path: '/var/backups/a "b" é \udcff.db', buckets: 10, records: 96, databaseBytes: 53_248 };

export const FILE_FIXTURES: Fixtures = {
  'snapshot-status': { kind: 'snapshot-status', status: { ...STATUS, version: '3.7.0' } },
  'snapshot-status-of-3.5': { kind: 'snapshot-status', status: { ...STATUS, version: '' } },
  'snapshot-status-without-version': { kind: 'snapshot-status', status: { ...STATUS, version: undefined } },
  'snapshot-status-empty': {
    kind: 'snapshot-status',
    status: { hash: 0, revision: 0n, totalKeys: 0, totalSizeBytes: 0, version: undefined },
  },
  'snapshot-verified': { kind: 'snapshot-verified', snapshot: { ...SOUND, checksum: 'good' } },
  'snapshot-verified-copy': { kind: 'snapshot-verified', snapshot: { ...SOUND, checksum: 'missing' } },
};
