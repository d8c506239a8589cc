import { bytesFromText } from '../../src/go/bytes.js';
import type { BucketRecord } from '../../src/model/results.js';
import type { Fixtures } from './fixture-parts.js';

const STATUS = { hash: 0x09cddd51, revision: 42n, totalKeys: 57, totalSizeBytes: 53_248 };
const SOUND = { path: '/var/backups/a "b" é \udcff.db', buckets: 10, records: 96, databaseBytes: 53_248 };

const bytes = (text: string) => Buffer.from(text, 'latin1');
const NOTHING = bytes('');

const RECORDS: readonly BucketRecord[] = [
  { kind: 'raw', key: bytes('\x00\xff"k"'), value: bytesFromText('é\n') },
  {
    kind: 'change',
    revision: { main: 9007199254740993n, sub: 2n },
    isTombstone: false,
    key: bytes('k\x00'),
    value: bytes('v'),
    createRevision: 4n,
    modRevision: 9007199254740993n,
    version: 3n,
  },
  {
    kind: 'change',
    revision: { main: 5n, sub: 0n },
    isTombstone: true,
    key: bytes('k'),
    value: NOTHING,
    createRevision: 0n,
    modRevision: 0n,
    version: 0n,
  },
  { kind: 'lease', id: 0x12bca2035ebe972en, ttl: 5000n, remainingTtl: 17n },
  { kind: 'lease', id: -1n, ttl: 0n, remainingTtl: 0n },
  {
    kind: 'role',
    name: bytes('r'),
    permissions: [
      { permType: 0, key: bytes('a"\\\t\r\n\x01\x7f\xff'), rangeEnd: NOTHING },
      { permType: 1, key: bytesFromText('é\u0085'), rangeEnd: bytes('\x00') },
      { permType: 2, key: NOTHING, rangeEnd: NOTHING },
    ],
  },
  { kind: 'user', name: bytes('u'), roles: ['r', 'r "2"'], options: { noPassword: true } },
  { kind: 'user', name: bytes('u'), roles: [], options: { noPassword: false } },
  { kind: 'user', name: bytes('u'), roles: [], options: undefined },
  { kind: 'number', key: bytes('term'), value: 18446744073709551615n },
  { kind: 'revision', key: bytes('finishedCompactRev'), value: { main: 33n, sub: 0n } },
  { kind: 'bytes', key: bytes('authEnabled'), value: bytes('\x01\xff') },
];

export const FILE_FIXTURES: Fixtures = {
  'snapshot-status': { kind: 'snapshot-status', status: { ...STATUS, version: '3.7.0' } },
  'snapshot-status-of-3.5': { kind: 'snapshot-status', status: { ...STATUS, version: '' } },
  'snapshot-status-without-version': { kind: 'snapshot-status', status: { ...STATUS, version: undefined } },
  'snapshot-status-empty': {
    kind: 'snapshot-status',
    status: { hash: 0, revision: 0n, totalKeys: 0, totalSizeBytes: 0, version: undefined },
  },
  'file-hashkv': {
    kind: 'file-hashkv',
    hashKv: { hash: 2031356765, hashRevision: 9007199254740993n, compactRevision: 33n },
  },
  'file-hashkv-never-compacted': {
    kind: 'file-hashkv',
    hashKv: { hash: 0, hashRevision: 1n, compactRevision: -1n },
  },
  'file-hash': { kind: 'file-hash', path: SOUND.path, hash: 120209880 },
  'bucket-list': { kind: 'bucket-list', names: ['alarm', 'a "b" é', '\udcff'].map(bytesFromText) },
  'bucket-list-none': { kind: 'bucket-list', names: [] },
  'bucket-records': { kind: 'bucket-records', records: RECORDS },
  'bucket-records-none': { kind: 'bucket-records', records: [] },
  'snapshot-verified': { kind: 'snapshot-verified', snapshot: { ...SOUND, checksum: 'good' } },
  'snapshot-verified-copy': { kind: 'snapshot-verified', snapshot: { ...SOUND, checksum: 'missing' } },
};
