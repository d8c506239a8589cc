import {
  MemberAddResponse,
  MemberListResponse,
  MemberRemoveResponse,
  MemberUpdateResponse,
} from '../../../src/wire/etcdserver.js';
import {
  ownMembers,
  runningLearner,
  unstartedLearner,
  unstartedMember,
} from '../../support/lab/membership.js';
import { askingNoServer, type SideBySideCase, sideBySide } from '../../support/lab/side-by-side.js';

const FORMATS = ['simple', 'json', 'fields', 'protobuf', 'table'];
const UNUSED_PEER_URL = '--peer-urls=http://127.0.0.1:2';

const listIn = (format: string): readonly SideBySideCase[] => [
  { run: `member list -w ${format}`, ...(format === 'fields' && { since: '3.6' }) },
  { run: `member list -w ${format} --hex`, since: '3.6' },
];

const list: readonly SideBySideCase[] = [
  ...FORMATS.flatMap(listIn),
  { run: 'member list --consistency=l', since: '3.6' },
  { run: 'member list --consistency=s -w json', since: '3.6' },
  ...askingNoServer([
    { run: 'member list --consistency=x', since: '3.6' },
    { run: 'member list --consistency', since: '3.6' },
  ]),
  { run: 'member list surplus' },
  { run: 'member list -w xml', asksNoServer: true },
  { run: 'member l' },
  { run: 'm list' },
];

const BAD_PEER_URLS = [
  'x',
  'http://a',
  'http://a:1/',
  'http://a:1/p',
  'ftp://a:1',
  'http://a:1,http://b',
  'http://a:b',
  ':x',
  'http://[::1:2',
  'http://a b:1',
  'http://%zz:1',
  ',',
  'a:1',
  '10.0.0.4:2380',
  'http:a:1',
  '//a:1',
  'http://a\u007f:1',
  'http://é|:1',
];

/** Cases that are refused by the program, or by the cluster without a change. */
const refused: readonly SideBySideCase[] = [
  ...askingNoServer([{ run: 'member add' }, { run: 'member add m4' }]),
  { run: ['member', 'add', 'm4', '--peer-urls', ''] },
  ...askingNoServer([
    { run: 'member add m4 http://127.0.0.1:2' },
    { run: 'member add m4 HTTPS://a:1 x http://b:2' },
    { run: 'member add m4 --peer-urls' },
    { run: `member add m4 ${UNUSED_PEER_URL} --nonsense` },
    { run: `member add m4 ${UNUSED_PEER_URL} --learner=perhaps` },
  ]),
  ...BAD_PEER_URLS.map((url) => ({ run: ['member', 'add', 'm4', '--peer-urls', url], since: '3.6' })),
  ...askingNoServer([{ run: 'member remove' }, { run: 'member remove x' }, { run: 'member remove 1 2' }]),
  { run: 'member remove 1234' },
  { run: 'member remove 1234 -w json' },
  { run: 'member remove 0' },
  { run: 'member remove 0x1', asksNoServer: true },
  { run: ['member', 'remove', ''] },
  { run: 'member remove ffffffffffffffff' },
  ...askingNoServer([
    { run: 'member remove 10000000000000000' },
    { run: 'member remove -1' },
    { run: 'member remove -- -1' },
    { run: 'member update' },
    { run: 'member update 1234' },
    { run: `member update x ${UNUSED_PEER_URL}` },
    { run: `member update 1234 5678 ${UNUSED_PEER_URL}` },
  ]),
  { run: `member update 1234 ${UNUSED_PEER_URL}` },
  { run: 'member update 1234 --peer-urls=127.0.0.1:1', since: '3.6' },
  { run: ['member', 'update', '1234', '--peer-urls', ' unix://a'] },
  ...askingNoServer([{ run: 'member promote' }, { run: 'member promote x' }, { run: 'member promote 1 2' }]),
  { run: 'member promote 1234' },
  { run: 'member promote 123_4', asksNoServer: true },
];

const NEW_PEER_URL = '--peer-urls={url}';
const OTHER_PEER_URL = '--peer-urls={otherUrl}';

const sorted = (separator: string | RegExp, glue: string) => (text: string) =>
  text.split(separator).toSorted().join(glue);

/** Sorts the members alphabetically: they are listed in the order of their ids, which differs when one of them has a new id. */
const ORDER = {
  // Ids with fewer digits are padded with blanks.
  simple: {
    pattern: /^Member +|(?<=ETCD_INITIAL_CLUSTER=").*(?=")/gm,
    replacement: (match: string) => (match.startsWith('Member ') ? 'Member ' : sorted(',', ',')(match)),
  },
  json: { pattern: /(?<="members":\[\{).*(?=\}\])/, replacement: sorted('},{', '},{') },
  fields: { pattern: /"ID" :[\s\S]*/, replacement: sorted(/(?="ID" :)/, '') },
  lines: { pattern: /[\s\S]*/, replacement: sorted('\n', '\n') },
  // Ids with fewer digits are centred between more blanks.
  table: {
    pattern: /[\s\S]*/,
    replacement: (text: string) => sorted('\n', '\n')(text.replace(/^(\S+) +(\S+) +/gm, '$1 $2 ')),
  },
} as const;

