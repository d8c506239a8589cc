import {
  AuthUserAddResponse,
  AuthUserChangePasswordResponse,
  AuthUserDeleteResponse,
  AuthUserGrantRoleResponse,
  AuthUserRevokeRoleResponse,
} from '../../../src/wire/etcdserver.js';
import { accounts } from '../../support/lab/accounts.js';
import { askingNoServer, type SideBySideCase, sideBySide } from '../../support/lab/side-by-side.js';

const FORMATS = ['simple', 'json', 'protobuf', 'fields', 'table'];
const FORMAT_FIRST = 'a format that cannot print the result is refused before the call';

const none = accounts();
const one = accounts({ users: { bob: [] }, roles: { reader: [{ type: 'READ', key: 'a', end: 'c' }] } });
const several = accounts({
  users: { bob: ['reader', 'writer', 'root'], alice: [], 'ünï "x"': ['reader'], '<&>': [] },
  roles: {
    root: [],
    reader: [{ type: 'READ', key: 'a', end: 'c' }],
    writer: [
      { type: 'WRITE', key: 'w' },
      { type: 'READWRITE', key: 'x', end: Buffer.of(0) },
    ],
  },
});

const MESSAGES = {
  add: AuthUserAddResponse,
  delete: AuthUserDeleteResponse,
  passwd: AuthUserChangePasswordResponse,
  'grant-role': AuthUserGrantRoleResponse,
  'revoke-role': AuthUserRevokeRoleResponse,
} as const;

const inFormat = (format: string): readonly SideBySideCase[] => {
  const message = (name: keyof typeof MESSAGES) => (format === 'protobuf' ? { message: MESSAGES[name] } : {});
  return [
    { run: `user add bob:pw -w ${format}`, scene: none, ...message('add') },
    { run: `user delete bob -w ${format}`, scene: one, ...message('delete') },
    { run: `user get bob -w ${format}`, scene: several },
    { run: `user get bob -w ${format} --hex`, scene: several, since: '3.6' },
    { run: `user get alice -w ${format}`, scene: several },
    {
      run: `user get bob --detail -w ${format}`,
      scene: several,
      ...(format === 'simple' && { since: '3.6' }),
    },
    { run: `user get bob --detail -w ${format} --hex`, scene: several, since: '3.6' },
    { run: `user get alice --detail -w ${format}`, scene: several },
    { run: `user list -w ${format}`, scene: none },
    { run: `user list -w ${format}`, scene: several },
    { run: `user list -w ${format} --hex`, scene: several, since: '3.6' },
    {
      run: `user passwd bob --interactive=false -w ${format}`,
      stdin: 'new\n',
      scene: one,
      ...message('passwd'),
    },
    { run: `user grant-role bob reader -w ${format}`, scene: one, ...message('grant-role') },
    { run: `user revoke-role bob reader -w ${format}`, scene: several, ...message('revoke-role') },
  ];
};

const typedPassword: readonly SideBySideCase[] = [
  { run: 'user add bob', scene: none, stdin: 'pw\npw\n' },
  { run: 'user add bob', scene: none, stdin: 'pw\r\npw\r\n' },
];

const adding: readonly SideBySideCase[] = [
  ...askingNoServer([
    { run: 'user add', scene: none },
    { run: 'user add a b', scene: none },
  ]),
  ...typedPassword,
  { run: 'user add bob', scene: none, stdin: ' p w \n\tp w\n' },
  { run: 'user add bob', scene: none, stdin: 'pw\npw' },
  { run: 'user add bob', scene: none, stdin: 'pw\nwp\n' },
  { run: 'user add bob', scene: none, stdin: 'pw' },
  { run: 'user add bob', scene: none, stdin: '\npw\n' },
  { run: 'user add bob', scene: none, stdin: '' },
  { run: ['user', 'add', ''], scene: none, stdin: 'pw\npw\n' },
  { run: ['user', 'add', 'ünï'], scene: none, stdin: 'päß\npäß\n' },
  { run: 'user add bob --interactive=false', scene: none, stdin: 'pw\n' },
  { run: 'user add bob --interactive=false', scene: none, stdin: '  pw more\n' },
  { run: 'user add bob --interactive=false', scene: none, stdin: '\npw\n' },
  { run: 'user add bob --interactive=false', scene: none, stdin: '' },
  { run: 'user add bob --interactive=maybe', scene: none, asksNoServer: true },
  { run: 'user add bob --interactive false', scene: none, stdin: 'pw\n' },
  { run: 'user add bob:', scene: none },
  { run: 'user add bob:p:w', scene: none },
  { run: 'user add :pw', scene: none },
  { run: ['user', 'add', 'bob:p w'], scene: none },
  { run: 'user add bob --new-user-password=pw', scene: none },
  { run: 'user add bob --new-user-password pw', scene: none },
  { run: 'user add bob:x --new-user-password=pw', scene: none },
  { run: ['user', 'add', 'bob', '--new-user-password='], scene: none, stdin: 'pw\npw\n' },
  { run: 'user add bob --no-password', scene: none },
  { run: 'user add bob:x --no-password', scene: none },
  { run: 'user add bob --no-password --new-user-password=pw', scene: none },
  { run: ['user', 'add', '', '--no-password'], scene: none },
  { run: 'user add bob:pw', scene: one },
  { run: 'user add bob', scene: one, stdin: 'pw\npw\n' },
  { run: 'user add bob:pw --nonsense', scene: none, asksNoServer: true },
];

