import { setTimeout as delay } from 'node:timers/promises';
import { compareVersions } from '../../../scripts/lib/version.mjs';
import { type Scene, type SideBySideCase, sideBySide } from '../../support/lab/side-by-side.js';

const FORMATS = ['simple', 'json', 'fields', 'table'];
const DATA = ['put a 1', 'put b 2', 'put a 3'];
/** Joins the endpoints that are there, which have time enough to answer. Nobody listens on it. */
const DEAD = '--endpoints=127.0.0.1:1 --command-timeout=2s';
const ONLY_DEAD = '--endpoints=127.0.0.1:1 --command-timeout=300ms';

const TOOK = { pattern: /\b\d+(?:\.\d+)?(?:ns|Âµs|ms|s)\b/g, replacement: '<duration>' };

/** A table's columns are as wide as the durations in it. Its lines are drawn with U+2500, here byte by byte. */
const TOOK_IN_TABLE = {
  pattern: / *\b\d+(?:\.\d+)?(?:ns|Âµs|ms|s)\b *| +TOOK +|(?:\u00e2\u0094\u0080)+/g,
  replacement: (match: string) =>
    match
      .trim()
      .replace(/^\d.*$/, '<duration>')
      .replace(/^\u00e2.*$/, '-'),
};

/** The servers have written down the version of their data and the changes before it; nothing happens any more by itself. */
const settled: Scene = {
  name: 'servers at rest',
  async set(lab) {
    for (let before = ''; ; await delay(COMMIT_INTERVAL_MS)) {
      const { stdout } = await lab.real(['endpoint', 'status', '-w', 'json']);
      // A login is an entry of the Raft log, and asking takes one.
      const text = stdout.toString().replace(/"raft\w*Index":\d+/g, '');
      if (text === before && isVersionWritten(text, lab.version)) return {};
      before = text;
    }
  },
};

/** Servers write to their files ten times a second. */
const COMMIT_INTERVAL_MS = 120;

/** Old servers do not know the field, and younger ones have the oldest version in it at first. */
function isVersionWritten(statusJson: string, version: string): boolean {
  const minor = version.split('.').slice(0, 2).join('.');
  const written = [...statusJson.matchAll(/"storageVersion":"(\d+\.\d+)/g)];
  return compareVersions(version, '3.6') < 0 || written.every(([, stored]) => stored === minor);
}

const health: readonly SideBySideCase[] = [
  ...FORMATS.flatMap((format) => {
    const mask = format === 'table' ? TOOK_IN_TABLE : TOOK;
    return [
      { run: `endpoint health -w ${format}`, mask },
      { run: `endpoint health -w ${format} --cluster`, mask },
      { run: `endpoint health -w ${format} ${ONLY_DEAD}`, alone: true, mask },
      { run: `endpoint health -w ${format} --hex`, mask },
    ];
  }),
  { run: 'endpoint health surplus', mask: TOOK },
  { run: 'endpoint health --cluster=false', mask: TOOK },
  { run: 'endpoint --cluster health', mask: TOOK },
  { run: 'endpoint hea', mask: TOOK },
  { run: 'endpoint health -w xml' },
  { run: 'endpoint health --rev=1' },
];

const status: readonly SideBySideCase[] = [
  ...FORMATS.flatMap((format) => [
    { run: `endpoint status -w ${format}`, given: DATA, since: '3.6', scene: settled },
    { run: `endpoint status -w ${format} --hex`, given: DATA, since: '3.6', scene: settled },
    { run: `endpoint status -w ${format} --cluster`, given: DATA, since: '3.6', scene: settled },
    { run: `endpoint status -w ${format} ${DEAD}`, given: DATA, since: '3.6', scene: settled },
    { run: `endpoint status -w ${format} ${ONLY_DEAD}`, alone: true },
  ]),
  { run: 'endpoint status surplus', given: DATA, since: '3.6', scene: settled },
  { run: 'endpoint status -w xml' },
  { run: 'endpoint status --rev=1' },
  { run: `endpoint status --cluster ${ONLY_DEAD}`, alone: true },
  { run: 'endpoint s', given: DATA, since: '3.6', scene: settled },
];

const hashkv: readonly SideBySideCase[] = [
  ...FORMATS.flatMap((format) => [
    { run: `endpoint hashkv -w ${format}`, given: DATA, since: '3.6' },
    { run: `endpoint hashkv -w ${format} --hex`, given: DATA, since: '3.6' },
    { run: `endpoint hashkv -w ${format} --cluster --rev=2`, given: DATA, since: '3.6' },
    { run: `endpoint hashkv -w ${format} ${DEAD}`, given: DATA, since: '3.6' },
    { run: `endpoint hashkv -w ${format} ${ONLY_DEAD}`, alone: true },
  ]),
  { run: 'endpoint hashkv --rev=1', given: DATA, since: '3.6' },
  { run: 'endpoint hashkv --rev=0x2', given: DATA, since: '3.6' },
  { run: 'endpoint hashkv --rev=-1', given: DATA, since: '3.6' },
  { run: 'endpoint hashkv --rev=999999999', given: DATA },
  { run: 'endpoint hashkv --rev=x' },
  { run: 'endpoint hashkv --rev' },
  { run: 'endpoint hashkv surplus', given: DATA, since: '3.6' },
  { run: 'endpoint hashkv -w xml' },
  { run: `endpoint hashkv --cluster ${ONLY_DEAD}`, alone: true },
  { run: 'endpoint hash', given: DATA, since: '3.6' },
];

const refused: readonly SideBySideCase[] = ['health', 'status', 'hashkv'].map((name) => ({
  run: `endpoint ${name} -w protobuf`,
}));

sideBySide('endpoint health', [...health, ...refused]);
sideBySide('endpoint status', status);
sideBySide('endpoint hashkv', hashkv);
sideBySide('endpoint over TLS', [...status.slice(0, 4), ...hashkv.slice(0, 4), ...health.slice(0, 4)], {
  profile: 'tls',
});
sideBySide(
  'endpoint of three members',
  [...status.slice(0, 9), ...hashkv.slice(0, 9)].filter(({ alone }) => !alone),
  { members: 3 },
);
/** Each login is an entry of the Raft log. */
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
    ...hashkv.slice(0, 4),
    ...health.slice(0, 2),
    ...['health', 'status', 'hashkv'].flatMap((name) => [
      { run: `endpoint ${name} --user=root:wrong`, mask: TOOK },
      { run: `endpoint ${name} --user=root:wrong --cluster`, since: '3.7' },
      { run: `endpoint ${name} --cacert=/nonexistent` },
      { run: `endpoint ${name} --cacert=/nonexistent --cluster` },
    ]),
  ],
  { profile: 'auth' },
);
