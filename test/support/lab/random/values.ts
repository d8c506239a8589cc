/** Words for random command lines: usual and unusual, valid and invalid. */

export const KEYS = [
  'a',
  'ab',
  'abc',
  'b',
  'many/',
  'many/07',
  'leased',
  '',
  'ünï',
  '日本',
  '😀',
  "quo'te",
  'quo"te',
  'back\\slash',
  'tab\there',
  'new\nline',
  'del\u007f',
  'esc\u001b[31m',
  '<&>',
  ' blanks ',
  '--',
  '-x',
  '\udcff\udcfe',
  '{"a":1}',
  'missing',
] as const;

const NUMBERS = [
  '0',
  '1',
  '2',
  '5',
  '30',
  '-1',
  '-9223372036854775808',
  '9223372036854775807',
  '9223372036854775808',
];
const ODD_NUMBERS = ['0x10', '0b11', '017', '1_000', '+3', '1e3', '1.5', 'many', ' 1', '', '٣'];
const LEASES = [
  '1234',
  '00001234',
  '0x1234',
  '694d',
  'zz',
  '',
  '0',
  '-1',
  '7fffffffffffffff',
  '8000000000000000',
];
const MEMBERS = ['0', '1234', 'zz', '', '-1', 'ffffffffffffffff', '10000000000000000'];
const USERS = ['u1', 'u2', 'nobody', '', 'u3:pw', 'u4:', ':pw', 'ünï', 'root'];
const ROLES = ['r1', 'r2', 'none', '', 'ünï', 'root'];

/** Values of arguments, by placeholder in the usage line. */
export const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  ttl: ['600', '10', '0', '-1', ...ODD_NUMBERS],
  // No positive revision but the newest: after a compaction at another one, the state could not be reset.
  revision: [
    '{revision}',
    '{revision}',
    '0',
    '-1',
    '9223372036854775807',
    '0x10',
    '1_000',
    '1.5',
    'many',
    '',
  ],
  leaseid: LEASES,
  member_id: MEMBERS,
  target_version: ['3.6.0', '3.6', '3.7.0', '3.7', '3.5.0', '4.0', 'v3.6', 'abc', '', '3.6.0.1'],
  'user name': USERS,
  'user name or user:password': USERS,
  'role name': ROLES,
  'permission type': ['read', 'write', 'readwrite', 'READ', 'all', ''],
  value: ['1', '', 'two\nlines', 'ünï', '\udcff', '-v', "it's", '"', 'x'.repeat(300)],
};

/** Values of flags by kind; flags with choices, and those in VALUES_BY_FLAG, have other values. */
export const FLAG_VALUES: Readonly<Record<string, readonly string[]>> = {
  bool: ['true', 'false', 'T', '0', 'maybe', ''],
  int: [...NUMBERS, ...ODD_NUMBERS],
  int64: [...NUMBERS, ...ODD_NUMBERS],
  uint: [...NUMBERS, ...ODD_NUMBERS],
  duration: ['9s', '8s500ms', '1m', 'soon', '7', ''],
};

export const VALUES_BY_FLAG: Readonly<Record<string, readonly string[]>> = {
  lease: LEASES,
  'new-user-password': ['secret', ''],
  'write-out': ['simple', 'json', 'fields', 'protobuf', 'table', 'JSON', 'xml', ''],
};

export const TXN_LINES = [
  'mod("a") > "0"',
  'mod("a") = "0"',
  'value("a") = "5"',
  'value("quo\\"te") != "x"',
  'create("missing") = "0"',
  'ver("ab") < "7"',
  'version("ab") < "7"',
  'lease("leased") = "1234"',
  'c("a") > "-1"',
  'mod("a") ~ "0"',
  'mod(a) > 0',
  'nonsense',
  'get a',
  'get a --prefix --limit=2',
  'get "new\\nline"',
  'get',
  'put a 9',
  'put "with blank" "tab\\t\\x00"',
  'put a',
  'put leased x --lease=1234',
  'del a --prefix',
  'del missing',
  'del',
  'fly',
] as const;