const deletingAndGetting: readonly SideBySideCase[] = [
  { run: 'user delete', scene: none, asksNoServer: true },
  { run: 'user delete bob', scene: none },
  { run: 'user delete a b', scene: none, asksNoServer: true },
  { run: ['user', 'delete', ''], scene: none },
  { run: 'user get', scene: none, asksNoServer: true },
  { run: 'user get bob', scene: none },
  { run: 'user get bob --detail', scene: none },
  { run: 'user get a b', scene: none, asksNoServer: true },
];

const others: readonly SideBySideCase[] = [
  { run: ['user', 'get', ''], scene: none },
  { run: ['user', 'get', 'ünï "x"'], scene: several },
  { run: ['user', 'get', 'ünï "x"', '-w', 'json'], scene: several },
  ...askingNoServer([
    { run: 'user list extra', scene: none },
    { run: 'user passwd', scene: none },
    { run: 'user passwd a b', scene: none },
  ]),
  { run: 'user passwd bob', scene: one, stdin: 'new\nnew\n' },
  { run: 'user passwd bob', scene: one, stdin: 'new\nold\n' },
  { run: 'user passwd bob', scene: one, stdin: '\n' },
  { run: 'user passwd bob', scene: none, stdin: 'new\nnew\n' },
  { run: 'user passwd bob --interactive=false', scene: one, stdin: 'new' },
  { run: 'user passwd bob --interactive=false', scene: one, stdin: '' },
  { run: 'user passwd bob --interactive=false', scene: one, stdin: Buffer.of(0xff, 0xfe, 0x0a) },
  { run: 'user passwd bob --interactive=false', scene: none, stdin: 'new\n' },
  ...askingNoServer([
    { run: 'user grant-role', scene: none },
    { run: 'user grant-role bob', scene: one },
    { run: 'user grant-role bob reader extra', scene: one },
  ]),
  { run: 'user grant-role bob missing', scene: one },
  { run: 'user grant-role nobody reader', scene: one },
  { run: 'user grant-role bob reader', scene: several },
  { run: ['user', 'grant-role', '', 'reader'], scene: one },
  { run: ['user', 'grant-role', 'bob', ''], scene: one },
  ...askingNoServer([
    { run: 'user revoke-role', scene: none },
    { run: 'user revoke-role bob', scene: one },
    { run: 'user revoke-role bob reader extra', scene: one },
  ]),
  { run: 'user revoke-role bob reader', scene: one },
  { run: 'user revoke-role nobody reader', scene: one },
  { run: 'user revoke-role bob missing', scene: several },
  { run: 'user l', scene: several },
];

const refusedFirst: readonly SideBySideCase[] = [
  {
    run: 'user delete missing -w table',
    scene: none,
    differs: { why: FORMAT_FIRST, code: 4, error: 'Error: table not supported as output format' },
  },
];

sideBySide('user', [
  ...FORMATS.flatMap(inFormat),
  ...adding,
  ...deletingAndGetting,
  ...others,
  ...refusedFirst,
]);
sideBySide(
  'user with auth enabled',
  [...['simple', 'json'].flatMap(inFormat), ...typedPassword, ...deletingAndGetting],
  {
    profile: 'auth',
  },
);
