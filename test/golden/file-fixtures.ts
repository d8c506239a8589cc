import { bytesFromText } from '../../src/go/bytes.js';
import type { BucketRecord } from '../../src/model/file-reports.js';
import type { LocalEtcd } from '../../src/model/local-etcd.js';
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

const KUBEADM: LocalEtcd = {
  layout: 'kubeadm',
  source: '/etc/kubernetes/manifests/etcd.yaml',
  endpoints: ['https://127.0.0.1:2379'],
  caFile: '/etc/kubernetes/pki/etcd/ca.crt',
  certFile: '/etc/kubernetes/pki/etcd/healthcheck-client.crt',
  keyFile: '/etc/kubernetes/pki/etcd/healthcheck-client.key',
  member: {
    name: 'n1',
    dataDirectory: '/var/lib/etcd',
    walDirectory: '/var/lib/etcd-wal',
    peerUrls: ['https://10.0.0.4:2380'],
    initialCluster: 'n1=https://10.0.0.4:2380',
    initialClusterToken: 'etcd-cluster',
  },
};

/** Its paths have what a shell, or a terminal, would take for something else. */
const EXTERNAL: LocalEtcd = {
  layout: 'external',
  source: "/mnt/a b/it's\n$(reboot)/\udcff.yaml",
  endpoints: ['https://10.0.0.1:2379', '"'],
  caFile: "/mnt/a b/it's\n$(reboot) é.crt",
};

const PROCESS: LocalEtcd = {
  layout: 'process',
  source: 'process 4711',
  endpoints: ['http://127.0.0.1:2379'],
  member: { peerUrls: [] },
};

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
  'local-etcd': { kind: 'local-etcd', etcd: KUBEADM, others: [EXTERNAL, PROCESS] },
  'local-etcd-odd': { kind: 'local-etcd', etcd: EXTERNAL, others: [] },
  'bucket-list': { kind: 'bucket-list', names: ['alarm', 'a "b" é', '\udcff'].map(bytesFromText) },
  'bucket-list-none': { kind: 'bucket-list', names: [] },
  'profile-list': {
    kind: 'profile-list',
    directory: '/root/.config/etcdctl',
    profiles: [
      {
        name: 'broken',
        file: '/root/.config/etcdctl/broken.yaml',
        endpoints: [],
        problem: 'no "YAML" \udcff',
      },
      {
        name: 'é',
        file: '/root/.config/etcdctl/é.yaml',
        endpoints: ['https://10.0.0.1:2379', 'https://10.0.0.2:2379'],
        problem: undefined,
      },
      { name: 'only-tls', file: '/root/.config/etcdctl/only-tls.yaml', endpoints: [], problem: undefined },
    ],
  },
  'profile-list-none': { kind: 'profile-list', directory: '/root/.config/etcdctl', profiles: [] },
  'program-version': {
    kind: 'program-version',
    program: {
      name: 'etcdctl-ts',
      version: '0.1.0',
      commit: '0123456789abcdef0123456789abcdef01234567',
      runtime: 'Node.js 20.19.0',
      platform: 'linux-x64',
      compatibleWith: 'etcdctl 3.7.1',
    },
  },
  'import-report': {
    kind: 'import-report',
    report: {
      isDryRun: false,
      keys: 1,
      changes: undefined,
      skippedKeys: 0,
      leasedKeys: 3,
      grantedLeases: 1,
    },
  },
  'import-report-dry-run': {
    kind: 'import-report',
    report: {
      isDryRun: true,
      keys: 6,
      changes: { new: 3, changed: 2, unchanged: 1 },
      skippedKeys: 4,
      leasedKeys: 0,
      grantedLeases: 0,
    },
  },
  'import-change': { kind: 'import-change', key: Buffer.of(0x61, 0xff, 0x22), change: 'changed' },
  'bucket-records': { kind: 'bucket-records', records: RECORDS },
  'bucket-records-none': { kind: 'bucket-records', records: [] },
  'snapshot-list': {
    kind: 'snapshot-list',
    directory: '/var/backups/etcd',
    snapshots: [
      { file: 'by "hand" \udcff.db', state: 'no manifest', sizeBytes: 53_280 },
      {
        file: 'prod-20261129T112233Z.db.zst',
        state: 'damaged',
        problem: 'its SHA-256 is not that of its manifest',
        sizeBytes: 1_234_567,
        cluster: 'prod',
        clusterId: 'cdf818194e3a8c32',
        memberName: 'm1',
        begin: '2026-11-29T11:22:33.000Z',
        revision: 9007199254740993n,
        hash: '9cddd51',
        keys: 57,
        snapshotSizeBytes: 4_194_336,
        compression: 'zstd',
        sha256: '0123456789abcdef'.repeat(4),
      },
    ],
  },
  'snapshot-list-none': { kind: 'snapshot-list', directory: '/var/backups/etcd', snapshots: [] },
  'snapshot-verified': { kind: 'snapshot-verified', snapshot: { ...SOUND, checksum: 'good' } },
  'snapshot-verified-copy': { kind: 'snapshot-verified', snapshot: { ...SOUND, checksum: 'missing' } },
};
