import { askingNoServer, type SideBySideCase, sideBySide } from '../../support/lab/side-by-side.js';

const ODD_KEYS = [
  "quo'te",
  'quo"te',
  'back\\slash',
  'tab\there',
  'new\nline',
  'ünï',
  '日本',
  '😀',
  '<&>',
  'del\u007f',
];
const SEVERAL = ['put a 1', 'put ab 2', 'put abc 3', 'put b 4', 'put a 5'];
const ODD = ODD_KEYS.map((key) => ['put', key, `value of ${key}`]);
const PRINTED = ['simple', 'json', 'fields', 'protobuf'];
const FORMATS = [...PRINTED, 'table'];

const oneKey: readonly SideBySideCase[] = [
  { run: 'get a', given: SEVERAL },
  { run: 'get missing', given: SEVERAL },
  { run: 'get', asksNoServer: true },
  { run: ['get', ''] },
];

const getIn = (format: string): readonly SideBySideCase[] => [
  { run: `get a --prefix -w ${format}`, given: SEVERAL },
  { run: `get missing -w ${format}`, given: SEVERAL },
  { run: `get a -w=${format} --hex`, given: SEVERAL, since: '3.6' },
  { run: `get a --keys-only --prefix --write-out ${format}`, given: SEVERAL },
  { run: ['get', '', '--prefix', '-w', format], given: ODD },
];

const get: readonly SideBySideCase[] = [
  ...oneKey,
  ...FORMATS.flatMap(getIn),
  { run: 'get a b', given: SEVERAL },
  { run: 'get a b extra', given: SEVERAL },
  { run: 'get a --from-key', given: SEVERAL },
  { run: ['get', '', '--from-key'], given: SEVERAL },
  { run: ['get', '', '--prefix'], given: SEVERAL },
  { run: 'get a --prefix --limit=2', given: SEVERAL },
  { run: 'get a --prefix --limit=2 -w json', given: SEVERAL },
  { run: 'get a --prefix --limit=0x1', given: SEVERAL },
  { run: 'get a --prefix --limit=-1', given: SEVERAL },
  { run: 'get a --rev=1', given: SEVERAL },
  { run: 'get a --rev=-3', given: SEVERAL },
  { run: 'get a --rev=999999999' },
  { run: 'get a --prefix --order=DESCEND', given: SEVERAL },
  { run: 'get a --prefix --order=ascend', given: SEVERAL },
  { run: 'get a --prefix --order=descend --sort-by=MODIFY', given: SEVERAL },
  { run: 'get a --prefix --sort-by=value --order=ASCEND', given: SEVERAL },
  { run: 'get a --prefix --sort-by=create --order=DESCEND', given: SEVERAL },
  { run: 'get a --prefix --sort-by=version --order=DESCEND', given: SEVERAL },
  { run: 'get a --prefix --sort-by=key', given: SEVERAL },
  ...askingNoServer([{ run: 'get a --order=up' }, { run: 'get a --sort-by=size' }]),
  { run: 'get a --consistency=s', given: SEVERAL },
  { run: 'get a --consistency=l', given: SEVERAL },
  { run: 'get a --consistency=x', asksNoServer: true },
  { run: 'get a --keys-only', given: SEVERAL },
  { run: 'get a --prefix --count-only -w fields', given: SEVERAL, since: '3.6' },
  { run: 'get a --count-only', given: SEVERAL, since: '3.5' },
  { run: 'get a --count-only -w json', given: SEVERAL, since: '3.5' },
  { run: 'get a --count-only --keys-only', given: SEVERAL, since: '3.5', asksNoServer: true },
  { run: 'get a --print-value-only', given: SEVERAL },
  { run: 'get a --print-value-only --prefix --hex', given: SEVERAL },
  { run: 'get a --print-value-only -w json', given: SEVERAL },
  { run: 'get a --print-value-only --keys-only', given: SEVERAL },
  { run: 'get a --prefix --min-create-rev=1', given: SEVERAL, since: '3.6' },
  { run: 'get a --prefix --max-create-rev=1', given: SEVERAL, since: '3.6' },
  { run: 'get a --prefix --min-mod-rev=1', given: SEVERAL, since: '3.6' },
  { run: 'get a --prefix --max-mod-rev=1', given: SEVERAL, since: '3.6' },
  ...askingNoServer([
    { run: 'get a --min-create-rev=3 --max-create-rev=2', since: '3.6' },
    { run: 'get a --min-mod-rev=3 --max-mod-rev=2', since: '3.6' },
    { run: 'get a --prefix --from-key' },
    { run: 'get a b --prefix' },
    { run: 'get a b --from-key' },
    { run: 'get a --limit=many' },
    { run: 'get a --limit=many --command-timeout=soon' },
    { run: 'get --command-timeout=soon a --limit=many' },
    { run: 'get a --limit=9223372036854775808' },
    { run: 'get a --limit' },
    { run: 'get a --prefix=maybe' },
  ]),
  { run: 'get a --prefix=false', given: SEVERAL },
  { run: 'get --prefix=true -w=simple a', given: SEVERAL },
  { run: 'get a -wjson', given: SEVERAL },
  ...askingNoServer([
    { run: 'get a -w', given: SEVERAL },
    { run: 'get a -x' },
    { run: 'get a --prefx' },
    { run: 'get a -w xml' },
  ]),
  { run: 'get -- --prefix', given: [['put', '--', '--prefix', 'v']] },
  { run: 'ge a', given: SEVERAL },
  { run: 'get a --prefix --stream', given: SEVERAL, since: '3.7', server: '3.7' },
  { run: 'get a --prefix --stream -w json', given: SEVERAL, since: '3.7', server: '3.7' },
  { run: 'get a --prefix --stream -w json --limit=1', given: SEVERAL, since: '3.7', server: '3.7' },
  { run: 'get missing --stream -w fields', given: SEVERAL, since: '3.7', server: '3.7' },
  { run: 'get a --stream --order=DESCEND', given: SEVERAL, since: '3.7', server: '3.7' },
  ...ODD_KEYS.map((key) => ({ run: ['get', key, '-w', 'json'], given: ODD })),
];

sideBySide('get', get);
sideBySide('get over TLS', [...oneKey, ...PRINTED.flatMap(getIn)], { profile: 'tls' });
sideBySide('get with users', [...oneKey, ...['simple', 'json'].flatMap(getIn)], { profile: 'auth' });
