import { type SideBySideCase, sideBySide } from '../../support/lab/side-by-side.js';
import { ENABLE_V2, v2Accounts, version2 } from '../../support/lab/version-2.js';

const settings = { commands: version2, extraArgs: ENABLE_V2 };

const nobody = v2Accounts();
const some = v2Accounts({
  users: { ann: ['reader'], bob: [] },
  roles: { reader: { read: ['/config/*', '/motd'], write: ['/motd'] }, idle: {} },
});

const users: readonly SideBySideCase[] = [
  { run: 'user list', scene: nobody },
  { run: 'user list', scene: some },
  { run: 'user list surplus', scene: some },
  { run: 'user get ann', scene: some },
  { run: 'user get bob', scene: some },
  { run: 'user get nobody', scene: some },
  { run: 'user get', scene: some },
  { run: 'user get ann bob', scene: some },
  { run: 'user add', scene: some },
  { run: 'user add carl:secret', scene: some },
  { run: 'user add carl:', scene: some },
  { run: 'user add ann:secret', scene: some },
  { run: 'user add carl', stdin: 'secret\n', scene: some },
  { run: 'user remove ann', scene: some },
  { run: 'user remove nobody', scene: some },
  { run: 'user remove', scene: some },
  { run: 'user passwd ann', stdin: 'secret\n', scene: some },
  { run: 'user passwd ann', stdin: '', scene: some },
  {
    run: 'user passwd nobody',
    stdin: 'secret\n',
    scene: some,
    differs: {
      why: 'etcdctl adds the user, and fails with an empty message',
      error: 'auth: User nobody does not exist.',
    },
  },
  { run: 'user passwd', scene: some },
  { run: 'user grant bob --roles reader', scene: some },
  { run: 'user grant bob --roles reader --roles idle', scene: some },
  { run: 'user grant bob --roles reader,idle', scene: some },
  { run: 'user grant ann --roles reader', scene: some },
  { run: 'user grant bob', scene: some },
  { run: 'user grant --roles reader', scene: some },
  { run: 'user grant nobody --roles reader', scene: some },
  { run: 'user revoke ann --roles reader', scene: some },
  { run: 'user revoke bob --roles reader', scene: some },
  { run: 'user revoke ann', scene: some },
];

const roles: readonly SideBySideCase[] = [
  { run: 'role list', scene: nobody },
  { run: 'role list', scene: some },
  { run: 'role list surplus', scene: some },
  { run: 'role get reader', scene: some },
  { run: 'role get idle', scene: some },
  { run: 'role get root', scene: some },
  { run: 'role get nothing', scene: some },
  { run: 'role get', scene: some },
  { run: 'role add writer', scene: some },
  { run: 'role add reader', scene: some },
  { run: 'role add', scene: some },
  { run: 'role remove reader', scene: some },
  { run: 'role remove nothing', scene: some },
  { run: 'role remove root', scene: some },
  { run: 'role remove', scene: some },
  { run: 'role grant reader', scene: some },
  { run: 'role grant reader --path config', scene: some },
  { run: 'role grant reader --path /config//x/', scene: some },
  { run: 'role grant reader --path /x', scene: some },
  { run: 'role grant reader --path /x --read --write', scene: some },
  { run: 'role grant --path /x --read', scene: some },
  { run: 'role grant reader --path /x --read', scene: some },
  { run: 'role grant reader --path /x/* --write', scene: some },
  { run: 'role grant idle --path /x -rw', scene: some },
  { run: 'role grant idle --path /x --rw', scene: some },
  { run: 'role grant idle --path=/x --readwrite=true', scene: some },
  { run: 'role grant reader --path /motd --read', scene: some },
  { run: 'role grant nothing --path /x --read', scene: some },
  { run: 'role revoke reader --path /motd --write', scene: some },
  { run: 'role revoke reader --path /motd --readwrite', scene: some },
  { run: 'role revoke reader --path /other --read', scene: some },
  { run: 'role revoke idle --path /motd --read', scene: some },
  { run: 'role revoke reader --path /motd', scene: some },
];

const switches: readonly SideBySideCase[] = [
  { run: 'auth enable', scene: nobody },
  { run: 'auth enable', scene: v2Accounts({ users: { root: [] } }) },
  { run: 'auth enable surplus', scene: nobody },
  { run: 'auth disable', scene: nobody },
  { run: 'auth disable surplus', scene: nobody },
];

const on = v2Accounts({
  users: { ann: ['reader'], bob: [] },
  roles: { reader: { read: ['/config/*', '/motd'], write: ['/motd'] } },
  isOn: true,
});

/** Auth is disabled between two cases; each command must leave no keys, whether it succeeds or not. */
const loggedIn: readonly SideBySideCase[] = [
  { run: 'user list' },
  { run: '-u ann:ann user list' },
  { run: '-u root:root user list' },
  { run: '-u root:root user get ann' },
  { run: '--username root:root user add carl:secret' },
  { run: '-u root:root user remove root' },
  { run: '-u root:root role get reader' },
  { run: '-u ann:ann role get reader' },
  { run: '-u root:root role remove root' },
  { run: '-u root:root role add writer' },
  { run: 'auth enable' },
  { run: '-u root:root auth enable' },
  { run: 'auth disable' },
  { run: '-u ann:ann auth disable' },
  { run: '-u root:wrong auth disable' },
  { run: '-u root:root auth disable' },
  { run: 'get /config/x' },
  { run: '-u ann:ann get /config/x', given: ['set /config/x 1'] },
  { run: '-u ann:ann get /config/x' },
  { run: '-u ann:ann get /other' },
  { run: '-u ann:ann set /motd hello' },
  { run: '-u ann:ann set /config/x 2' },
  { run: '-u ann:wrong get /motd' },
  { run: '-u ann: get /motd' },
  { run: '-u nobody:x get /motd' },
  { run: '-u bob:bob get /motd' },
  { run: '-u root:root get /motd', given: ['set /motd hi'] },
  { run: '-u root get /motd', stdin: 'root\n', given: ['set /motd hi'] },
  { run: '-u root get /motd', stdin: 'wrong\n' },
  { run: 'get /motd', env: { ETCDCTL_USERNAME: 'root:root' }, given: ['set /motd hi'] },
  { run: '-u ann:ann get /motd', env: { ETCDCTL_USERNAME: 'root:wrong' }, given: ['set /motd hi'] },
  { run: '-u ann:ann ls --sort --recursive /', given: ['set /motd hi', 'set /config/x 1', 'set /other/y 2'] },
  { run: '-u ann:ann rm /motd', given: ['set /motd hi'] },
  { run: '-u bob:bob member list' },
  { run: 'member add new http://127.0.0.1:9' },
  { run: '-u ann:ann member add new http://127.0.0.1:9' },
  { run: 'cluster-health' },
].map((each) => ({ ...each, scene: on, changes: true }));

sideBySide('version 2, users', users, settings);
sideBySide('version 2, roles', roles, settings);
sideBySide('version 2, enabling and disabling auth', switches, settings);
sideBySide('version 2 with auth enabled', loggedIn, settings);
