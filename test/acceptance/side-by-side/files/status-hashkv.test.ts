import { type FilesCase, file, filesSideBySide } from '../../../support/lab/files-side-by-side.js';

const FORMATS = ['simple', 'json', 'fields', 'table', 'protobuf'];
const PROGRAMS = ['etcdutl', 'etcdctl'];

const NOT_A_DATABASE =
  'the original prints no reason, or crashes; this program prints the reason and its place in the file';

filesSideBySide('snapshot status', [
  ...PROGRAMS.flatMap((program) =>
    FORMATS.flatMap((format) => [
      { run: `${program} snapshot status snapshot.db -w ${format}` },
      { run: `${program} snapshot status data/member/snap/db -w ${format}` },
    ]),
  ),
  { run: 'etcdutl snap stat snapshot.db' },
]);

filesSideBySide(
  'snapshot status, refused',
  PROGRAMS.flatMap((program): FilesCase[] => [
    { run: `${program} snapshot status` },
    { run: `${program} snapshot status a b` },
    { run: `${program} snapshot status none.db` },
    { run: [program, 'snapshot', 'status', ''] },
    { run: `${program} snapshot status snapshot.db -w xml` },
    {
      run: `${program} snapshot status data`,
      differs: { why: NOT_A_DATABASE, error: 'Error: open data: not a regular file' },
    },
    {
      run: `${program} snapshot status text.db`,
      given: file('text.db', 'no database'),
      differs: {
        why: NOT_A_DATABASE,
        error: 'Error: the file is not an etcd database (no valid meta page) (byte 0 of text.db)',
      },
    },
  ]),
  { newestServerOnly: true },
);

filesSideBySide('hashkv', [
  ...FORMATS.map((format) => ({ run: `etcdutl hashkv snapshot.db -w ${format}` })),
  { run: 'etcdutl hashkv data/member/snap/db' },
  { run: 'etcdutl hashkv snapshot.db --rev 0' },
  { run: 'etcdutl hashkv snapshot.db --rev 1' },
  { run: 'etcdutl hashkv snapshot.db --rev {compacted}' },
  { run: 'etcdutl hashkv snapshot.db --rev {revision}' },
  { run: 'etcdutl hashkv snapshot.db --rev=-3' },
  { run: 'etcdutl hashkv snapshot.db --rev 999' },
  { run: 'etcdutl hashkv snapshot.db --timeout 1s' },
]);

filesSideBySide(
  'hashkv, refused',
  [
    { run: 'etcdutl hashkv' },
    { run: 'etcdutl hashkv a b' },
    { run: 'etcdutl hashkv none.db' },
    { run: 'etcdutl hashkv snapshot.db --rev x' },
    { run: 'etcdutl hashkv snapshot.db --timeout x' },
    { run: 'etcdutl hashkv snapshot.db -w xml' },
    {
      run: 'etcdutl hashkv text.db',
      given: file('text.db', 'no database'),
      differs: {
        why: NOT_A_DATABASE,
        code: 1,
        error: 'Error: the file is not an etcd database (no valid meta page) (byte 0 of text.db)',
      },
    },
  ],
  { newestServerOnly: true },
);
