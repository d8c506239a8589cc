import { type SideBySideCase, sideBySide } from '../../support/lab/side-by-side.js';

const mask = { pattern: /took [0-9.]+\S*?s\b/g, replacement: 'took <duration>' };
/** An additional endpoint on which no server listens, and a timeout that is long enough for the real endpoints. */
const ALSO_UNREACHABLE = '--endpoints=127.0.0.1:1 --command-timeout=2s';
const newestServerOnly =
  'that a living endpoint is defragmented is compared on every version without the dead one';

const eachMember: readonly SideBySideCase[] = [
  { run: 'defrag', since: '3.6', mask },
  { run: 'defrag --cluster', since: '3.6', mask },
];
const surplus: SideBySideCase = { run: 'defrag --cluster=false surplus', since: '3.6', mask };

const defrag: readonly SideBySideCase[] = [
  ...eachMember,
  surplus,
  ...['simple', 'json', 'fields', 'protobuf', 'table'].map((format) => ({
    run: `defrag -w ${format}`,
    since: '3.6',
    mask,
  })),
  { run: 'defrag -w xml', asksNoServer: true },
  { run: 'defrag --hex', since: '3.6', mask },
  { run: `defrag ${ALSO_UNREACHABLE}`, since: '3.6', mask, newestServerOnly },
  { run: `defrag ${ALSO_UNREACHABLE}`, alone: true, since: '3.6', mask },
  { run: `defrag --cluster ${ALSO_UNREACHABLE}`, since: '3.6', mask, newestServerOnly },
  { run: `defrag --cluster ${ALSO_UNREACHABLE}`, alone: true, since: '3.6', mask },
  {
    run: 'defrag --data-dir=/nonexistent',
    since: '3.6',
    differs: {
      why: 'etcdctl lost the flag in 3.6; here it works as in 3.5',
      error:
        'Error: Failed to defragment etcd data[/nonexistent] ' +
        '(stat /nonexistent/member/snap/db: no such file or directory)',
    },
  },
  { run: 'def', since: '3.6', mask },
];

sideBySide('defrag', defrag);
sideBySide('defrag over TLS', [...eachMember, surplus], { profile: 'tls', members: 3 });
sideBySide(
  'defrag with users',
  [
    ...eachMember,
    { run: 'defrag --user=root:wrong' },
    { run: 'defrag --user=root:wrong --cluster', since: '3.7' },
  ],
  {
    profile: 'auth',
  },
);
