import { bytesFromText } from '../../src/go/bytes.js';
import { type Permission, PermissionType } from '../../src/model/messages/auth.js';
import { BARE_HEADER, type Fixtures, HEADER } from './fixture-parts.js';

const permission = (permType: PermissionType, key: string, rangeEnd = ''): Permission => ({
  permType,
  key: bytesFromText(key),
  rangeEnd: bytesFromText(rangeEnd),
});

const PERMISSIONS = [
  permission(PermissionType.read, 'one key'),
  permission(PermissionType.write, 'a', 'm'),
  permission(PermissionType.readWrite, 'prefix/', 'prefix0'),
  permission(PermissionType.read, 'from', '\x00'),
  permission(PermissionType.readWrite, '', '\x00'),
  permission(PermissionType.write, '\udcff\udcff', '\x00'),
  permission(PermissionType.read, 'a\udcff', 'b'),
  permission(PermissionType.write, '"é" <\n>', '\x00\x00'),
];
const response = { header: BARE_HEADER };
const NAMES = ['root', 'a "b" <é>', 'c'];

export const AUTH_FIXTURES: Fixtures = {
  'auth-status': {
    kind: 'auth-status',
    response: { header: BARE_HEADER, enabled: true, authRevision: 18446744073709551615n },
  },
  'auth-status-disabled': {
    kind: 'auth-status',
    response: { header: BARE_HEADER, enabled: false, authRevision: 0n },
  },
  'user-add': { kind: 'user-add', user: 'alice é', response },
  'user-get': { kind: 'user-get', user: 'alice', response: { header: HEADER, roles: NAMES } },
  'user-get-no-roles': { kind: 'user-get', user: 'alice', response: { header: undefined, roles: [] } },
  'user-list': { kind: 'user-list', response: { header: BARE_HEADER, users: NAMES } },
  'user-list-empty': { kind: 'user-list', response: { header: BARE_HEADER, users: [] } },
  'user-delete': { kind: 'user-delete', user: 'alice', response },
  'user-change-password': { kind: 'user-change-password', response },
  'user-grant-role': { kind: 'user-grant-role', user: 'alice', role: 'r', response },
  'user-revoke-role': { kind: 'user-revoke-role', user: 'alice', role: 'r', response },

  'role-add': { kind: 'role-add', role: 'r <é>', response },
  'role-get': { kind: 'role-get', role: 'r', response: { header: BARE_HEADER, perm: PERMISSIONS } },
  'role-get-empty': { kind: 'role-get', role: 'r', response: { header: BARE_HEADER, perm: [] } },
  'role-get-root': { kind: 'role-get', role: 'root', response: { header: BARE_HEADER, perm: [] } },
  'role-get-root-limited': {
    kind: 'role-get',
    role: 'root',
    response: { header: BARE_HEADER, perm: [permission(PermissionType.read, 'a')] },
  },
  'role-list': { kind: 'role-list', response: { header: BARE_HEADER, roles: NAMES } },
  'role-list-empty': { kind: 'role-list', response: { header: BARE_HEADER, roles: [] } },
  'role-delete': { kind: 'role-delete', role: 'r', response },
  'role-grant-permission': { kind: 'role-grant-permission', role: 'r', response },
  'role-revoke-permission': {
    kind: 'role-revoke-permission',
    role: 'r',
    key: bytesFromText('k\udcff'),
    rangeEnd: new Uint8Array(0),
    response,
  },
  'role-revoke-permission-range': {
    kind: 'role-revoke-permission',
    role: 'r',
    key: bytesFromText('a'),
    rangeEnd: bytesFromText('\udcfez'),
    response,
  },
  'role-revoke-permission-open': {
    kind: 'role-revoke-permission',
    role: 'r',
    key: bytesFromText('a'),
    rangeEnd: Buffer.of(0),
    response,
  },
};
