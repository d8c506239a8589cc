import { describe, expect, it } from 'vitest';
import type { CommandTable } from '../../src/cli/command-table.js';
import { nameMeant } from '../../src/cli/command-tree.js';
import { stringFlag } from '../../src/cli/flags.js';
import { createProgram } from '../../src/cli/program.js';
import { SUMMARIES } from '../../src/commands/v3/summaries.js';
import { createEtcdctl, ETCDCTL_COMMANDS } from '../../src/etcdctl.js';
import { createEtcdutl, ETCDUTL_COMMANDS } from '../../src/etcdutl.js';
import { UsageError } from '../../src/model/errors.js';
import { exampleProgram, helpOf, invocationOf, statusOfStreamFailure } from './example-program.js';

describe('finding the command', () => {
  it.each([
    ['get a', 'get'],
    ['g a', 'get'],
    ['compa 5', 'compaction'],
    ['endpoint health', 'endpoint health'],
    ['end hea', 'endpoint health'],
    ['endpoint --cluster health', 'endpoint health'],
    ['--endpoints x endpoint -w json health', 'endpoint health'],
    ['-wjson get a', 'get'],
    ['--hex get a', 'get'],
    ['--rev 5 get a', 'get'],
    ['get endpoint', 'get'],
  ])('etcdctl %s runs %s', (line, path) => {
    expect(invocationOf(line.split(' ')).path).toBe(path);
  });

  it.each([
    ['foo', 'unknown command "foo" for "etcdctl"', []],
    ['gte', 'unknown command "gte" for "etcdctl"', ['did you mean get?']],
    ['comp', 'unknown command "comp" for "etcdctl"', ['did you mean compaction or completion?']],
    ['Get a', 'unknown command "Get" for "etcdctl"', ['did you mean get?']],
    [
      '--prefix get foo',
      'unknown command "foo" for "etcdctl"',
      ["--prefix is not a flag of 'etcdctl': write it after the subcommand that it belongs to"],
    ],
    ['help foo', 'unknown command "foo" for "etcdctl"', []],
  ])('etcdctl %s is rejected', (line, message, reasons) => {
    const refusal = statusOfStreamFailure(() => exampleProgram().parse(line.split(' ')));
    expect(refusal).toMatchObject({ message, kind: 'flag' });
    expect(refusal.reasons).toEqual(expect.arrayContaining(reasons));
  });

  it.each([
    ['endpoint healht', ['did you mean health?', "see 'etcdctl endpoint --help'"]],
    ['endpoint h', ['did you mean health or hashkv?', "see 'etcdctl endpoint --help'"]],
    ['endpoint status --foo', ['the available commands are health, hashkv', "see 'etcdctl endpoint --help'"]],
  ])('a mistyped command of a family fails: etcdctl %s', (line, reasons) => {
    const word = line.split(' ')[1];
    const refusal = statusOfStreamFailure(() => exampleProgram().parse(line.split(' ')));
    expect(refusal.message).toBe(`unknown command "${word}" for "etcdctl endpoint"`);
    expect(refusal.reasons).toEqual(reasons);
  });
});

describe('a name that etcdctl does not have', () => {
  const names = [
    { name: 'downgrade' },
    { name: 'lease' },
    { name: 'lock' },
    { name: 'doctor', isAddition: true },
    { name: 'local', isAddition: true },
    { name: 'locate', isAddition: true },
  ];
  it.each([
    ['do', 'downgrade'],
    ['d', 'downgrade'],
    ['doc', 'doctor'],
    ['doctor', 'doctor'],
    ['l', undefined],
    ['lo', 'lock'],
    ['loca', undefined],
    ['local', 'local'],
    ['locat', 'locate'],
    ['x', undefined],
  ])('%s means %s', (word, meant) => {
    expect(nameMeant(word, names)).toBe(meant);
  });
});

