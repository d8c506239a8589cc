import { askingNoServer, type SideBySideCase, sideBySide } from '../../support/lab/side-by-side.js';

/** Masks the end of the key: the id of the lease, which the server generates. */
const KEY = { pattern: /\/[0-9a-f]{8,}/g, replacement: '/<lease>' };
const REVISION = { pattern: /REV=\d+/, replacement: 'REV=<n>' };

const sh = (script: string, ...flags: readonly string[]): readonly string[] => {
  return ['lock', 'name', ...flags, '--', 'sh', '-c', script];
};

const exitCodes: readonly SideBySideCase[] = [
  { run: 'lock', asksNoServer: true },
  { run: 'lock name true' },
  { run: 'lock name false' },
  { run: sh('exit 3') },
  { run: sh('exit 255') },
  { run: sh('kill -9 $$') },
];

const lock: readonly SideBySideCase[] = [
  ...exitCodes,
  { run: sh('kill -15 $$') },
  { run: sh('kill -2 $$') },
  { run: sh('echo out; echo err >&2; exit 1') },
  { run: sh('cat; echo end'), stdin: 'not for the command' },
  { run: sh('echo $ETCD_LOCK_KEY'), mask: KEY },
  { run: sh('echo REV=$ETCD_LOCK_REV'), mask: REVISION },
  { run: sh('echo $MINE'), env: { MINE: 'is passed on' } },
  {
    run: sh('echo $ETCD_LOCK_KEY'),
    env: { ETCD_LOCK_KEY: 'of a lock around this one' },
    mask: KEY,
    differs: {
      why: 'a command under two nested locks gets the variables of the inner one; with etcdctl, those of the outer one',
      stdout: 'name/<lease>\n',
    },
  },
  { run: 'lock name nosuchprogram' },
  { run: 'lock name /nonexistent/program' },
  { run: 'lock name /etc/passwd' },
  { run: ['lock', 'name', ''] },
  { run: ['lock', '', 'true'] },
  { run: ['lock', '', 'sh', '--', '-c', 'echo $ETCD_LOCK_KEY'], mask: KEY },
  { run: ['lock', 'ünï/cödé', '--', 'sh', '-c', 'echo $ETCD_LOCK_KEY'], mask: KEY },
  { run: 'lock name echo a b c' },
  { run: 'lock name echo --ttl=3 -- -n' },
  { run: 'lock name ls -l' },
  { run: 'lock name --ttl=1 true' },
  { run: 'lock name --ttl=0 true' },
  { run: 'lock name --ttl=-5 true' },
  { run: 'lock name --ttl=9000000000 true' },
  { run: 'lock name --ttl=9000000001 true' },
  ...askingNoServer([{ run: 'lock name --ttl=1s true' }, { run: 'lock name --ttl' }]),
  { run: 'lock name true -w json' },
  { run: 'lock name true -w table' },
  ...askingNoServer([{ run: 'lock name true -w xml' }, { run: 'lock name true --nonsense' }]),
];

const elect: readonly SideBySideCase[] = [
  ...askingNoServer([
    { run: 'elect' },
    { run: 'elect name' },
    { run: 'elect name value extra' },
    { run: 'elect name value --listen' },
  ]),
  { run: 'elect name value -l' },
  { run: 'elect name extra surplus -l', asksNoServer: true },
  { run: 'elect name value --listen=false extra' },
  ...askingNoServer([
    { run: 'elect name --listen=false' },
    { run: 'elect name value -x' },
    { run: 'elect name value -w xml' },
  ]),
];

sideBySide('lock and elect', [...lock, ...elect]);
sideBySide('lock over TLS', exitCodes, { profile: 'tls' });
sideBySide('lock with users', exitCodes, { profile: 'auth' });
