import {
  askingNoServer,
  type Difference,
  type SideBySideCase,
  sideBySide,
} from '../../support/lab/side-by-side.js';

const LONE_KEY = { ETCDCTL_WATCH_KEY: 'a' };
const KEY_AND_END = { ETCDCTL_WATCH_KEY: 'a', ETCDCTL_WATCH_RANGE_END: 'c' };
/** Changes of a few keys: revisions differ from server to server, so a watch from revision 1 is restricted by its keys. */
const SEVERAL = ['put a 1', 'put ab 2', 'put a 3', 'del ab', 'put b 4'];
/** A command that fails at the first event, which ends the watch. */
const ENDS = ['--', 'false'];

const AT_ONCE: Difference = {
  why: 'a format that cannot print events is refused before the watch begins; etcdctl refuses it with the first event',
  error: 'Error: table not supported as output format',
  code: 4,
};

/** etcdctl 3.5 prints something else in these formats. */
const sinceOf = (format: string) => (['json', 'fields'].includes(format) ? { since: '3.6' } : {});

/** Watches that end by themselves. */
const watch: readonly SideBySideCase[] = [
  ...askingNoServer([
    { run: 'watch' },
    { run: 'watch --prefix' },
    { run: 'watch a --' },
    { run: 'watch -- echo' },
    { run: 'watch a b --prefix' },
  ]),
  { run: 'watch a b --prefix -w table', differs: AT_ONCE },
  { run: 'watch a --rev=1 -w table', given: SEVERAL },
  ...askingNoServer([
    { run: 'watch a -w nonsense' },
    { run: 'watch a --rev=x' },
    { run: 'watch a --nonsense' },
  ]),
  { run: 'watch -i -w table', differs: AT_ONCE },
  ...askingNoServer([
    { run: 'watch a', env: LONE_KEY },
    { run: 'watch a b', env: LONE_KEY },
    { run: 'watch a -- echo', env: LONE_KEY },
    { run: 'watch --', env: LONE_KEY },
    { run: 'watch a', env: { ETCDCTL_WATCH_RANGE_END: 'c' } },
  ]),
  { run: 'watch -i', env: { ETCDCTL_WATCH_RANGE_END: 'c"\u00e9' } },
  { run: 'watch --prefix', env: KEY_AND_END, asksNoServer: true },
  { run: 'watch b a' },
  { run: 'watch a a' },
  ...['simple', 'json', 'fields', 'protobuf'].flatMap((format) => [
    { run: `watch b a -w ${format}`, ...sinceOf(format) },
    { run: `watch a --rev=-1 -w ${format}`, server: '3.6.0', ...sinceOf(format) },
  ]),
  { run: ['watch', 'a', '--rev=1', ...ENDS], given: SEVERAL },
  { run: ['watch', 'a', '--rev=1', '--', 'sh', '-c', 'exit 3'], given: SEVERAL },
  { run: ['watch', 'a', '--rev=1', '--', 'no-such-program', 'x'], given: SEVERAL },
  {
    run: ['watch', 'a', '--rev=1', '--', 'sh', '-c', 'env | grep ETCD_WATCH_[KEV] | sort; false'],
    given: SEVERAL,
  },
  { run: ['watch', '--rev=1', ...ENDS], env: LONE_KEY, given: SEVERAL },
  {
    run: ['watch', 'a', 'ac', '--rev=1', '--', 'sh', '-c', 'echo "$0 $@"; false', 'x', '--rev', '2'],
    given: SEVERAL,
  },
  {
    run: ['watch', 'a', '--rev=1', '--prefix', '--', 'echo', 'false', 'echo'],
    given: SEVERAL,
    env: { PATH: '' },
  },
];

/** All past events of the keys are in one response, which is printed before the command of the first event fails. */
const formats: readonly SideBySideCase[] = ['simple', 'json', 'fields', 'protobuf'].flatMap((format) =>
  [
    'a --rev=1',
    'a --prefix --rev=1',
    'a b --rev=1 --prev-kv',
    'a --prefix --rev=1 --prev-kv --hex',
    'a --prefix --rev=1 --progress-notify',
  ].map((args) => ({
    run: ['watch', ...args.split(' '), '-w', format, ...ENDS],
    given: SEVERAL,
    ...sinceOf(format),
  })),
);

/** Lines that end interactive mode, or have no effect. */
const interactive: readonly SideBySideCase[] = [
  '',
  'watch a',
  '\n',
  'nonsense\n',
  '"watch"\n',
  'watch\n',
  'progress\n',
  'progress now\n',
  'watch --\n',
  'watch a --\n',
  'watch --prefix\n',
  'watch -- echo\n',
  'watch a b --prefix\n',
  'watch a -w json\n',
  'watch a --rev=x\n',
  'watch a --rev --\n',
  'watch a --nonsense\n',
  'watch a -h\n',
  'watch "a\\q"\n',
  "watch 'a\n",
  'watch b a\n',
].map((stdin) => ({ run: 'watch -i', stdin }));

const interactiveWithKey: readonly SideBySideCase[] = ['watch a\n', 'watch a b --prefix\n', 'watch --\n'].map(
  (stdin) => ({ run: 'watch -i', stdin, env: LONE_KEY }),
);

sideBySide('watch', [...watch, ...formats, ...interactive, ...interactiveWithKey]);
sideBySide(
  'watch with users',
  [{ run: 'watch b a' }, { run: ['watch', 'a', '--rev=1', ...ENDS], given: SEVERAL }],
  {
    profile: 'auth',
  },
);