describe('flags', () => {
  it.each([
    ['get a', {}],
    ['get a --prefix', { prefix: true }],
    ['get --prefix a --rev 5', { prefix: true, rev: 5n }],
    ['get a --prefix=false', { prefix: false }],
    ['get a --rev=0x1f', { rev: 31n }],
    ['get a --rev -5', { rev: -5n }],
    ['get a --rev 5 --rev 6', { rev: 6n }],
    ['get a --order=', { order: '' }],
    ['get a --order --prefix', { order: '--prefix' }],
    ['get a -i', { interactive: true }],
    ['get a -i=false', { interactive: false }],
    ['get a -iwjson', { interactive: true }],
    ['get a --no-password', { 'no-password': true }],
    ['get a --pause 1m30s', { pause: 90_000 }],
    ['get a --pause 1us', { pause: 0.001 }],
    ['get a --tag x', { tag: ['x'] }],
    ['get a --tag x,y --tag z', { tag: ['x', 'y', 'z'] }],
    ['get a --tag=', { tag: [] }],
  ])('are read from etcdctl %s', (line, changed) => {
    const defaults = {
      prefix: false,
      rev: 0n,
      order: '',
      interactive: false,
      'no-password': false,
      pause: 1500,
      tag: ['none'],
    };
    expect(invocationOf(line.split(' ')).options).toEqual({
      args: ['a'],
      flags: { ...defaults, ...changed },
      argsLenAtDash: undefined,
    });
  });

  it.each([
    ['get a', {}],
    ['get a -w json', { 'write-out': 'json' }],
    ['get a -w=json', { 'write-out': 'json' }],
    ['get a -wjson', { 'write-out': 'json' }],
    ['get a -w=', { 'write-out': '=' }],
    ['--write-out=json get a --hex', { 'write-out': 'json', hex: true }],
    ['--endpoints a,b get a --endpoints c', { endpoints: ['a', 'b', 'c'] }],
    ['--endpoints= get a', { endpoints: [] }],
    ['get a --dial-timeout=0', { 'dial-timeout': 0 }],
  ])('global flags of etcdctl %s', (line, globals) => {
    expect(invocationOf(line.split(' ')).globals).toEqual(globals);
  });

  it('of a family reach its commands, and are reset for each parse', () => {
    const program = exampleProgram();
    const flagsOf = (line: string) => {
      const outcome = program.parse(line.split(' '));
      return outcome.kind === 'run' ? outcome.invocation.options : undefined;
    };
    expect(flagsOf('endpoint hashkv --cluster --rev=5')).toMatchObject({ flags: { cluster: true, rev: 5n } });
    expect(flagsOf('endpoint hashkv')).toMatchObject({ flags: { cluster: false, rev: 0n } });
  });

  it('of one command line do not affect the next', () => {
    const program = exampleProgram();
    const flagsOf = (line: string) => {
      const outcome = program.parse(line.split(' '));
      return outcome.kind === 'run' ? outcome.invocation.options : undefined;
    };
    expect(flagsOf('get a --prefix')).toMatchObject({ flags: { prefix: true, rev: 0n } });
    expect(flagsOf('get a --rev 5')).toMatchObject({ flags: { prefix: false, rev: 5n } });
    expect(flagsOf('get a --rev 6 --prefix')).toMatchObject({ flags: { prefix: true, rev: 6n } });
    expect(flagsOf('get a')).toMatchObject({ flags: { prefix: false, rev: 0n } });
  });

  it('of a family have environment variables', () => {
    const cluster = { ETCDCTL_CLUSTER: 'true' };
    expect(invocationOf(['endpoint', 'health'], cluster).options.flags).toEqual({ cluster: true });
    const refusal = statusOfStreamFailure(() =>
      exampleProgram().parse(['endpoint', 'health', '--cluster'], cluster),
    );
    expect(refusal.message).toMatch(/^conflicting environment variable "ETCDCTL_CLUSTER"/);
  });

  it.each([
    ['get --foo', 'unknown flag: --foo', ["see 'etcdctl get --help'"]],
    ['get --perfix a', 'unknown flag: --perfix', ['did you mean --prefix?', "see 'etcdctl get --help'"]],
    ['--foo', 'unknown flag: --foo', ["see 'etcdctl --help'"]],
    ['endpoint --foo', 'unknown flag: --foo', ["see 'etcdctl endpoint --help'"]],
    ['get -x a', "unknown shorthand flag: 'x' in -x", undefined],
    ['get -ix a', "unknown shorthand flag: 'x' in -x", undefined],
    [
      'get -prefix a',
      "unknown shorthand flag: 'p' in -prefix",
      ['did you mean --prefix?', "see 'etcdctl get --help'"],
    ],
    [
      'get -5',
      "unknown shorthand flag: '5' in -5",
      ['write -- before an argument that begins with a dash', "see 'etcdctl get --help'"],
    ],
    ['get --rev', 'flag needs an argument: --rev', undefined],
    ['get -w', "flag needs an argument: 'w' in -w", undefined],
    ['get -iw', "flag needs an argument: 'w' in -w", undefined],
    ['get --=x', 'bad flag syntax: --=x', undefined],
    ['get ---x', 'bad flag syntax: ---x', undefined],
    [
      'get --rev abc',
      'invalid argument "abc" for "--rev" flag: strconv.ParseInt: parsing "abc": invalid syntax',
      ['the value must be an integer, such as 42 or 0x2a', "see 'etcdctl get --help'"],
    ],
    [
      'get --prefix=x',
      'invalid argument "x" for "--prefix" flag: strconv.ParseBool: parsing "x": invalid syntax',
      undefined,
    ],
    [
      'get -i=x',
      'invalid argument "x" for "-i, --interactive" flag: strconv.ParseBool: parsing "x": invalid syntax',
      undefined,
    ],
    [
      'get --command-timeout 5',
      'invalid argument "5" for "--command-timeout" flag: time: missing unit in duration "5"',
      ['the value must be a number with a unit, such as 300ms, 5s or 1m30s', "see 'etcdctl get --help'"],
    ],
    [
      'get --endpoints "a',
      'invalid argument "\\"a" for "--endpoints" flag: ' +
        'parse error on line 1, column 3: extraneous or missing " in quoted-field',
      undefined,
    ],
    [
      'get --rev=x --foo',
      'invalid argument "x" for "--rev" flag: strconv.ParseInt: parsing "x": invalid syntax',
      undefined,
    ],
    [
      'get --rev=x --command-timeout=5',
      'invalid argument "x" for "--rev" flag: strconv.ParseInt: parsing "x": invalid syntax',
      undefined,
    ],
    [
      '--command-timeout=5 get --rev=x',
      'invalid argument "5" for "--command-timeout" flag: time: missing unit in duration "5"',
      undefined,
    ],
    ['get -h --foo', 'unknown flag: --foo', undefined],
  ])('etcdctl %s is rejected', (line, message, reasons) => {
    const refusal = statusOfStreamFailure(() => exampleProgram().parse(line.split(' ')));
    expect(refusal).toMatchObject({ message, kind: 'flag', ...(reasons && { reasons }) });
  });
});

