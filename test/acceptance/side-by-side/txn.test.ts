import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TxnResponse } from '../../../src/wire/etcdserver.js';
import { type Lab, startLab } from '../../support/lab/lab.js';
import { ourEtcdctl, type Program } from '../../support/lab/program.js';
import { type SideBySideCase, sideBySide } from '../../support/lab/side-by-side.js';
import { startOnTerminal, terminalsMissing } from '../../support/lab/terminal.js';

const SEVERAL = ['put a 1', 'put ab 2', 'put abc 3', 'put b 4', 'put a 5'];
const FORMATS = ['simple', 'json', 'fields', 'protobuf', 'table'];

/** A transaction with these lists, as typed on stdin. */
function txn(
  compares: readonly string[],
  success: readonly string[] = [],
  failure: readonly string[] = [],
): string {
  return [...compares, '', ...success, '', ...failure, '', ''].join('\n');
}

/** A transaction that reads one key when the comparison is true, and another one when it is false. */
function comparing(line: string): SideBySideCase {
  return { run: 'txn', stdin: txn([line], ['get a'], ['get b']), given: SEVERAL };
}

/** A transaction with a request that changes nothing. */
function asking(line: string): SideBySideCase {
  return { run: 'txn', stdin: txn([], [line]), given: SEVERAL };
}

function changing(...lines: readonly string[]): SideBySideCase {
  return { run: 'txn', stdin: txn([], lines), given: SEVERAL, changes: true };
}

function typed(stdin: string | Uint8Array, run = 'txn'): SideBySideCase {
  return { run, stdin, given: SEVERAL };
}

const essential: readonly SideBySideCase[] = [
  ...['=', '!=', '>'].map((operator) => comparing(`ver("a") ${operator} "2"`)),
  changing('put k v'),
  changing('put k "two words"', "put l 'two \"words'", 'put m `back'),
  changing('put a new --prev-kv', 'get a'),
];

const comparisons: readonly SideBySideCase[] = [
  ...['ver', 'version', 'c', 'create', 'm', 'mod', 'val', 'value'].flatMap((target) =>
    ['=', '!=', '>', '<'].map((operator) => comparing(`${target}("a") ${operator} "2"`)),
  ),
  ...[
    'val("a") = "5"',
    'val("a") = `5`',
    'val(`a`) < "6"',
    'val("\\x61") = "\\65"',
    'val("a") = "\\u0035"',
    'val("missing") = ""',
    'mod("missing") = "0"',
    'ver("a") = "+2"',
    'ver("a") > "-9223372036854775808"',
    'ver("a") < "9223372036854775807"',
    'ver(   "a")   =   "2"',
    'ver("a")\t=\t"2"',
    '\tver("a") = "2"  ',
    'ver("a") = "2" and more',
    'ver("a") = "2"and more',
    'val("日本") = "é"',
    'val("") = ""',
  ].map(comparing),
  { run: 'txn', stdin: txn(['ver("a") = "2"', 'ver("b") = "1"'], ['get a'], ['get b']), given: SEVERAL },
  { run: 'txn', stdin: txn(['ver("a") = "2"', 'ver("b") = "2"'], ['get a'], ['get b']), given: SEVERAL },
];

const badComparisons: readonly SideBySideCase[] = [
  'nonsense',
  '()',
  '(',
  'mod(',
  'mod()',
  'mod(a) = "1"',
  'mod("a) = "1"',
  'mod("a" = "1"',
  'mod("a"',
  'mod("a")',
  'mod("a") ',
  'mod("a") =',
  'mod("a") = 1',
  'mod("a") = "1',
  'mod("a") = `1',
  'mod("a")= "1"',
  'mod("a") ="1"',
  'mod("a" ) = "1"',
  "mod('a') = '1'",
  'mod("\\q") = "1"',
  'mod("\\\'") = "1"',
  'mod("\\400") = "1"',
  'mod("\\ud800") = "1"',
  'mod("a") = "\\q"',
  'mod("quo\\"te\\n日\\x00") ? more',
  'mod("a") = "x"',
  'mod("a") = ""',
  'mod("a") = "0x1"',
  'mod("a") = "1_0"',
  'mod("a") = "9223372036854775808"',
  'mod("a") == "x"',
  'MOD("a") = "1"',
  'mod ("a") = "1"',
  'range("a") = "1"',
  '("a") = "1"',
  'put k v',
].map((line) => ({ run: 'txn', stdin: txn([line]) }));

