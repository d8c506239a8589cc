import { settled } from '../../support/lab/at-rest.js';
import { askingNoServer, type SideBySideCase, sideBySide } from '../../support/lab/side-by-side.js';

const FORMATS = ['simple', 'json', 'fields', 'table'];
const DATA = ['put a 1', 'put b 2', 'put a 3'];
/** An additional endpoint on which no server listens, and a timeout that is long enough for the real endpoints. */
const ALSO_UNREACHABLE = '--endpoints=127.0.0.1:1 --command-timeout=2s';
const COMPARED_WITHOUT_UNREACHABLE =
  'the output for the reachable endpoint is compared on every version by other cases';
const ONLY_UNREACHABLE = '--endpoints=127.0.0.1:1 --command-timeout=300ms';

const TOOK = { pattern: /\b\d+(?:\.\d+)?(?:ns|Âµs|ms|s)\b/g, replacement: '<duration>' };

/** Durations also change the width of a table's columns. Rows of U+2500 are matched as the bytes of its UTF-8. */
const TOOK_IN_TABLE = {
  pattern: / *\b\d+(?:\.\d+)?(?:ns|Âµs|ms|s)\b *| +TOOK +|(?:\u00e2\u0094\u0080)+/g,
  replacement: (match: string) =>
    match
      .trim()
      .replace(/^\d.*$/, '<duration>')
      .replace(/^\u00e2.*$/, '-'),
};

/** etcdctl 3.5 prints an empty list otherwise. */
const sinceOf = (format: string) => (['json', 'table'].includes(format) ? { since: '3.6' } : {});

const healthIn = (format: string): readonly SideBySideCase[] => {
  const mask = format === 'table' ? TOOK_IN_TABLE : TOOK;
  return [
    { run: `endpoint health -w ${format}`, mask },
    { run: `endpoint health -w ${format} --cluster`, mask },
    { run: `endpoint health -w ${format} ${ONLY_UNREACHABLE}`, alone: true, atOnce: true, mask },
    { run: `endpoint health -w ${format} --hex`, mask },
  ];
};

const health: readonly SideBySideCase[] = [
  ...FORMATS.flatMap(healthIn),
  { run: 'endpoint health surplus', mask: TOOK },
  { run: 'endpoint health --cluster=false', mask: TOOK },
  { run: 'endpoint --cluster health', mask: TOOK },
  { run: 'endpoint hea', mask: TOOK },
  ...askingNoServer([{ run: 'endpoint health -w xml' }, { run: 'endpoint health --rev=1' }]),
];

const reachedStatusIn = (format: string): readonly SideBySideCase[] => [
  { run: `endpoint status -w ${format}`, given: DATA, since: '3.6', scene: settled },
  { run: `endpoint status -w ${format} --hex`, given: DATA, since: '3.6', scene: settled },
  { run: `endpoint status -w ${format} --cluster`, given: DATA, since: '3.6', scene: settled },
  {
    run: `endpoint status -w ${format} ${ALSO_UNREACHABLE}`,
    given: DATA,
    since: '3.6',
    scene: settled,
    newestServerOnly: COMPARED_WITHOUT_UNREACHABLE,
    atOnce: true,
  },
];

const status: readonly SideBySideCase[] = [
  ...FORMATS.flatMap((format) => [
    ...reachedStatusIn(format),
    {
      run: `endpoint status -w ${format} ${ONLY_UNREACHABLE}`,
      alone: true,
      atOnce: true,
      ...sinceOf(format),
    },
  ]),
  { run: 'endpoint status surplus', given: DATA, since: '3.6', scene: settled },
  ...askingNoServer([{ run: 'endpoint status -w xml' }, { run: 'endpoint status --rev=1' }]),
  { run: `endpoint status --cluster ${ONLY_UNREACHABLE}`, alone: true, atOnce: true },
  { run: 'endpoint s', given: DATA, since: '3.6', scene: settled },
];

const reachedHashkvIn = (format: string): readonly SideBySideCase[] => [
  { run: `endpoint hashkv -w ${format}`, given: DATA, since: '3.6' },
  { run: `endpoint hashkv -w ${format} --hex`, given: DATA, since: '3.6' },
  { run: `endpoint hashkv -w ${format} --cluster --rev=2`, given: DATA, since: '3.6' },
  {
    run: `endpoint hashkv -w ${format} ${ALSO_UNREACHABLE}`,
    given: DATA,
    since: '3.6',
    newestServerOnly: COMPARED_WITHOUT_UNREACHABLE,
    atOnce: true,
  },
];

const hashkv: readonly SideBySideCase[] = [
  ...FORMATS.flatMap((format) => [
    ...reachedHashkvIn(format),
    {
      run: `endpoint hashkv -w ${format} ${ONLY_UNREACHABLE}`,
      alone: true,
      atOnce: true,
      ...sinceOf(format),
    },
  ]),
  { run: 'endpoint hashkv --rev=1', given: DATA, since: '3.6' },
  { run: 'endpoint hashkv --rev=0x2', given: DATA, since: '3.6' },
  { run: 'endpoint hashkv --rev=-1', given: DATA, since: '3.6' },
  { run: 'endpoint hashkv --rev=999999999', given: DATA },
  ...askingNoServer([{ run: 'endpoint hashkv --rev=x' }, { run: 'endpoint hashkv --rev' }]),
  { run: 'endpoint hashkv surplus', given: DATA, since: '3.6' },
  { run: 'endpoint hashkv -w xml', asksNoServer: true },
  { run: `endpoint hashkv --cluster ${ONLY_UNREACHABLE}`, alone: true, atOnce: true },
  { run: 'endpoint hash', given: DATA, since: '3.6' },
];

const refused: readonly SideBySideCase[] = ['health', 'status', 'hashkv'].map((name) => ({
  run: `endpoint ${name} -w protobuf`,
}));

sideBySide('endpoint', [...health, ...status, ...hashkv, ...refused]);
sideBySide(
  'endpoint over TLS',
  [...reachedStatusIn('simple'), ...reachedHashkvIn('simple'), ...healthIn('simple')],
  {
    profile: 'tls',
  },
);
sideBySide(
  'endpoint of three members',
  ['simple', 'json'].flatMap((format) => [
    ...reachedStatusIn(format),
    // Until it is at rest, a member can lack the last changes.
    ...reachedHashkvIn(format).map((each) => ({ ...each, scene: settled })),
  ]),
  { members: 3 },
);
/** Masks the Raft index, which grows with each login. */
const RAFT_INDEX = {
  pattern: /(?<="raft(?:Applied)?Index":)\d+|(?<=, true, false, \d+, )\d+, \d+/g,
  replacement: '<n>',
};

sideBySide(
  'endpoint with users',
  [
    ...['simple', 'json'].map((format) => ({
      run: `endpoint status -w ${format} --cluster`,
      given: DATA,
      since: '3.6',
      scene: settled,
      mask: RAFT_INDEX,
    })),
    ...reachedHashkvIn('simple'),
    ...healthIn('simple'),
    ...['health', 'status', 'hashkv'].flatMap((name) => [
      { run: `endpoint ${name} --user=root:wrong`, mask: TOOK },
      { run: `endpoint ${name} --user=root:wrong --cluster`, since: '3.7' },
      { run: `endpoint ${name} --cacert=/nonexistent`, asksNoServer: true },
      { run: `endpoint ${name} --cacert=/nonexistent --cluster`, asksNoServer: true, since: '3.6' },
    ]),
  ],
  { profile: 'auth' },
);