describe('required flags', () => {
  const parse = (...argv: string[]) => {
    const program = exampleProgram();
    program.command({
      name: 'move',
      summary: 'Move',
      flags: {
        to: stringFlag('', 'where to', { isRequired: true }),
        from: stringFlag('', 'where from', { isRequired: true }),
      },
      deadline: ({ from }: { to: string; from: string }) => (from === '' ? 'files' : 'none'),
      toOptions: (_args, { to, from }: { to: string; from: string }) => ({ to, from }),
      run: async () => {},
    });
    return program.parse(['move', ...argv]);
  };

  it('are listed in order when they are missing', () => {
    expect(statusOfStreamFailure(() => parse())).toMatchObject({
      message: 'required flag(s) "from", "to" not set',
      kind: 'flag',
    });
    expect(statusOfStreamFailure(() => parse('--to=x')).message).toBe('required flag(s) "from" not set');
  });

  it('may be empty, and are not required with --help', () => {
    expect(parse('--to=', '--from=')).toMatchObject({ invocation: { options: { to: '', from: '' } } });
    const help = parse('--help');
    expect(help.kind === 'text' && help.text()).toContain('(required)');
  });

  it('can determine the deadline policy', () => {
    expect(parse('--to=x', '--from=')).toMatchObject({ invocation: { deadline: 'files' } });
    expect(parse('--to=x', '--from=y')).toMatchObject({ invocation: { deadline: 'none' } });
  });
});

describe('arguments', () => {
  it.each([
    [['get', '--', '--prefix', '-5'], ['--prefix', '-5'], 0],
    [['get', 'a', '--', 'cmd', '-x', '--', 'y'], ['a', 'cmd', '-x', '--', 'y'], 1],
    [['get', 'a', '--'], ['a'], 1],
    [['get', '', '-', 'b c'], ['', '-', 'b c'], undefined],
    [['get', 'help'], ['help'], undefined],
    [['endpoint', 'health', '--cluster', '--', 'hashkv'], ['hashkv'], 0],
    [['get', 'a\udcff', '--order', '\udc80'], ['a\udcff'], undefined],
  ])('are told from flags in %j', (argv, args, argsLenAtDash) => {
    expect(invocationOf(argv).options).toMatchObject({ args, argsLenAtDash });
  });

  it('rejected by the command keep its error message', () => {
    const program = exampleProgram();
    program.command({
      name: 'picky',
      summary: 'Wants more',
      flags: {},
      deadline: 'none',
      toOptions: () => {
        throw new UsageError('picky command needs 5 arguments');
      },
      run: async () => {},
    });
    expect(statusOfStreamFailure(() => program.parse(['picky']))).toMatchObject({
      message: 'picky command needs 5 arguments',
      kind: 'arguments',
      reasons: [],
    });
  });
});

