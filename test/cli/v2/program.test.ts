import { describe, expect, it } from 'vitest';
import { createEtcdctlV2 } from '../../../src/etcdctl-v2.js';

const parse = (...argv: string[]) => createEtcdctlV2().parse(argv);
const help = (...argv: string[]) => {
  const outcome = parse(...argv);
  if (outcome.kind !== 'text') throw new Error('a run instead of help');
  return outcome.text;
};

describe('the version 2 program', () => {
  it('accepts global flags before the name of the command, and its own flags anywhere after it', () => {
    const outcome = parse('-o', 'json', '-C=x', '--no-sync', 'set', '/a', '--ttl', '5', 'v');
    expect(outcome).toMatchObject({
      kind: 'run',
      path: 'set',
      globals: { output: 'json', peers: 'x', 'no-sync': true },
      options: { key: '/a', value: { given: 'v' }, ttlSeconds: 5n },
    });
  });

  it('finds commands in families', () => {
    expect(parse('member', '--', 'remove', '12ab')).toMatchObject({
      path: 'member remove',
      options: { id: '12ab' },
    });
  });

  it.each([
    [['nonsense'], "No help topic for 'nonsense'"],
    [['ge'], "No help topic for 'ge'"],
    [['member', 'nonsense'], "No help topic for 'nonsense'"],
    [['help', 'nonsense'], "No help topic for 'nonsense'"],
  ])('rejects %j', (argv, message) => {
    expect(() => parse(...argv)).toThrow(expect.objectContaining({ message, ending: 'help-topic' }));
  });

  it('suggests similar names, and the help page', () => {
    expect(() => parse('gte')).toThrow(
      expect.objectContaining({ reasons: [`'etcdctl' has no command "gte"`, 'did you mean get?'] }),
    );
    expect(() => parse('get', '--sotr', '/a')).toThrow(
      expect.objectContaining({ reasons: ['did you mean --sort?', "see 'etcdctl get --help'"] }),
    );
  });

  it.each([[[]], [['help']], [['h']], [['--help', 'get']], [['-h']], [['--help=false']]])(
    'shows the help page of the program for %j',
    (argv) => {
      expect(help(...argv)).toMatch(
        /^NAME:\n {3}etcdctl - .*\nUSAGE:\n.*\nCOMMANDS:\n.*\nGLOBAL OPTIONS:\n/s,
      );
    },
  );

  it.each([
    [['get', '--help'], 'etcdctl get - '],
    [['get', '/a', '-h'], 'etcdctl get - '],
    [['help', 'get'], 'etcdctl get - '],
    [['member'], 'etcdctl member - '],
    [['member', 'help'], 'etcdctl member - '],
    [['member', 'help', 'add'], 'etcdctl member add - '],
    [['member', 'add', '-h'], 'etcdctl member add - '],
    [['help', 'member'], 'etcdctl member - '],
  ])('shows the help page for %j', (argv, beginning) => {
    expect(help(...argv)).toContain(`NAME:\n   ${beginning}`);
  });

  it('shows the flags of a command with long and short names', () => {
    expect(help('role', 'grant', '--help')).toMatchInlineSnapshot(`
      "NAME:
         etcdctl role grant - Grant a role permission to a key or a prefix

      USAGE:
         etcdctl [global options] role grant [command options] <role>

      EXAMPLES:
         etcdctl role grant reader --path '/config/*' --read

      OPTIONS:
         --path <text>      key of the permission; a trailing * makes it a prefix
         --read             read permission
         --write            write permission
         --readwrite, --rw  read and write permission
         --help, -h         show this help

      Run 'etcdctl --help' for the global options.
      "
    `);
  });

  it('prints the version, even if an unknown command follows', () => {
    expect(help('-v', 'nonsense')).toMatch(/^etcdctl version: \d+\.\d+\.\d+\nAPI version: 2\n$/);
    expect(() => parse('get', '--version')).toThrow('flag provided but not defined: -version');
  });
});