const changing: readonly SideBySideCase[] = [
  ...(['simple', 'json'] as const).flatMap((format) => {
    const mask = ORDER[format];
    const withHex = `-w ${format} --hex`;
    return [
      { run: `member add new ${NEW_PEER_URL} -w ${format}`, scene: ownMembers, mask },
      { run: `member add new ${NEW_PEER_URL} ${withHex}`, scene: ownMembers, since: '3.7', mask },
      { run: `member add new ${NEW_PEER_URL} --learner -w ${format}`, scene: ownMembers, since: '3.7', mask },
      { run: `member remove {new} -w ${format}`, scene: unstartedMember, mask },
      { run: `member remove {new} ${withHex}`, scene: unstartedLearner, since: '3.7', mask },
      { run: `member update {new} ${OTHER_PEER_URL} -w ${format}`, scene: unstartedMember, mask },
      {
        run: `member update {new} ${OTHER_PEER_URL} ${withHex}`,
        scene: unstartedLearner,
        since: '3.7',
        mask,
      },
      { run: `member promote {new} -w ${format}`, scene: runningLearner(), mask },
    ];
  }),
  {
    run: `member add new ${NEW_PEER_URL} -w protobuf`,
    scene: ownMembers,
    message: MemberAddResponse,
    mask: ORDER.json,
  },
  {
    run: 'member remove {new} -w protobuf',
    scene: unstartedMember,
    message: MemberRemoveResponse,
    mask: ORDER.json,
  },
  {
    run: 'member update {new} --peer-urls={otherUrl} -w protobuf',
    scene: unstartedMember,
    message: MemberUpdateResponse,
    mask: ORDER.json,
  },
  {
    run: 'member list -w protobuf',
    scene: unstartedLearner,
    message: MemberListResponse,
    mask: ORDER.json,
  },
  { run: 'member list', scene: unstartedMember, mask: ORDER.lines },
  { run: 'member list -w table', scene: unstartedMember, mask: ORDER.table },
  { run: 'member list -w json', scene: unstartedMember, mask: ORDER.json },
  { run: 'member list -w json --hex', scene: unstartedLearner, mask: ORDER.json, since: '3.7' },
  { run: 'member list -w fields', scene: unstartedLearner, mask: ORDER.fields, since: '3.6' },
  {
    run: ['member', 'add', 'new "one"', '--peer-urls', '{url},https://[::1]:2'],
    scene: ownMembers,
    mask: ORDER.simple,
  },
  { run: ['member', 'add', '', NEW_PEER_URL], scene: ownMembers, mask: ORDER.simple },
  { run: 'member add new --peer-urls={peer}', scene: ownMembers },
  { run: `member add new ${NEW_PEER_URL} -w table`, scene: ownMembers },
  { run: `member add new ${NEW_PEER_URL} -w fields`, scene: ownMembers },
  { run: `member add second ${OTHER_PEER_URL} --learner`, scene: unstartedLearner },
  { run: `member add second ${NEW_PEER_URL},http://127.0.0.1:2`, scene: unstartedMember },
  { run: 'member update {new} --peer-urls={peer}', scene: unstartedMember },
  { run: 'member update {m1} --peer-urls={peer}', scene: unstartedMember },
  { run: 'member promote {new}', scene: unstartedLearner },
  { run: 'member promote {new} -w json', scene: unstartedMember },
  { run: 'member promote {m1}', scene: ownMembers },
];

const refusedFormats: readonly SideBySideCase[] = [
  'member remove 1234',
  `member update 1234 ${UNUSED_PEER_URL}`,
  'member promote 1234',
].flatMap((line) =>
  ['table', 'fields'].map((format) => ({
    run: `${line} -w ${format}`,
    differs: {
      why: 'an unsupported format is refused before the call',
      error: `Error: ${format} not supported as output format`,
      code: 4,
    },
  })),
);

const cluster = { profile: 'tls', members: 3, reset: [], reach: 'first' } as const;
sideBySide('member list', list, { members: 1 });
sideBySide('member list over TLS', FORMATS.flatMap(listIn), cluster);
sideBySide('member list with users', listIn('simple'), { profile: 'auth' });
sideBySide('member commands that change nothing', [...refused, ...refusedFormats]);
sideBySide('member commands', changing, cluster);