it('an invocation runs its command with the parsed options', async () => {
  const ran: unknown[] = [];
  const program = exampleProgram();
  program.command({
    name: 'note',
    summary: 'Notes',
    flags: {},
    deadline: 'none',
    toOptions: ([first]) => ({ first }),
    run: async (options) => void ran.push(options),
  });
  const outcome = program.parse(['note', 'x']);
  if (outcome.kind === 'run') await outcome.invocation.run(undefined as never);
  expect(outcome).toMatchObject({ kind: 'run', invocation: { path: 'note', deadline: 'none' } });
  expect(ran).toEqual([{ first: 'x' }]);
});

describe('help instead of a command', () => {
  it.each([
    ['', 'etcdctl <command>'],
    ['-h', 'etcdctl <command>'],
    ['help', 'etcdctl <command>'],
    ['--hex', 'etcdctl <command>'],
    ['-- get a', 'etcdctl <command>'],
    ['get -h', 'etcdctl get <key> [flags]'],
    ['get --rev 5 a --help', 'etcdctl get <key> [flags]'],
    ['-h get', 'etcdctl get <key> [flags]'],
    ['help get', 'etcdctl get <key> [flags]'],
    ['help endpoint health', 'etcdctl endpoint health [flags]'],
    ['endpoint', 'etcdctl endpoint <command>'],
    ['endpoint --cluster', 'etcdctl endpoint <command>'],
    ['endpoint foo -h', 'etcdctl endpoint <command>'],
  ])('is what etcdctl %s gives', (line, usage) => {
    expect(helpOf(line.split(' ').filter(Boolean))).toContain(`Usage:\n  ${usage}`);
  });

  it('is not given for --help=false', () => {
    expect(invocationOf(['get', 'a', '--help=false']).path).toBe('get');
  });
});

const names = ['get', 'getaway', 'put', 'hello'];

/** Which commands of a table with these names are loaded for the command line. */
async function loadedFor(argv?: readonly string[]): Promise<string[]> {
  const loaded: string[] = [];
  const table: CommandTable = Object.fromEntries(
    names.map((name) => [
      name,
      async () => {
        loaded.push(name);
        return (parent) => parent.family({ name, summary: '', flags: {} });
      },
    ]),
  );
  const program = createProgram({
    name: 'example',
    summary: '',
    globalFlags: {},
    listsGlobalFlagsApart: true,
  });
  await program.load(table, argv);
  return loaded;
}

describe('of a table of commands', () => {
  it.each([
    [['put', 'x'], ['put']],
    [['--help=false', 'pu'], ['put']],
    [['get'], ['get']],
    [['geta'], ['getaway']],
  ])('%j loads %j', async (argv, expected) => {
    expect(await loadedFor(argv)).toEqual(expected);
  });

  it.each([[[]], [['--help']], [['nope']], [['ge', 'x']], [['help', 'put']], [['he']], [['__complete', '']]])(
    '%j loads all commands',
    async (argv) => {
      expect(await loadedFor(argv)).toEqual(names);
    },
  );

  it('all commands are loaded without a command line', async () => {
    expect(await loadedFor()).toEqual(names);
  });
});

it('etcdctl has the summaries of its commands for its help page, which needs no command', async () => {
  const { commands } = (await createEtcdctl()).describe();
  const declared = commands.filter(({ name }) => name in ETCDCTL_COMMANDS);
  expect(SUMMARIES).toEqual(
    Object.fromEntries(declared.map(({ name, group, summary }) => [name, { group, summary }])),
  );
  for (const argv of [['--help'], [], ['--debug']]) {
    const page = (program: Awaited<ReturnType<typeof createEtcdctl>>) => {
      const outcome = program.parse(argv);
      return outcome.kind === 'text' ? outcome.text(80) : '';
    };
    const program = await createEtcdctl(argv);
    expect(page(program)).toBe(page(await createEtcdctl()));
    expect(program.describe().commands.every(({ flags }) => flags.length === 0)).toBe(true);
  }
});

describe.each([
  ['etcdctl', ETCDCTL_COMMANDS, createEtcdctl],
  ['etcdutl', ETCDUTL_COMMANDS, createEtcdutl],
])('the table of %s', (_program, table, create) => {
  it.each(Object.keys(table))('has %s under the name that the command registers', async (name) => {
    const { commands } = (await create([name])).describe();
    const builtIn = new Set(['help', 'options']);
    expect(commands.map((command) => command.name).filter((each) => !builtIn.has(each))).toEqual([name]);
  });
});
