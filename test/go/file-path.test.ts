import { expect, it } from 'vitest';
import { baseName, cleanPath, joinPath, parentPath, systemPath } from '../../src/go/file-path.js';

it.each([
  ['', '.'],
  ['.', '.'],
  ['/', '/'],
  ['//a//b/', '/a/b'],
  ['./a/./b/.', 'a/b'],
  ['a/../b', 'b'],
  ['../../a', '../../a'],
  ['a/../../b', '../b'],
  ['/../a', '/a'],
  ['..', '..'],
])('cleanPath(%j) is %j', (path, clean) => {
  expect(cleanPath(path)).toBe(clean);
});

it.each([
  ['d', '.', 'd'],
  ['/d', '/', 'd'],
  ['/', '/', ''],
  ['a/b', 'a', 'b'],
  ['.', '.', '.'],
])('the parent of %j is %j', (path, parent, name) => {
  expect([parentPath(path), baseName(path)]).toEqual([parent, name]);
});

it('joinPath joins and cleans', () => {
  expect(joinPath('d/', 'member', '', 'snap')).toBe('d/member/snap');
});

it('systemPath keeps bytes that are not UTF-8', () => {
  expect(systemPath(joinPath('a\udcff', 'b'))).toEqual(Buffer.from([0x61, 0xff, 0x2f, 0x62]));
  expect(systemPath('ü')).toBe('ü');
});
