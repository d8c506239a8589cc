import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { expect, it } from 'vitest';
import { pathErrorText, systemCallText, systemErrorText } from '../../src/go/system-error.js';

function systemError(code: string, errno: number): Error {
  return Object.assign(new Error(`${code}: in the runtime’s words, open 'x'`), {
    code,
    errno,
    syscall: 'open',
  });
}

it.each([
  ['a name whose words are libuv’s', systemError('ENOENT', -2), 'no such file or directory'],
  ['a name that libuv words differently', systemError('ELOOP', -40), 'too many levels of symbolic links'],
  ['an error that Node only numbers', systemError('Unknown system error -122', -122), 'disk quota exceeded'],
  ['the same as Bun names it', systemError('EDQUOT', -122), 'disk quota exceeded'],
  ['a name without a number', Object.assign(new Error('x'), { code: 'EHOSTUNREACH' }), 'no route to host'],
  ['an error of name servers', systemError('EAI_AGAIN', -3001), 'temporary failure'],
  ['a code of the runtime', Object.assign(new Error('message'), { code: 'ERR_X' }), 'message'],
  ['no error of the system', new Error('not a regular file'), 'not a regular file'],
  ['no error', 'text', 'text'],
])('%s', (_what, error, words) => {
  expect(systemErrorText(error)).toBe(words);
});

it('has the operation and the path', () => {
  expect(pathErrorText('open', '/x y', systemError('EROFS', -30))).toBe('open /x y: read-only file system');
});

it('has a text for every error of this system', () => {
  const table = readFileSync(new URL('../../src/go/system-error.ts', import.meta.url), 'utf8');
  const numbers = new Map(Array.from(table.matchAll(/^(\d+) (\w+) /gm), ([, n, name]) => [name, Number(n)]));
  const known = process.platform === 'linux' ? Object.entries(constants.errno) : [];
  for (const [name, number] of known) expect([name, numbers.get(name)]).toEqual([name, number]);
});

it.each([
  [{ code: 'EACCES', errno: -13, syscall: 'open', path: '/x' }, 'open /x: permission denied'],
  [{ code: 'ENOTDIR', errno: -20, syscall: 'scandir', path: '/x' }, 'open /x: not a directory'],
  [
    { code: 'EXDEV', errno: -18, syscall: 'rename', path: 'a', dest: 'b' },
    'rename a b: invalid cross-device link',
  ],
  [{ code: 'ENOENT', errno: -2, syscall: 'uv_cwd' }, 'getwd: no such file or directory'],
  [{ code: 'ERR_INVALID_ARG_VALUE' }, undefined],
  [{}, undefined],
])('the text of %j is "%s"', (properties, text) => {
  expect(systemCallText(Object.assign(new Error('x'), properties))).toBe(text);
});
