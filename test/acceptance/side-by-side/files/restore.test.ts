import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
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

filesSideBySide('restore with allowed paths and formats', [
  ...restore('', { given: directory('d') }),
  ...restore('--wal-dir w'),
  ...restore('-w xml'),
  ...restore('--initial-memory-map-size 0'),
]);

const link = (name: string, to: string) => (folder: string) => symlinkSync(to, join(folder, name));

const utl = (flags: string, given?: FilesCase['given']): FilesCase => ({
  run: `etcdutl snapshot restore snapshot.db ${flags}`,
  ...(given && { given }),
});

filesSideBySide(
  'restore into unusual paths',
  [
    utl('--data-dir d/', directory('d')),
    utl('--data-dir ./a/../d/.'),
    utl('--data-dir d', directory('d/lost+found')),
    utl('--data-dir d/x', file('d', '')),
    utl('--data-dir l', link('l', 'data')),
    utl('--data-dir l', link('l', 'nowhere')),
    utl('--data-dir l/x', link('l', 'nowhere')),
    utl('--data-dir l', link('l', 'l')),
    utl('--data-dir l/x', link('l', 'l')),
    utl('--data-dir /dev/null'),
    utl(`--data-dir ${'x'.repeat(300)}`),
    utl(`--data-dir data/${'x'.repeat(300)}/d`),
    utl('--data-dir d --wal-dir d'),
    utl('--data-dir d --wal-dir d', directory('d')),
    utl('--data-dir d/ --wal-dir ./d'),
    utl('--data-dir d --wal-dir d/wal'),
    utl('--data-dir d --wal-dir d/member'),
    utl('--data-dir d --wal-dir d/member/snap'),
    utl('--data-dir d --wal-dir d/member/snap/w'),
    utl('--data-dir d --wal-dir d/member/wal'),
    utl('--data-dir w/d --wal-dir w'),
    utl('--data-dir d --wal-dir w//'),
    utl('--data-dir d --wal-dir l', link('l', 'nowhere')),
    utl('--data-dir d --wal-dir l/x', link('l', 'l')),
    utl(`--data-dir d --wal-dir ${'x'.repeat(300)}`),
    { run: 'etcdutl snapshot restore empty --data-dir d', given: file('empty', '') },
    { run: 'etcdutl snapshot restore data --data-dir d' },
  ],
  { newestServerOnly: true },
);

const urls = (cluster: string, advertised: string): FilesCase =>
  utl(`--data-dir d --initial-cluster default=${cluster} --initial-advertise-peer-urls ${advertised}`);

filesSideBySide(
  'restore with peer URLs that are spelled differently',
  [
    urls('http://[2001:DB8::1]:1', 'http://[2001:db8:0:0:0:0:0:1]:1'),
    urls('http://[::ffff:10.0.0.1]:1', 'http://10.0.0.1:1'),
    urls('http://[fe80::1%25lo]:1', 'http://[fe80:0::1%25lo]:1'),
    urls('http://u@10.0.0.1:1', 'http://10.0.0.1:1?x'),
    urls('http://10.0.0.1:01', 'http://10.0.0.1:1'),
    urls('http://10.0.0.1:', 'http://10.0.0.1:0'),
    urls('HTTP://10.0.0.1:1', 'http://10.0.0.1:1'),
    urls('http://10.0.0.1:1', 'https://10.0.0.1:1'),
    urls('http://localhost:1', 'http://127.0.0.1:1'),
    urls('http://[::1]:1', 'http://[::2]:1'),
    urls('unix:///a', 'unix:///b'),
    urls('http://10.0.0.1:1,default=http://10.0.0.2:1', 'http://10.0.0.2:1,http://10.0.0.1:1'),
    urls('http://10.0.0.1:1,default=http://10.0.0.2:1', 'http://10.0.0.1:1,http://10.0.0.3:1'),
  ],
  { newestServerOnly: true },
);
