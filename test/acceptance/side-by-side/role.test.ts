import { accounts } from '../../support/lab/accounts.js';
import { askingNoServer, type SideBySideCase, sideBySide } from '../../support/lab/side-by-side.js';

const FORMATS = ['simple', 'json', 'protobuf', 'fields', 'table'];
const ODD_KEYS = [
  "quo'te",
  'quo"te',
  'back\\slash',
  'tab\there',
  'new\nline',
  'ünï',
  '日本',
  '<&>',
  'del\u007f',
];

const none = accounts();
const empty = accounts({ roles: { empty: [], root: [] } });
const many = accounts({
  roles: {
    r: [
      { type: 'READ', key: 'a' },
      { type: 'WRITE', key: 'b', end: 'c' },
      { type: 'READWRITE', key: 'd', end: Buffer.of(0) },
      { type: 'READ', key: 'prefix/', end: 'prefix0' },
      { type: 'READWRITE', key: 'k\u0001', end: 'k\u0002' },
      { type: 'WRITE', key: Buffer.of(0xff, 0xfe) },
    ],
    all: [{ type: 'READWRITE', key: Buffer.of(0), end: Buffer.of(0) }],
    odd: ODD_KEYS.map((key) => ({ type: 'READ', key })),
    root: [{ type: 'READ', key: 'x' }],
    'ünï "x" <&>': [],
  },
});

const inFormat = (format: string): readonly SideBySideCase[] => [
  { run: `role add r -w ${format}`, scene: none },
  { run: `role delete r -w ${format}`, scene: many },
  { run: `role get r -w ${format}`, scene: many },
  { run: `role get r -w ${format} --hex`, scene: many, since: '3.6' },
  { run: `role get all -w ${format}`, scene: many },
  { run: `role get odd -w ${format}`, scene: many },
  { run: `role get empty -w ${format}`, scene: empty },
  { run: `role get root -w ${format}`, scene: empty, ...(format === 'simple' && { since: '3.6' }) },
  { run: `role get root -w ${format}`, scene: many },
  { run: `role list -w ${format}`, scene: none },
  { run: `role list -w ${format}`, scene: many },
  { run: `role grant-permission empty read k -w ${format}`, scene: empty },
  { run: `role revoke-permission r a -w ${format}`, scene: many },
];

const adding: readonly SideBySideCase[] = [
  ...askingNoServer([
    { run: 'role add', scene: none },
    { run: 'role add a b', scene: none },
  ]),
  { run: ['role', 'add', ''], scene: none },
  { run: 'role add empty', scene: empty },
  { run: 'role add root', scene: none },
];

const deleting: readonly SideBySideCase[] = [
  ...askingNoServer([
    { run: 'role delete', scene: none },
    { run: 'role delete a b', scene: none },
  ]),
  { run: 'role delete missing', scene: none },
  { run: ['role', 'delete', ''], scene: none },
];

const others: readonly SideBySideCase[] = [
  ...askingNoServer([
    { run: 'role get', scene: none },
    { run: 'role get a b', scene: none },
  ]),
  { run: 'role get missing', scene: none },
  { run: ['role', 'get', ''], scene: none },
  { run: ['role', 'get', 'ünï "x" <&>'], scene: many },
  { run: 'role list extra', scene: none, asksNoServer: true },
  { run: 'role gra empty read k', scene: empty },
];

const grantingRanges: readonly SideBySideCase[] = [
  { run: 'role grant-permission empty read k z', scene: empty },
  { run: 'role grant-permission empty read k z extra', scene: empty },
  { run: 'role grant-permission empty read z k', scene: empty },
  { run: 'role grant-permission empty read k k', scene: empty },
  { run: 'role grant-permission empty read k --prefix', scene: empty },
  { run: 'role grant-permission empty read k --from-key', scene: empty },
  { run: 'role grant-permission empty read k --prefix --from-key', scene: empty, asksNoServer: true },
];

