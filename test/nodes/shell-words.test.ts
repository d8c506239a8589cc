import { expect, it } from 'vitest';
import { argumentsOf, shellWords } from '../../src/nodes/shell-words.js';

it.each([
  ['', []],
  ['  a\tb\n c ', ['a', 'b', 'c']],
  [`a'b c'"d e"f`, ['ab cd ef']],
  [String.raw`a\ b "c\"d\e" '\f'`, ['a b', String.raw`c"d\e`, String.raw`\f`]],
  ['a \\\n  b', ['a', 'b']],
  ['a&&b;c|d>e', ['a', '&&', 'b', ';', 'c', '|', 'd', '>', 'e']],
  [`a "unclosed b`, ['a', 'unclosed', 'b']],
  ['""', ['']],
])('the words of %j', (line, words) => {
  expect(shellWords(line)).toEqual(words);
});

it.each([
  [['etcd', '--a'], ['--a']],
  [['/x/etcd', '--path=a b'], ['--path=a b']],
  [['nice', '-n', '5', 'etcd', 'x'], ['x']],
  [
    ['sh', '-c', 'x; etcd --a "b c" && y'],
    ['--a', 'b c'],
  ],
  [
    ['sh', '-ec', 'exec etcd --a --data-dir=/var/lib/etcd'],
    ['--a', '--data-dir=/var/lib/etcd'],
  ],
  [['sh', '-c', 'mkdir -p /var/lib/etcd && chown etcd /var/lib/etcd; exec etcd --a'], ['--a']],
  [['sh', '-c', 'mkdir -p /var/lib/etcd\netcd --a'], ['--a']],
  [['sh', '-c', 'mkdir /etcd; etcd'], []],
  [['wrapper', '--data-dir=/var/lib/etcd'], undefined],
  [['etcdctl', 'etcd-wrapper'], undefined],
  [[], undefined],
])('the arguments of etcd in %j', (line, args) => {
  expect(argumentsOf(line, 'etcd')).toEqual(args);
});
