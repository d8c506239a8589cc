import { type SideBySideCase, sideBySide } from '../../support/lab/side-by-side.js';
import { ENABLE_V2, version2 } from '../../support/lab/version-2.js';

const settings = { commands: version2, extraArgs: ENABLE_V2 };

const WHY = 'etcdctl prints help on stdout, which a script would take for the requested value';
const REFUSED = { why: WHY, stdout: '' };

const given = ['set /a one', 'set /d/x two'];

/** Command lines that version 2's parser refuses. */
const refused: readonly SideBySideCase[] = [
  { run: '--nonsense get /a', differs: REFUSED },
  { run: '-x', differs: REFUSED },
  { run: '--no-sync=maybe get /a', differs: REFUSED },
  { run: '--timeout soon get /a', differs: REFUSED },
  { run: '--total-timeout 5 get /a', differs: REFUSED },
  { run: '--endpoints', differs: REFUSED },
  { run: '--=x get /a', differs: REFUSED },
  { run: '---debug get /a', differs: REFUSED },
  { run: '-o json --output simple get /a', differs: REFUSED },
  { run: '-C x --peers y get /a', differs: REFUSED },
  { run: 'get --nonsense /a', differs: REFUSED },
  { run: 'get -sortq /a', differs: REFUSED },
  { run: 'get --sort=maybe /a', differs: REFUSED },
  { run: 'ls -r --recursive /', differs: REFUSED },
  { run: 'ls -rp /', differs: REFUSED },
  { run: 'set -5 x', differs: REFUSED },
  { run: 'set --ttl', differs: REFUSED },
  { run: 'set --ttl soon /a b', differs: REFUSED },
  { run: 'set --ttl 99999999999999999999 /a b', differs: REFUSED },
  { run: 'set --ttl=1.5 /a b', differs: REFUSED },
  { run: 'rm --with-index x /a', differs: REFUSED },
  { run: 'member -x list', differs: REFUSED },
  { run: 'member list -x', differs: REFUSED },
  { run: 'role grant reader -rw --readwrite --path /a', differs: REFUSED },
];

const unknown: readonly SideBySideCase[] = [
  { run: 'nonsense' },
  { run: 'version' },
  { run: 'gets /a' },
  { run: 'ge /a' },
  { run: '- get /a' },
  { run: 'member nonsense' },
  { run: 'help nonsense' },
  { run: 'member help nonsense' },
  { run: 'user h nonsense' },
];

const accepted: readonly SideBySideCase[] = [
  { run: '-no-sync get /a', given },
  { run: '--no-sync=false get /a', given },
  { run: '--no-sync=1 --debug=f get /a', given },
  { run: '-o=json get /a', given },
  { run: '--o json get /a', given },
  { run: '-output json get /a', given },
  { run: '-o json -o simple get /a', given },
  { run: '-- get /a', given },
  { run: '--timeout 1m0.5s --total-timeout 1h get /a', given },
  { run: '--timeout 0 get /a', given },
  { run: 'get --sort=false --quorum=true /a', given },
  { run: 'get /a --quorum', given },
  { run: 'get --help=false /a', given },
  { run: 'get /a --endpoints x', given },
  { run: 'role grant reader --path', given },
  { run: 'ls --sort --p --r /', given },
  { run: 'ls -p -r --sort', given },
  { run: 'member list', given },
];