const granting: readonly SideBySideCase[] = [
  ...askingNoServer([
    { run: 'role grant-permission', scene: empty },
    { run: 'role grant-permission empty', scene: empty },
    { run: 'role grant-permission empty read', scene: empty },
    { run: 'role grant-permission empty append k', scene: empty },
  ]),
  { run: 'role grant-permission empty READ k', scene: empty },
  { run: 'role grant-permission empty Write k', scene: empty },
  { run: 'role grant-permission empty readWRITE k', scene: empty },
  { run: 'role grant-permission missing read k', scene: empty },
  { run: ['role', 'grant-permission', '', 'read', 'k'], scene: empty },
  ...grantingRanges,
  ...askingNoServer([
    { run: 'role grant-permission empty read k z --prefix', scene: empty },
    { run: 'role grant-permission empty read k z --from-key', scene: empty },
    { run: 'role grant-permission empty read k z --prefix --from-key', scene: empty },
  ]),
  { run: ['role', 'grant-permission', 'empty', 'read', ''], scene: empty },
  { run: ['role', 'grant-permission', 'empty', 'read', '', 'z'], scene: empty },
  { run: ['role', 'grant-permission', 'empty', 'read', '', '--prefix'], scene: empty },
  { run: ['role', 'grant-permission', 'empty', 'read', '', '--from-key'], scene: empty },
  { run: ['role', 'grant-permission', 'empty', 'read', '', '--prefix', '--from-key'], scene: empty },
  { run: ['role', 'grant-permission', 'empty', 'read', '', 'z', '--prefix'], scene: empty },
  { run: ['role', 'grant-permission', 'empty', 'read', 'k', ''], scene: empty },
  { run: 'role grant-permission --prefix=true empty read k', scene: empty },
  { run: 'role grant-permission --prefix=false empty read k', scene: empty },
  { run: 'role grant-permission r write a', scene: many },
  { run: 'role grant-permission -- empty read -k', scene: empty },
];

const revoking: readonly SideBySideCase[] = [
  ...askingNoServer([
    { run: 'role revoke-permission', scene: many },
    { run: 'role revoke-permission r', scene: many },
  ]),
  { run: 'role revoke-permission r a', scene: many },
  { run: 'role revoke-permission r missing', scene: many },
  { run: 'role revoke-permission missing a', scene: many },
  { run: 'role revoke-permission r b c', scene: many },
  { run: 'role revoke-permission r b c extra', scene: many },
  { run: 'role revoke-permission r b', scene: many },
  { run: 'role revoke-permission r b d', scene: many },
  { run: 'role revoke-permission r prefix/ --prefix', scene: many },
  { run: 'role revoke-permission r d --from-key', scene: many },
  ...askingNoServer([
    { run: 'role revoke-permission r d --prefix --from-key', scene: many },
    { run: 'role revoke-permission r d e --prefix', scene: many },
    { run: 'role revoke-permission r d e --from-key', scene: many },
  ]),
  { run: ['role', 'revoke-permission', 'all', '', '--prefix'], scene: many },
  { run: ['role', 'revoke-permission', 'all', '', '--from-key'], scene: many },
  { run: ['role', 'revoke-permission', 'all', ''], scene: many },
  { run: ['role', 'revoke-permission', 'all', '', 'z'], scene: many },
  { run: ['role', 'revoke-permission', '', 'a'], scene: many },
  ...ODD_KEYS.map((key) => ({ run: ['role', 'revoke-permission', 'odd', key], scene: many })),
];

sideBySide('role', [
  ...FORMATS.flatMap(inFormat),
  ...adding,
  ...deleting,
  ...others,
  ...granting,
  ...revoking,
]);
sideBySide(
  'role with auth enabled',
  [...['simple', 'json'].flatMap(inFormat), ...adding, ...deleting, ...grantingRanges],
  {
    profile: 'auth',
  },
);
