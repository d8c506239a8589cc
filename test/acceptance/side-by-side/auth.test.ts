import { AuthStatusResponse } from '../../../src/wire/etcdserver.js';
import { accounts } from '../../support/lab/accounts.js';
import { rootPassword } from '../../support/lab/lab.js';
import { type SideBySideCase, sideBySide } from '../../support/lab/side-by-side.js';

const FORMATS = ['simple', 'json', 'fields', 'protobuf', 'table'];
const none = accounts();
const rootWithoutRole = accounts({ users: { root: [] } });
const rootBesideRole = accounts({ users: { root: [] }, roles: { root: [] } });
const root = accounts({ users: { root: ['root'] }, roles: { root: [] } });
const bob = accounts({
  users: { bob: ['reader'] },
  roles: { reader: [{ type: 'READ', key: 'a', end: 'c' }] },
});

/** Masks the auth revision, which each scene changes. */
const AUTH_REVISION = { pattern: /(AuthRevision: |"authRevision":"?)\d+/g, replacement: '$1<n>' };

const status: readonly SideBySideCase[] = FORMATS.flatMap((format) => {
  const message = format === 'protobuf' ? { message: AuthStatusResponse } : {};
  return [
    {
      run: `auth status -w ${format}`,
      scene: none,
      mask: AUTH_REVISION,
      since: '3.5',
      server: '3.5',
      ...message,
    },
    {
      run: `auth status --hex -w ${format}`,
      scene: none,
      mask: AUTH_REVISION,
      since: '3.6',
      server: '3.5',
      ...message,
    },
  ];
});

const switches: readonly SideBySideCase[] = [
  { run: 'auth status extra', scene: none, since: '3.5' },
  { run: 'auth enable', scene: none },
  { run: 'auth enable extra', scene: none },
  { run: 'auth enable', scene: rootWithoutRole },
  { run: 'auth enable', scene: rootBesideRole },
  { run: 'auth enable', scene: root },
  ...FORMATS.map((format) => ({ run: `auth enable -w ${format}`, scene: root })),
  { run: 'auth disable', scene: none },
  { run: 'auth disable', scene: root },
  { run: 'auth disable extra', scene: none },
  ...FORMATS.map((format) => ({ run: `auth disable -w ${format}`, scene: none })),
  { run: 'auth enable --nonsense', scene: none },
  { run: 'auth sta', scene: none, mask: AUTH_REVISION, since: '3.5', server: '3.5' },
];

const on: readonly SideBySideCase[] = [
  { run: 'auth enable', scene: none },
  { run: 'auth disable', scene: none },
  { run: 'auth disable -w json', scene: none },
  { run: '--endpoints={endpoint} auth enable', alone: true, scene: none },
  { run: '--endpoints={endpoint} auth disable', alone: true, scene: none },
  { run: '--endpoints={endpoint} --user=root:wrong auth status', alone: true, scene: none },
  { run: '--endpoints={endpoint} --user=nobody:x auth status', alone: true, scene: none },
  { run: '--endpoints={endpoint} --user=bob:bob auth disable', alone: true, scene: bob },
  { run: '--endpoints={endpoint} --user=bob:bob user list', alone: true, scene: bob },
  { run: '--endpoints={endpoint} --user=bob:bob user get bob', alone: true, scene: bob },
  { run: '--endpoints={endpoint} --user=bob:bob user get root', alone: true, scene: bob },
  { run: '--endpoints={endpoint} --user=bob:bob role get reader', alone: true, scene: bob },
  { run: '--endpoints={endpoint} --user=bob:bob role get root', alone: true, scene: bob },
  { run: '--endpoints={endpoint} --user=bob:bob role list', alone: true, scene: bob },
  { run: '--endpoints={endpoint} --user=bob:bob get b', alone: true, scene: bob },
  { run: '--endpoints={endpoint} --user=bob:bob get c', alone: true, scene: bob },
  { run: '--endpoints={endpoint} --user=bob:bob put b v', alone: true, scene: bob },
  {
    run: '--endpoints={endpoint} --user=bob:bob user passwd bob --interactive=false',
    alone: true,
    scene: bob,
    stdin: 'x\n',
  },
  { run: '--endpoints={endpoint} --user=bob:bob lock a true', alone: true, scene: bob },
  { run: '--endpoints={endpoint} --user=bob:bob elect c leader', alone: true, scene: bob },
  { run: '--endpoints={endpoint} --user=bob:bob elect c --listen', alone: true, scene: bob },
  { run: '--endpoints={endpoint} --user=bob get b', alone: true, scene: bob, stdin: 'bob\n' },
  { run: '--endpoints={endpoint} --user=bob get b', alone: true, scene: bob, stdin: 'wrong\n' },
  { run: '--endpoints={endpoint} --user=bob get b', alone: true, scene: bob, stdin: '' },
  {
    run: '--endpoints={endpoint} --user=root user passwd bob --interactive=false',
    alone: true,
    scene: bob,
    stdin: `new\n${rootPassword}\n`,
  },
  {
    run: '--endpoints={endpoint} --user=root user passwd bob',
    alone: true,
    scene: bob,
    stdin: `new\nnew\n${rootPassword}\n`,
  },
];

sideBySide('auth', [...status, ...switches]);
sideBySide('auth when it is enabled', [...status, ...on], { profile: 'auth' });