const reads: readonly SideBySideCase[] = [
  ...[
    'get a',
    'get missing',
    'get a b',
    'get a --prefix',
    'get --prefix a',
    '--prefix=true get a',
    'get a --prefix --limit 2',
    'get a --prefix --limit=0x1',
    'get a --prefix --order=DESCEND --sort-by=MODIFY',
    'get a --prefix --keys-only',
    'get a --prefix --count-only',
    'get a --prefix --print-value-only',
    'get a --from-key',
    'get a --consistency=s',
    'get a --rev=1',
    'get a --rev=999999999',
    'get ""',
    'get "" --prefix',
    "get ''",
    'get "a"',
    'get a"b',
    'get "a"b',
    'get "a',
    'get "\\x61"',
    'get -- a',
    'g a',
  ].map(asking),
  // Earlier versions of etcdctl truncate single-quoted words.
  { ...asking("get 'a'"), since: '3.6' },
  { ...asking('get a --stream'), since: '3.7' },
  { ...asking('get a --prefix --min-mod-rev=3 --max-create-rev=4'), since: '3.6' },
];

const badRequests: readonly SideBySideCase[] = [
  ...[
    'get a --order=up',
    'get a --sort-by=size',
    'get a --consistency=x',
    'get a --prefix --from-key',
    'get a b --prefix',
    'get "\\q"',
    'get "\\\'"',
    'get a --nonsense',
    'get a --limit=x',
    'get a --limit',
    'get a -w json',
    'get',
    'get ',
    'GET a',
    'foo bar',
    'lease list',
    'member list',
    '# comment line',
    'put k',
    'put',
    'put k v --ignore-value',
    'put k v --lease=xyz',
    'put k v --nonsense',
    'put -k v',
    'del a b c',
    'del',
    'del a --prefix --from-key',
    'del a b --prefix',
  ].map(asking),
  { ...asking('get a --min-mod-rev=3 --max-mod-rev=2'), since: '3.6' },
  { ...asking('get a --keys-only --count-only'), since: '3.5' },
];

const CRASHES = 'etcdctl crashes with a Go stack trace, status 2';

const writes: readonly SideBySideCase[] = [
  changing('put k v'),
  changing('put k "two words"', "put l 'two \"words'", 'put m `back'),
  changing('put a new --prev-kv', 'get a'),
  changing('put k ""', 'get k'),
  changing('put k v extra'),
  changing('put a --ignore-value --prev-kv'),
  changing('put -- -k -v', 'get -- -k'),
  changing('put k -- -v', 'get k'),
  changing('put "\\xff\\x00\\377" "\\u00ff\\n\\t"', 'get "\\xff\\000\\xff"'),
  changing('put 日本 "é😀"', 'get 日本'),
  changing('put k\u00a0x v', 'get k --prefix'),
  { ...changing('p k v', 'g k', 'd k x --range'), since: '3.6' },
  changing('put --lease 0 k v'),
  changing('del a'),
  changing('del a --prefix --prev-kv'),
  { ...changing('del a b --range --prev-kv'), since: '3.6' },
  {
    ...changing('del a b'),
    newestServerOnly: 'the command waits in the client, and then does the same as del --range',
  },
  changing('del b --from-key'),
  changing('del missing'),
  changing('get a --prefix', 'del a', 'get a --prefix'),
  {
    run: 'txn',
    stdin: txn(['ver("a") = "7"'], ['put a x'], ['put b y --prev-kv', 'get b']),
    given: SEVERAL,
    changes: true,
  },
  {
    run: 'txn --hex',
    stdin: txn([], ['put k v', 'get k', 'del a --prev-kv']),
    given: SEVERAL,
    changes: true,
  },
  ...[
    'put k v --lease=1234',
    'put k v --ignore-lease',
    'put "" v',
    'put missing --ignore-value',
    'put k v\nput k w',
    'put k v\ndel k',
    'del ""',
  ].map(asking),
];

const formats: readonly SideBySideCase[] = FORMATS.flatMap((format) => {
  const lines = [
    'get a --prefix',
    'put k v --prev-kv',
    'put b w --prev-kv',
    'del abc --prev-kv',
    'get missing',
  ];
  const message = format === 'protobuf' ? { message: TxnResponse } : {};
  const base = { given: SEVERAL, changes: true, ...message, ...(format === 'fields' && { since: '3.6' }) };
  return [
    { ...base, run: `txn -w ${format}`, stdin: txn([], lines) },
    { ...base, run: `txn -w ${format}`, stdin: txn(['ver("a") = "9"'], [], ['get a']) },
    { ...base, run: `txn -w ${format}`, stdin: txn([]) },
    ...(format === 'table'
      ? []
      : [{ ...base, run: `txn -w ${format} --hex`, stdin: txn([], lines), since: '3.6' }]),
  ];
});