const alone: readonly SideBySideCase[] = [
  { run: '--version', mask: { pattern: /version: \d\S+/, replacement: 'version: <v>' } },
  { run: '-v get', mask: { pattern: /version: \d\S+/, replacement: 'version: <v>' } },
  { run: '--endpoints 127.0.0.1:2379 get /a' },
  { run: '--endpoints http://127.0.0.1:x get /a' },
  { run: '--endpoints http://127.0.0.1:1 get /a' },
  { run: '--endpoints http://127.0.0.1:1 --no-sync get /a' },
  { run: '--endpoints http://127.0.0.1:1 --no-sync set /a b' },
  { run: '--endpoints http://127.0.0.1:1 --no-sync mk /a b' },
  { run: '--endpoints http://127.0.0.1:1 --no-sync rm /a' },
  { run: '--endpoints http://127.0.0.1:1 --no-sync mk --in-order /a b' },
  { run: '--endpoints http://127.0.0.1:1 --no-sync member list' },
  { run: '--endpoints http://127.0.0.1:1 --no-sync user list' },
  { run: '--endpoints http://127.0.0.1:1 --no-sync role list' },
  { run: '--endpoints http://127.0.0.1:1 --no-sync auth enable' },
  { run: '--endpoints http://127.0.0.1:1 member list' },
  { run: '--endpoints http://127.0.0.1:1 user list' },
  { run: '--endpoints http://127.0.0.1:1 watch /a' },
  { run: '--endpoints http://127.0.0.1:1 exec-watch /a -- echo' },
  { run: '--endpoints http://127.0.0.1:1 cluster-health' },
  { run: '--endpoints ftp://127.0.0.1:1 get /a' },
  { run: '--endpoints localhost:1 get /a' },
  { run: '--endpoints http://127.0.0.1:1 --ca-file /nowhere get /a' },
  { run: '--endpoints http://127.0.0.1:1 --cert-file /nowhere get /a' },
  { run: '--endpoints http://127.0.0.1:1 --key-file /nowhere get /a' },
  { run: '--endpoints http://127.0.0.1:1 --key-file /nowhere --cert-file /nowhere get /a' },
  { run: '--endpoints http://127.0.0.1:1 --ca-file /nowhere cluster-health' },
  { run: 'get /a', env: { ETCDCTL_CA_FILE: '/nowhere', ETCDCTL_ENDPOINTS: 'http://127.0.0.1:1' } },
  { run: 'get /a', env: { ETCDCTL_CERT_FILE: '/nowhere', ETCDCTL_ENDPOINTS: 'http://127.0.0.1:1' } },
  { run: 'get /a', env: { ETCDCTL_KEY_FILE: '/nowhere', ETCDCTL_ENDPOINTS: 'http://127.0.0.1:1' } },
  { run: 'get /a', env: { ETCDCTL_ENDPOINT: 'http://127.0.0.1:1' } },
  { run: 'get /a', env: { ETCDCTL_PEERS: 'http://127.0.0.1:2' } },
  { run: 'get /a', env: { ETCDCTL_PEERS: 'http://127.0.0.1:2', ETCDCTL_ENDPOINT: 'http://127.0.0.1:1' } },
  { run: '-C http://127.0.0.1:3 get /a', env: { ETCDCTL_ENDPOINTS: 'http://127.0.0.1:1' } },
  { run: '-C http://127.0.0.1:3 --endpoint http://127.0.0.1:4 get /a' },
  { run: '--endpoints http://127.0.0.1:5 -C http://127.0.0.1:3 --endpoint http://127.0.0.1:4 get /a' },
  {
    run: '-D nowhere.invalid get /a',
    mask: { pattern: / on [\d.:[\]]+/g, replacement: '' },
  },
].map((each) => ({ alone: true, ...each }));

const limits: readonly SideBySideCase[] = [
  { run: '--total-timeout 0 get /a', given },
  {
    run: '--total-timeout 1ns get /a',
    given,
    // The real program sometimes notices the deadline only when it dials.
    mask: {
      pattern: /client: etcd cluster is unavailable .* i\/o timeout$/gm,
      replacement: 'context deadline exceeded',
    },
  },
  { run: '--total-timeout 0 --no-sync get /a', given },
  { run: '--total-timeout 0 --no-sync member list', given },
];

sideBySide('version 2, refused command lines', refused, { ...settings, newestServerOnly: true });
sideBySide('version 2, unknown commands', unknown, { ...settings, newestServerOnly: true });
sideBySide('version 2, command lines', [...accepted, ...limits], { ...settings, newestServerOnly: true });
sideBySide('version 2 without a server', alone, { ...settings, newestServerOnly: true });
