import { DeleteRangeResponse, PutResponse } from '../../../src/wire/etcdserver.js';
import { askingNoServer, type SideBySideCase, sideBySide } from '../../support/lab/side-by-side.js';

/** The client waits two seconds; the deletion itself is compared with `--range`. */
const WAITS_FIRST = 'the command waits in the client, and then does the same as del --range';
const SEVERAL = ['put a 1', 'put ab 2', 'put abc 3', 'put b 4', 'put a 5'];

const putOneKey: readonly SideBySideCase[] = [
  { run: 'put k v', changes: true },
  { run: ['put', 'k', ''], changes: true },
  { run: ['put', 'k', 'with space\nand line'], changes: true },
  { run: 'put k', stdin: 'from stdin\n', changes: true },
  { run: 'put k', stdin: Buffer.of(0, 0xff, 0x0a, 0x00), changes: true },
  { run: 'put -- -k -v', changes: true },
];

const put: readonly SideBySideCase[] = [
  ...putOneKey,
  { run: 'put k -- -v', changes: true },
  { run: 'put k v extra', changes: true },
  { run: 'put k v --prev-kv', given: ['put k old'], changes: true },
  { run: 'put k v --prev-kv', changes: true },
  { run: 'put k v --prev-kv --hex', given: ['put k old'], changes: true },
  { run: 'put k --ignore-value', given: ['put k old'], changes: true },
  { run: 'put k --ignore-value' },
  { run: 'put k v --ignore-lease' },
  { run: 'put k v --ignore-lease', given: ['put k old'], changes: true },
  { run: 'put k v --ignore-value', asksNoServer: true },
  { run: 'put k v --lease=1234' },
  { run: 'put k v --lease=xyz', asksNoServer: true },
  { run: 'put k v --lease=-1' },
  ...askingNoServer([{ run: 'put k v --lease=fffffffffffffffff' }, { run: 'put' }]),
  { run: 'put k' },
  { run: ['put', '', 'v'] },
  { run: 'put k v --nonsense', asksNoServer: true },
  ...['json', 'fields', 'simple'].map((format) => ({
    run: `put k v --prev-kv -w ${format}`,
    given: ['put k old'],
    changes: true,
    ...(format === 'fields' && { since: '3.6' }),
  })),
  { run: 'put k v --prev-kv -w protobuf', given: ['put k old'], changes: true, message: PutResponse },
  { run: 'put k v --prev-kv -w fields --hex', given: ['put k old'], changes: true, since: '3.6' },
  { run: 'put k v -w table' },
];

const delKeys: readonly SideBySideCase[] = [
  { run: 'del a', given: SEVERAL, changes: true },
  { run: 'del missing', given: SEVERAL, changes: true },
  { run: 'del a --prefix', given: SEVERAL, changes: true },
  { run: ['del', '', '--prefix'], given: SEVERAL, changes: true },
];

const del: readonly SideBySideCase[] = [
  ...delKeys,
  { run: ['del', '', '--from-key'], given: SEVERAL, changes: true },
  { run: 'del ab --from-key --prev-kv', given: SEVERAL, changes: true },
  { run: 'del a b --range', given: SEVERAL, changes: true, since: '3.6' },
  { run: 'del a b', given: SEVERAL, changes: true, newestServerOnly: WAITS_FIRST },
  { run: 'del a --prev-kv --hex', given: SEVERAL, changes: true },
  ...['json', 'fields'].map((format) => ({
    run: `del a --prefix --prev-kv -w ${format}`,
    given: SEVERAL,
    changes: true,
    ...(format === 'fields' && { since: '3.6' }),
  })),
  {
    run: 'del a --prefix --prev-kv -w protobuf',
    given: SEVERAL,
    changes: true,
    message: DeleteRangeResponse,
  },
  { run: 'del a -w table' },
  ...askingNoServer([
    { run: 'del' },
    { run: 'del a b c' },
    { run: 'del a --prefix --from-key' },
    { run: 'del a b --prefix' },
  ]),
  { run: ['del', ''] },
];

sideBySide('put and del', [...put, ...del]);
sideBySide('put and del over TLS', [...putOneKey, ...delKeys], { profile: 'tls' });
sideBySide('put and del with users', [...putOneKey, ...delKeys], { profile: 'auth' });
