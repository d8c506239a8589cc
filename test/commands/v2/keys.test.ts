import { describe, expect, it } from 'vitest';
import { type GetOptions, registerGet, runGet, toGetRequest } from '../../../src/commands/v2/get.js';
import { type LsOptions, registerLs, runLs, toLsRequest } from '../../../src/commands/v2/ls.js';
import { type MkOptions, registerMk, runMk } from '../../../src/commands/v2/mk.js';
import { registerMkdir, runMkdir, toMkdirRequest } from '../../../src/commands/v2/mkdir.js';
import { type RmOptions, registerRm, runRm, toRmRequest } from '../../../src/commands/v2/rm.js';
import { registerRmdir, toRmdirRequest } from '../../../src/commands/v2/rmdir.js';
import { registerSet, runSet, type SetOptions, toSetRequest } from '../../../src/commands/v2/set.js';
import { registerSetdir, toSetdirRequest } from '../../../src/commands/v2/setdir.js';
import { registerUpdate, toUpdateRequest, type UpdateOptions } from '../../../src/commands/v2/update.js';
import { registerUpdatedir, toUpdatedirRequest } from '../../../src/commands/v2/updatedir.js';
import type { V2KeysService } from '../../../src/model/v2/services.js';
import { fakeNode, fakeResponse, fakeV2Context, parseV2Command } from '../../support/fake-v2-context.js';

const response = fakeResponse();
/** Records the requests, and gives all of them the same response. */
function fakeKeys(answer = response) {
  const requests: unknown[] = [];
  const take = async (request: unknown) => {
    requests.push(request);
    return answer;
  };
  const keys: Partial<V2KeysService> = { get: take, set: take, createInOrder: take, delete: take };
  return { requests, keys };
}

const REGISTER = {
  get: registerGet,
  set: registerSet,
  mk: registerMk,
  update: registerUpdate,
  rm: registerRm,
  rmdir: registerRmdir,
  mkdir: registerMkdir,
  setdir: registerSetdir,
  updatedir: registerUpdatedir,
};

describe('version 2 key commands: the command line', () => {
  it.each(Object.entries(REGISTER))('%s requires a key', (name, register) => {
    expect(() => parseV2Command(register, [name])).toThrow(
      expect.objectContaining({ message: 'key required', ending: 'arguments' }),
    );
  });

  it('ls lists the root directory by default', () => {
    const request = (...argv: string[]) =>
      toLsRequest(parseV2Command(registerLs, ['ls', ...argv]) as LsOptions);
    expect(request()).toEqual({ key: '/', sorted: false, recursive: false, quorum: false });
    expect(request('-r', '--sort', '/d')).toMatchObject({ key: '/d', recursive: true, sorted: true });
  });

  it('set sends conditions as unsigned numbers', () => {
    const options = parseV2Command(registerSet, ['set', '--swap-with-index', '-1', '--ttl', '-5', '/a', 'v']);
    expect(toSetRequest(options as SetOptions, 'v')).toEqual({
      key: '/a',
      value: 'v',
      ttlSeconds: 0n,
      previousValue: '',
      previousIndex: 2n ** 64n - 1n,
    });
  });

  it('a TTL beyond the range of time.Duration wraps around, as in Go', () => {
    const ttl = (seconds: string) =>
      (parseV2Command(registerSet, ['set', `--ttl=${seconds}`, '/a', 'v']) as SetOptions).ttlSeconds;
    expect(ttl('9223372036')).toBe(9223372036n);
    expect(ttl('9223372037')).toBe(0n);
    expect(ttl('9223372036854775807')).toBe(0n);
  });

  it('mkdir, setdir and updatedir differ in whether the directory may or must exist', () => {
    const parse = (name: keyof typeof REGISTER) =>
      parseV2Command(REGISTER[name], [name, '--ttl', '7', '/d']) as { key: string; ttlSeconds: bigint };
    const common = { key: '/d', value: undefined, ttlSeconds: 7n };
    expect(toMkdirRequest(parse('mkdir'))).toEqual({ ...common, mustExist: false });
    expect(toSetdirRequest(parse('setdir'))).toEqual(common);
    expect(toUpdatedirRequest(parse('updatedir'))).toEqual({ ...common, mustExist: true });
  });

  it('rm and rmdir send what may be removed', () => {
    const rm = parseV2Command(registerRm, [
      'rm',
      '/a',
      '--dir=true',
      '-r=1',
      '--with-value',
      'v',
      '--with-index=3',
    ]);
    expect(toRmRequest(rm as RmOptions)).toEqual({
      key: '/a',
      directory: true,
      recursive: true,
      previousValue: 'v',
      previousIndex: 3n,
    });
    expect(toRmdirRequest({ key: '/d' })).toEqual({ key: '/d', directory: true, recursive: false });
  });

  it('update requires an existing key', () => {
    const options = parseV2Command(registerUpdate, ['update', '/a', 'v']) as UpdateOptions;
    expect(toUpdateRequest(options, 'v')).toMatchObject({ mustExist: true });
  });
});

