import { file, filesSideBySide } from '../../../support/lab/files-side-by-side.js';

const NOT_A_DATABASE =
  'the original prints no reason, or crashes; this program prints the reason and its place in the file';

filesSideBySide('defrag', [
  { run: 'etcdutl defrag --data-dir data' },
  { run: 'etcdutl defrag --data-dir data a b -w xml' },
  { run: 'etcdctl defrag --data-dir data' },
  { run: 'etcdctl defrag --data-dir data --cluster' },
]);

filesSideBySide(
  'defrag, refused',
  [
    { run: 'etcdutl defrag' },
    { run: 'etcdutl defrag --data-dir none' },
    { run: 'etcdutl defrag --data-dir=' },
    { run: 'etcdutl defrag --nonsense' },
    {
      run: 'etcdctl defrag --data-dir none',
      differs: {
        why: NOT_A_DATABASE,
        code: 1,
        error:
          'Error: Failed to defragment etcd data[none] (stat none/member/snap/db: no such file or directory)',
      },
    },
    {
      run: 'etcdutl defrag --data-dir data',
      given: file('data/member/snap/db', ''),
      differs: {
        why: 'a missing file is not replaced by an empty store',
        code: 1,
        error:
          'Error: Failed to defragment etcd data[data] (the file is not an etcd database (no valid meta page) ' +
          '(byte 0 of data/member/snap/db))',
      },
    },
    {
      run: 'etcdutl defrag --data-dir data',
      given: file('data/member/snap/db', 'no database'),
      differs: {
        why: NOT_A_DATABASE,
        code: 1,
        error:
          'Error: Failed to defragment etcd data[data] (the file is not an etcd database (no valid meta page) ' +
          '(byte 0 of data/member/snap/db))',
      },
    },
  ],
  { newestServerOnly: true },
);

const VERSIONS = ['3.5', '3.6', '3.7', '3.8', '3.10', '4.0'];
filesSideBySide('migrate', [
  ...VERSIONS.map((version) => ({ run: `etcdutl migrate --data-dir data --target-version ${version}` })),
  ...VERSIONS.map((version) => ({
    run: `etcdutl migrate --data-dir data --target-version ${version} --force`,
  })),
]);

filesSideBySide(
  'migrate, refused',
  [
    { run: 'etcdutl migrate' },
    { run: 'etcdutl migrate --data-dir data' },
    { run: 'etcdutl migrate --target-version 3.6' },
    { run: 'etcdutl migrate --data-dir none --target-version 3.6' },
    ...['3.6.0', '3', '', 'x.y', '3.x', '3.4', '03.4', '3.-5', '3.99999999999999999999', '-1.5'].map(
      (version) => ({
        run: `etcdutl migrate --data-dir data --target-version=${version}`,
      }),
    ),
  ],
  { newestServerOnly: true },
);

filesSideBySide(
  'etcdutl without a command',
  [
    { run: 'etcdutl version' },
    { run: 'etcdutl version -w json' },
    { run: 'etcdutl nonsense' },
    { run: 'etcdutl snapshot status snapshot.db --nonsense' },
    { run: 'etcdutl completion' },
    { run: 'etcdutl completion nonsense' },
  ],
  { newestServerOnly: true },
);
