import { ResponseHeader } from '../../../src/wire/etcdserver.js';
import { leases } from '../../support/lab/leases.js';
import { type SideBySideCase, sideBySide } from '../../support/lab/side-by-side.js';

const FORMATS = ['simple', 'json', 'fields', 'protobuf'];
const LARGEST = '7fffffffffffffff';

const none = leases();
const one = leases({ id: '1234', ttlSeconds: 600 });
/** One key, because the order of several is undefined. */
const withKey = leases({ id: '1234', ttlSeconds: 600, keys: [Buffer.from('a "key"\n\xff', 'latin1')] });
const largest = leases({ id: LARGEST, ttlSeconds: 600, keys: ['a'] });
const several = leases(
  { id: LARGEST, ttlSeconds: 600 },
  { id: 'abc', ttlSeconds: 1200 },
  { id: '20000000000001', ttlSeconds: 1800 },
);

/** Masks lease ids, which the server generates. */
const ID = { pattern: /(lease |"ID" : |"ID":|"id":"?)[0-9a-fx]{10,}/g, replacement: '$1<id>' };
/** Masks etcdctl's dump of a message that it cannot print, which has memory addresses. */
const DUMP = { pattern: / \(&\{.*\}\)$/gm, replacement: '' };
/** Masks remaining TTLs, because time passes between the two runs. */
const REMAINING = { pattern: /(remaining\(|"TTL" : |"ttl":"?)\d+/g, replacement: '$1<n>' };

const grants: readonly SideBySideCase[] = [
  ...FORMATS.flatMap((format) => {
    const message = format === 'protobuf' ? { message: ResponseHeader } : {};
    const since = format === 'fields' ? { since: '3.6' } : {};
    return [
      { run: `lease grant 60 -w ${format}`, scene: none, mask: ID, ...message, ...since },
      { run: `lease grant 60 -w ${format} --hex`, scene: none, mask: ID, ...message, since: '3.6' },
    ];
  }),
  { run: 'lease grant 0', scene: none, mask: ID },
  { run: 'lease grant 1', scene: none, mask: ID },
  { run: 'lease grant +60', scene: none, mask: ID },
  { run: 'lease grant -- -60', scene: none, mask: ID },
  { run: 'lease grant 9000000000', scene: none, mask: ID },
  { run: 'lease grant 9000000001', scene: none },
  { run: 'lease grant 9223372036854775807', scene: none },
];

const FORMAT_FIRST = 'a format that cannot print the result is refused before the call';

const LOST = {
  differs: { why: 'the loss of a lease is a failure', error: 'Error: the lease is lost', code: 1 },
} as const;

const known: readonly SideBySideCase[] = [
  ...FORMATS.flatMap((format) => {
    const since = format === 'fields' ? { since: '3.6' } : {};
    const revoking = { changes: true, mask: DUMP, ...(format === 'protobuf' ? { since: '3.7' } : since) };
    // With -w protobuf, etcdctl prints only the header of these.
    const header = { changes: true, ...(format === 'protobuf' && { message: ResponseHeader }), ...since };
    return [
      { run: `lease list -w ${format}`, scene: none, ...header },
      { run: `lease list -w ${format}`, scene: several, ...header },
      { run: `lease list -w ${format} --hex`, scene: several, ...header, since: '3.6' },
      { run: `lease revoke 1234 -w ${format}`, scene: withKey, ...revoking },
      { run: `lease revoke ${LARGEST} -w ${format}`, scene: largest, ...revoking },
      { run: `lease keep-alive --once 1234 -w ${format}`, scene: one, ...header },
      {
        run: `lease keep-alive --once ${LARGEST} -w ${format} --hex`,
        scene: largest,
        ...header,
        since: '3.6',
      },
      { run: `lease keep-alive 4321 -w ${format}`, scene: one, changes: true, ...since, ...LOST },
      ...[
        { run: `lease timetolive 1234 -w ${format}`, scene: withKey },
        { run: `lease timetolive 1234 --keys -w ${format}`, scene: withKey },
        { run: `lease timetolive 1234 --keys -w ${format}`, scene: one },
        { run: `lease timetolive ${LARGEST} --keys -w ${format} --hex`, scene: largest, since: '3.6' },
        { run: `lease timetolive 4321 --keys -w ${format}`, scene: one },
      ].map((each) => ({ ...header, ...each, mask: REMAINING })),
    ];
  }),
  { run: 'lease list surplus', scene: several, changes: true },
  { run: 'lease revoke 4321', scene: one },
  { run: 'lease revoke 00001234', scene: one, changes: true },
  { run: 'lease revoke -- -1234', scene: one },
  { run: 'lease revoke 0', scene: one },
  { run: 'lease timetolive 0', scene: one },
  { run: 'lease timetolive ABCD', scene: one },
  { run: 'lease keep-alive --once 4321', scene: one },
  { run: 'lease keep-alive --once=false 4321', scene: one, ...LOST },
  { run: 'lease keep-alive -- -f', scene: one, ...LOST },
  { run: 'l ti 1234', scene: none },
  { run: 'lease keep 4321', scene: none, ...LOST },
  {
    run: 'lease revoke 4321 -w table',
    scene: one,
    differs: { why: FORMAT_FIRST, error: 'Error: table not supported as output format', code: 4 },
  },
  {
    run: 'lease keep-alive 4321 -w table',
    scene: one,
    differs: { why: FORMAT_FIRST, error: 'Error: table not supported as output format', code: 4 },
  },
];

const wrongArguments: readonly SideBySideCase[] = [
  'lease grant',
  'lease grant x',
  'lease grant 0x10',
  'lease grant 1.5',
  'lease grant 60s',
  'lease grant 9223372036854775808',
  'lease grant 1 2',
  'lease grant 60 -w table',
  'lease revoke',
  'lease revoke xyz',
  'lease revoke 0x12',
  'lease revoke 8000000000000000',
  'lease revoke 1 2',
  'lease timetolive',
  'lease timetolive xyz',
  'lease timetolive --keys',
  'lease timetolive 1 2',
  'lease timetolive 12 -w table',
  'lease list -w table',
  'lease keep-alive',
  'lease keep-alive xyz',
  'lease keep-alive --once',
  'lease keep-alive --once xyz',
  'lease keep-alive 1 2',
].map((run) => ({ run }));

/** Cases whose help etcdctl 3.5 prints on stdout. */
const wrongFlags: readonly SideBySideCase[] = [
  'lease grant -60',
  'lease list --nonsense',
  'lease keep-alive 1 --once=maybe',
].map((run) => ({ run, since: '3.6' }));

sideBySide('leases', [...grants, ...known]);
sideBySide('lease arguments', [...wrongArguments, ...wrongFlags], { newestServerOnly: true });
for (const profile of ['tls', 'auth'] as const) {
  const cases = [
    { run: 'lease grant 60', mask: ID },
    { run: 'lease timetolive 1234' },
    { run: 'lease keep-alive 1234', ...LOST },
  ];
  sideBySide(`lease, ${profile}`, [...cases, { run: 'lease keep-alive --once 1234' }], { profile });
}
