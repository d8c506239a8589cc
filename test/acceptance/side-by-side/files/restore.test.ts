import { readFileSync } from 'node:fs';
import { directory, type FilesCase, file, filesSideBySide } from '../../../support/lab/files-side-by-side.js';

const PROGRAMS = ['etcdutl', 'etcdctl'];

/** A snapshot with one bit changed. */
const flipped: FilesCase['given'] = (folder, saved) => {
  const bytes = readFileSync(saved.snapshot);
  bytes[9000] = (bytes[9000] ?? 0) ^ 1;
  file('flipped.db', bytes)(folder);
};

const restore = (flags: string, rest: Omit<FilesCase, 'run'> = {}): FilesCase[] =>
  PROGRAMS.map((program) => ({
    run: `${program} snapshot restore snapshot.db --data-dir d${flags && ` ${flags}`}`,
    ...rest,
  }));

filesSideBySide('snapshot restore', [
  ...restore(''),
  ...restore('--bump-revision 1000 --mark-compacted'),
  ...PROGRAMS.map((program) => ({
    run: `${program} snapshot restore data/member/snap/db --skip-hash-check`,
  })),
]);

filesSideBySide(
  'snapshot restore, refused',
  [
    ...PROGRAMS.flatMap((program): FilesCase[] => [
      { run: `${program} snapshot restore` },
      { run: `${program} snapshot restore a b --data-dir d` },
      { run: `${program} snapshot restore none.db --data-dir d` },
      { run: `${program} snapshot restore data/member/snap/db --data-dir d` },
      { run: `${program} snapshot restore flipped.db --data-dir d`, given: flipped },
    ]),
    ...restore('--name x'),
    ...restore('--name='),
    ...restore('--bump-revision 5'),
    ...restore('--mark-compacted'),
    ...restore('--bump-revision 0 --mark-compacted'),
    { run: 'etcdutl snapshot restore snapshot.db --bump-revision -5' },
    { run: 'etcdutl snapshot restore snapshot.db --initial-memory-map-size x' },
    ...restore('--initial-cluster='),
    ...restore('--initial-cluster xx'),
    ...restore('--initial-cluster default=http://a:1/x'),
    ...restore('--initial-cluster default=http://a:1/'),
    ...restore('--initial-cluster default=http://a'),
    ...restore('--initial-cluster default=ftp://a:1'),
    ...restore('--initial-cluster default=http://localhost:2381'),
    ...restore('--initial-cluster default=http://localhost:2380,b=http://localhost:2380'),
    ...restore('--initial-cluster default=http://localhost:2380,default=http://localhost:2382'),
    ...restore('--initial-cluster default=http://127.0.0.1:2380'),
    ...restore('--initial-advertise-peer-urls='),
    ...restore('--initial-advertise-peer-urls http://localhost:2380,http://localhost:2382'),
    ...restore('--initial-advertise-peer-urls localhost:2380'),
    ...restore('', { given: directory('d/x') }),
    ...restore('', { given: file('d', '') }),
    ...restore('--wal-dir w', { given: directory('w') }),
    { run: 'etcdutl snapshot restore snapshot.db --nonsense' },
  ],
  { newestServerOnly: true },
);

filesSideBySide('restore into places and formats that are allowed', [
  ...restore('', { given: directory('d') }),
  ...restore('--wal-dir w'),
  ...restore('-w xml'),
  ...restore('--initial-memory-map-size 0'),
]);
