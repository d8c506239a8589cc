import { describe, expect, it } from 'vitest';
import { boolFlag, durationFlag, int64Flag, stringFlag } from '../../../src/cli/flags.js';
import { stringArrayFlag } from '../../../src/cli/v2/arguments.js';
import { flagsFirst, parseFlagWords } from '../../../src/cli/v2/dialect.js';

const TABLE = {
  recursive: boolFlag(false, '', { short: 'r' }),
  readwrite: boolFlag(false, '', { short: 'rw' }),
  p: boolFlag(false, ''),
  ttl: int64Flag(0n, ''),
  path: stringFlag('', ''),
  timeout: durationFlag(0, ''),
  roles: stringArrayFlag(''),
};

describe('flags of the version 2 commands', () => {
  it.each([
    [['-r', 'x'], ['--recursive=true'], ['x']],
    [['--r', '-p'], ['--recursive=true', '--p=true'], []],
    [['-rw'], ['--readwrite=true'], []],
    [['-recursive=false', '-ttl', '5'], ['--recursive=false', '--ttl=5'], []],
    [['--ttl=0x10', '--path', '-r'], ['--ttl=0x10', '--path=-r'], []],
    [['--path=', 'x', '-r'], ['--path='], ['x', '-r']],
    [['--path', '--', 'x'], ['--path=--'], ['x']],
    [['-r', '--', '-p'], ['--recursive=true'], ['-p']],
    [['-'], [], ['-']],
    [['', '-r'], [], ['', '-r']],
    [['--timeout', '1m0.5s'], ['--timeout=1m0.5s'], []],
    [['--roles', 'a,b', '--roles', 'c'], ['--roles=a,b', '--roles=c'], []],
  ])('parses %j', (args, tokens, rest) => {
    expect(parseFlagWords(args, TABLE)).toEqual({ tokens, rest });
  });

  it.each([
    [['-x'], 'flag provided but not defined: -x'],
    [['--x=1'], 'flag provided but not defined: -x'],
    [['-rp'], 'flag provided but not defined: -rp'],
    [['--ttl'], 'flag needs an argument: -ttl'],
    [['-ttl', 'soon'], 'invalid value "soon" for flag -ttl: parse error'],
    [['--ttl=9223372036854775808'], 'invalid value "9223372036854775808" for flag -ttl: value out of range'],
    [['--timeout=5'], 'invalid value "5" for flag -timeout: parse error'],
    [['-r=maybe'], 'invalid boolean value "maybe" for -r: parse error'],
    [['--=x'], 'bad flag syntax: --=x'],
    [['---r'], 'bad flag syntax: ---r'],
    [['-=x'], 'bad flag syntax: -=x'],
    [['-r', '--recursive'], 'Cannot use two forms of the same flag: r recursive'],
  ])('rejects %j', (args, message) => {
    expect(() => parseFlagWords(args, TABLE)).toThrow(expect.objectContaining({ message, ending: 'plain' }));
  });

  it.each([
    [['a', '--ttl', '5', 'b'], ['--ttl', '5', 'a', 'b'], undefined],
    [['a', '--ttl=5', 'b'], ['--ttl=5', 'a', 'b'], undefined],
    // The argument after a flag moves with it, even if the flag needs no value.
    [['a', '-r', 'b'], ['-r', 'b', 'a'], undefined],
    [['a', '-r=true', 'b'], ['-r=true', 'a', 'b'], undefined],
    [['--ttl', '-1', 'a'], ['--ttl', '-1', 'a'], undefined],
    [['a', '-1'], ['a', '-1'], undefined],
    [['a', '-', '-r'], ['-r', 'a', '-'], undefined],
    [['a', '-r', '-p', '--', '-p'], ['-r', '-p', '--', '-p', 'a'], undefined],
    [['a', '-r=true', '--', '-p'], ['-r=true', '--', 'a', '-p'], 1],
    [['a', '--', '-r'], ['--', 'a', '-r'], 1],
    [['--', 'a'], ['--', 'a'], 0],
    [['-r', 'a', '--', 'b'], ['-r', 'a', '--', 'b'], 0],
  ])('moves the flags of %j before the arguments', (args, words, argsLenAtDash) => {
    expect(flagsFirst(args, TABLE)).toEqual({ words, argsLenAtDash });
  });

  it('suggests only long names', () => {
    expect(() => parseFlagWords(['--recursiv'], TABLE)).toThrow(
      expect.objectContaining({ reasons: ['did you mean --recursive?'] }),
    );
  });
});