const inputs: readonly SideBySideCase[] = [
  typed(''),
  typed('\n'),
  typed('\n\n'),
  typed('\n\n\n'),
  typed('\r\n\r\n\r\n'),
  typed(' \n\t\n \u3000 \n'),
  typed('\n\n\nignored (after the end\n'),
  typed('mod("a") > "0"'),
  typed('mod("a") > "0"\n'),
  typed('mod("a") > "0"\n\nget a'),
  typed('mod("a") > "0"\n\nget a\n'),
  typed('mod("a") > "0"\n\nget a\n\nget b'),
  typed('mod("a") > "0"\n\nget a\n\nget b\n'),
  typed('mod("a") > "0"\r\n\r\nget a\r\n\r\nget b\r\n\r\n'),
  typed('   mod("a") > "0"   \n\n  get   a  \n\n\n'),
  typed('\u00a0mod("a") > "0"\u2003\n\n\u3000get a\u0085\n\n\n'),
  typed('\ufeffmod("a") > "0"\n\n\n\n'),
  typed(Buffer.concat([Buffer.from('\nget '), Buffer.of(0xff, 0xfe), Buffer.from('\n\n\n')])),
  typed(Buffer.from('\nget \0\n\n\n')),
  ...[
    '',
    '\n',
    '\n\n',
    '\n\n\n',
    'nonsense\n',
    '\nnonsense more\n',
    'mod("a") > "0"\n\nget a\n\nget b\n\n',
  ].map((stdin) => typed(stdin, 'txn -i')),
  typed('\n\n\n', 'txn --interactive=true'),
  typed('\n\n\n', 'txn --interactive=false'),
  typed('\nget a\n\n\n', 'txn -i -w json'),
  typed('\n\n\n', 'txn surplus'),
  { ...typed('\n\n\n', 'txn --nonsense'), since: '3.6' },
  typed('\n\n\n', 'tx'),
];

const ON_PURPOSE: readonly SideBySideCase[] = [
  ...['=', '!=', '>', '<'].map((operator) => ({
    ...comparing(`lease("a") ${operator} "0"`),
    differs: {
      why: `${CRASHES}; here the comparison works, with the lease's id in hexadecimal`,
      stdout: `${operator === '=' ? 'SUCCESS\n\na\n5\n' : 'FAILURE\n\nb\n4\n'}`,
      code: 0,
    },
  })),
  ...['==', '>=', 'is'].map((operator) => ({
    ...comparing(`mod("a") ${operator} "1"`),
    differs: {
      why: `${CRASHES}, at an operator that it does not know`,
      error: `Error: invalid txn compare request: mod("a") ${operator} "1"`,
      code: 3,
    },
  })),
  {
    ...typed(Buffer.concat([Buffer.from('\nput "'), Buffer.of(0xff), Buffer.from('" v\nget "\\xff"\n\n\n')])),
    changes: true,
    differs: {
      why: 'a byte that is not UTF-8 is stored unchanged; etcdctl stores U+FFFD for it when it is in double quotes',
      stdout: 'SUCCESS\n\nOK\n\n\xff\nv\n',
    },
  },
];

sideBySide('txn', [...comparisons, ...reads, ...writes, ...formats, ...ON_PURPOSE]);
sideBySide('txn input', [...badComparisons, ...badRequests, ...inputs], { newestServerOnly: true });
sideBySide('txn over TLS', essential, { profile: 'tls' });
sideBySide('txn with users', essential, { profile: 'auth' });

describe.skipIf(terminalsMissing !== undefined)('txn -i on a terminal', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab?.stop());

  /** Types each answer after its prompt appears; returns the terminal's output and the exit code. */
  async function converse(program: Program, answers: readonly (readonly [string, string])[]) {
    await lab.real(['del', 'k']);
    const running = startOnTerminal(program, [...lab.flags(), 'txn', '-i'], {
      env: { NO_COLOR: '1' },
    });
    for (const [prompt, answer] of answers) {
      await running.waitFor(prompt);
      running.send(answer);
    }
    const { stdout, code } = await running.result;
    return { shown: stdout.toString(), code };
  }

  const CTRL_C = '\x03';
  const CTRL_D = '\x04';
  it.each([
    [
      'a transaction',
      [
        ['compares:', 'ver("k") = "0"\n\n'],
        ['success requests', 'put k v\nget k\n\n'],
        ['failure requests', '\n'],
      ],
      0,
    ],
    ['Ctrl-C', [['compares:', CTRL_C]], 130],
    [
      'Ctrl-C in a line',
      [
        ['compares:', '\n'],
        ['success requests', `put k${CTRL_C}`],
      ],
      130,
    ],
  ] as const)('%s', async (_name, answers, code) => {
    const real = await converse(lab.newestEtcdctl, answers);
    expect(await converse(ourEtcdctl(), answers)).toEqual(real);
    expect(real.code).toBe(code);
  });

  it.each([
    ['the end of the input', [['compares:', CTRL_D]], 'Error: EOF'],
    ['a bad line', [['compares:', 'nonsense\n']], 'Error: malformed comparison: nonsense'],
  ] as const)('%s', async (_name, answers, error) => {
    for (const program of [lab.newestEtcdctl, ourEtcdctl()]) {
      const { shown, code } = await converse(program, answers);
      expect([shown.includes(`${error}\r\n`), code]).toEqual([true, 3]);
    }
  });
});
