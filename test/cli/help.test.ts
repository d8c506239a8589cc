import { describe, expect, it } from 'vitest';
import { boolFlag, stringFlag } from '../../src/cli/flags.js';
import { GLOBAL_FLAGS } from '../../src/cli/global-flags.js';
import { createProgram } from '../../src/cli/program.js';
import { exampleProgram, helpOf } from './example-program.js';

describe('help', () => {
  it('of the program lists the commands by group', () => {
    expect(helpOf([])).toMatchInlineSnapshot(`
      "Talks to etcd.

      Usage:
        etcdctl <command> [arguments] [flags]

      Key-value commands:
        get         Print keys
        compaction  Forget old revisions

      Cluster maintenance commands:
        endpoint    Ask members how they are

      Utility commands:
        help        Show the help of a command
        options     List the global flags and their environment variables
        completion  Shell completion

      Run 'etcdctl <command> --help' for the help of a command.
      Run 'etcdctl options' for the flags that every command accepts.
      "
    `);
  });

  it('of a command shows flags with choices and with defaults other than the zero value', () => {
    expect(helpOf(['get', '-h'])).toMatchInlineSnapshot(`
      "Print keys.

      Usage:
        etcdctl get <key> [flags]

      Flags:
            --prefix            all keys that begin with <key>
            --rev <number>      the store as it was at this revision
            --order <text>      order of the keys (one of ASCEND, DESCEND)
        -i, --interactive       ask
            --no-password       no password
            --pause <duration>  how long to wait (default 1.5s)
            --tag <list>        marks (default none)

      Run 'etcdctl options' for the flags that every command accepts.
      "
    `);
  });

  it('of a command in a family lists its own flags apart from those of the family', () => {
    expect(helpOf(['endpoint', 'hashkv', '-h'])).toContain(
      "Flags:\n      --rev <number>  up to here\n\nFlags of 'etcdctl endpoint':\n      --cluster  ask all members\n",
    );
  });

  it('is at most 96 columns wide, without colours and trailing spaces', () => {
    for (const argv of [[], ['get', '-h'], ['endpoint'], ['options']]) {
      for (const line of helpOf(argv).split('\n')) {
        expect(line.length).toBeLessThanOrEqual(96);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with an escape
        expect(line).not.toMatch(/\u001b|\s$/);
      }
    }
  });

  it('wraps prose, but not indented lines and examples', () => {
    const program = exampleProgram();
    const prose = 'word '.repeat(40).trim();
    const indented = `  progress ${'x'.repeat(120)}`;
    const example = `etcdctl ${'x'.repeat(120)}`;
    program.command({
      name: 'wordy',
      summary: 'Talks',
      description: `${prose}\n${indented}`,
      examples: [example, '', '# more'],
      flags: {},
      deadline: 'none',
      toOptions: () => ({}),
      run: async () => {},
    });
    const outcome = program.parse(['wordy', '-h']);
    const lines = outcome.kind === 'text' ? outcome.text().split('\n') : [];
    expect(lines).toContain(indented);
    const at = lines.indexOf('Examples:');
    expect(lines.slice(at, at + 5)).toEqual(['Examples:', `  ${example}`, '', '  # more', '']);
    expect(lines.filter((line) => line.startsWith('word '))).toHaveLength(3);
  });
});

describe('help on a narrow terminal', () => {
  const helpFor = (argv: readonly string[], columns: number) => {
    const outcome = exampleProgram().parse(argv);
    return outcome.kind === 'text' ? outcome.text(columns) : '';
  };

  it('keeps the last column free; only words that are longer take it', () => {
    for (const columns of [80, 60, 40]) {
      for (const argv of [[], ['get', '-h'], ['endpoint'], ['options']]) {
        const lines = helpFor(argv, columns).split('\n');
        const isLong = (line: string) => line.length >= columns && line.trim().includes(' ');
        expect(lines.filter(isLong)).toEqual([]);
      }
    }
  });

  it('wraps comments of examples, but not their commands', () => {
    const program = exampleProgram();
    program.command({
      name: 'wordy',
      summary: 'Talks',
      examples: [
        '# A comment that is longer than the terminal',
        'etcdctl wordy with many arguments after it',
      ],
      flags: {},
      deadline: 'none',
      toOptions: () => ({}),
      run: async () => {},
    });
    const outcome = program.parse(['wordy', '-h']);
    expect(outcome.kind === 'text' && outcome.text(40)).toContain(
      '\n  # A comment that is longer than the\n  # terminal\n  etcdctl wordy with many arguments after it\n',
    );
  });

  it('is as in a pipe when the terminal is wide, or its size is not set', () => {
    for (const argv of [[], ['get', '-h'], ['options']]) {
      expect(helpFor(argv, 97)).toBe(helpOf(argv));
      expect(helpFor(argv, 0)).toBe(helpOf(argv));
    }
  });

  it('puts the text of a flag below its name when there is no space beside it', () => {
    expect(helpFor(['get', '-h'], 40)).toMatchInlineSnapshot(`
      "Print keys.

      Usage:
        etcdctl get <key> [flags]

      Flags:
        --prefix
              all keys that begin with <key>
        --rev <number>
              the store as it was at this
              revision
        --order <text>
              order of the keys (one of
              ASCEND, DESCEND)
        -i, --interactive
              ask
        --no-password
              no password
        --pause <duration>
              how long to wait (default 1.5s)
        --tag <list>
              marks (default none)

      Run 'etcdctl options' for the flags
      that every command accepts.
      "
    `);
  });
});

describe('options', () => {
  it('lists every global flag with its variable', () => {
    const text = helpOf(['options']);
    for (const name of Object.keys(GLOBAL_FLAGS)) {
      expect(text).toContain(`--${name}`);
      expect(text).toContain(`ETCDCTL_${name.toUpperCase().replaceAll('-', '_')}`);
    }
    expect(text).toContain('default 5s; ETCDCTL_COMMAND_TIMEOUT');
  });

  it('does not exist in a program that lists the global flags on every page', () => {
    const program = createProgram({
      name: 'etcdutl',
      summary: 'Works on files of etcd',
      globalFlags: { 'write-out': stringFlag('simple', 'output format', { short: 'w' }) },
      listsGlobalFlagsApart: false,
    });
    const outcome = program.parse([]);
    expect(outcome.kind === 'text' && outcome.text()).toContain(
      '-w, --write-out <text>  output format (default simple)',
    );
    expect(() => program.parse(['options'])).toThrow('unknown command "options" for "etcdutl"');
  });
});

it('describe() returns the declarations as data', () => {
  const { commands, flags } = exampleProgram().describe();
  expect(flags.find((flag) => flag.name === 'write-out')).toEqual({
    name: 'write-out',
    short: 'w',
    kind: 'string',
    placeholder: '<text>',
    summary: GLOBAL_FLAGS['write-out'].summary,
    defaultText: 'simple',
    isRequired: false,
    isAddition: false,
    choices: ['fields', 'json', 'protobuf', 'simple', 'table'],
  });
  const endpoint = commands.find((command) => command.name === 'endpoint');
  expect(endpoint?.commands.map((command) => command.path)).toEqual(['endpoint health', 'endpoint hashkv']);
  expect(boolFlag(true, 'x').kind.format(true)).toBe('true');
});