describe('version 2 key commands: the run', () => {
  it('get prints a key, and fails for a directory', async () => {
    const options = parseV2Command(registerGet, ['get', '-q', '/a']) as GetOptions;
    const { requests, keys } = fakeKeys();
    const { context, emitted } = fakeV2Context({ client: { keys } });
    await runGet(options, context);
    expect(requests).toEqual([toGetRequest(options)]);
    expect(requests).toEqual([{ key: '/a', quorum: true, sorted: false, recursive: false }]);
    expect(emitted).toEqual([{ kind: 'key', response }]);

    const directory = fakeResponse({ node: fakeNode({ key: '/d', isDirectory: true }) });
    const refused = fakeV2Context({ client: { keys: fakeKeys(directory).keys } });
    await expect(runGet(options, refused.context)).rejects.toMatchObject({
      message: '/d: is a directory',
      ending: 'plain',
    });
    expect(refused.emitted).toEqual([]);
  });

  it('ls prints a listing', async () => {
    const { context, emitted } = fakeV2Context({ client: { keys: fakeKeys().keys } });
    await runLs(parseV2Command(registerLs, ['ls', '-p']) as LsOptions, context);
    expect(emitted).toEqual([{ kind: 'listing', response, marksDirectories: true }]);
  });

  it('set reads a missing value from standard input, and rejects an empty one', async () => {
    const options = parseV2Command(registerSet, ['set', '/a']) as SetOptions;
    const { requests, keys } = fakeKeys();
    const { context } = fakeV2Context({ client: { keys }, stdin: ['from ', 'stdin\n'] });
    await runSet(options, context);
    expect(requests).toMatchObject([{ key: '/a', value: 'from stdin\n' }]);
    const empty = fakeV2Context({ client: { keys } });
    await expect(runSet(options, empty.context)).rejects.toMatchObject({
      message: 'value required',
      ending: 'arguments',
    });
    const given = parseV2Command(registerSet, ['set', '/a', '']) as SetOptions;
    await runSet(given, empty.context);
    expect(requests.at(-1)).toMatchObject({ value: '' });
  });

  it('mk creates a key, or a key in order', async () => {
    const run = async (...argv: string[]) => {
      const { requests, keys } = fakeKeys();
      const { context } = fakeV2Context({ client: { keys } });
      await runMk(parseV2Command(registerMk, ['mk', ...argv]) as MkOptions, context);
      return requests;
    };
    expect(await run('/a', 'v')).toEqual([{ key: '/a', value: 'v', ttlSeconds: 0n, mustExist: false }]);
    expect(await run('--in-order', '/q', 'v')).toEqual([{ directory: '/q', value: 'v', ttlSeconds: 0n }]);
  });

  it('directories have another kind of result than keys', async () => {
    const directory = fakeResponse({ node: fakeNode({ isDirectory: true }) });
    const { context, emitted } = fakeV2Context({ client: { keys: fakeKeys(directory).keys } });
    await runMkdir({ key: '/d', ttlSeconds: 0n }, context);
    await runRm(parseV2Command(registerRm, ['rm', '-r', '/d']) as RmOptions, context);
    expect(emitted.map(({ kind }) => kind)).toEqual(['directory', 'directory']);
  });
});
