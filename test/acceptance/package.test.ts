import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { programAt, run } from '../support/lab/program.js';

const checkout = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'package-'));
const npm = programAt('npm');

/** The cached files with their inode numbers; a file that is written again gets another one. */
function keptFiles(caches: string) {
  return readdirSync(caches)
    .sort()
    .map((name) => ({ name, inode: statSync(join(caches, name)).ino }));
}

describe('the npm package', () => {
  beforeAll(async () => {
    const packed = await run(npm, ['pack', '--silent', '--pack-destination', folder], { cwd: checkout });
    expect(packed.code, packed.stderr.toString()).toBe(0);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('installs globally without any download, and runs', async () => {
    const [tarball = ''] = readdirSync(folder);
    const prefix = join(folder, 'global');
    const line = ['install', '--global', '--offline', '--prefix', prefix, join(folder, tarball)];
    const installed = await run(npm, line, { env: { npm_config_cache: join(folder, 'empty-cache') } });
    expect(installed.code, installed.stderr.toString()).toBe(0);
    for (const name of ['etcdctl', 'etcdutl']) {
      const result = await run(programAt(join(prefix, 'bin', name)), ['version']);
      expect(result.stdout.toString()).toBe(`${name} version: 3.7.1\nAPI version: 3.7\n`);
      expect(result.stderr.toString()).toBe('');
    }
  });

  it.each([
    ['version', 'etcdctl', ['version'], ['program']],
    ['a single call', 'etcdctl', ['get', 'k'], ['calls', 'program']],
    ['another command with calls', 'etcdctl', ['lease', 'keep-alive', '1'], ['calls', 'program', 'rest']],
    ['the help of all commands', 'etcdctl', ['--help'], ['program', 'rest']],
    ['a database file', 'etcdutl', ['hashkv', join(folder, 'missing')], ['program', 'rest', 'storage']],
  ])(
    'caches and reuses the compiled code of the files that it needs: %s',
    async (_what, name, line, files) => {
      const caches = mkdtempSync(join(folder, 'caches-'));
      const program = programAt(process.execPath);
      const endpoint = name === 'etcdctl' ? ['--endpoints=127.0.0.1:1', '--command-timeout=200ms'] : [];
      const args = [join(checkout, 'bin', `${name}.js`), ...line, ...endpoint];
      const env = { XDG_CACHE_HOME: caches, NODE_DISABLE_COMPILE_CACHE: '' };
      const first = await run(program, args, { env });
      const kept = keptFiles(join(caches, 'etcdctl-ts'));
      expect(kept.map((file) => file.name.replace(/-.*/, ''))).toEqual(files);
      expect(await run(program, args, { env })).toMatchObject({ code: first.code, stdout: first.stdout });
      expect(keptFiles(join(caches, 'etcdctl-ts'))).toEqual(kept);
    },
  );

  it('reports that it has not been built', async () => {
    const bare = join(folder, 'bare');
    const copied = await run(programAt('sh'), [
      '-c',
      `mkdir ${bare} && cp -r ${checkout}/bin ${checkout}/package.json ${bare}`,
    ]);
    expect(copied.code).toBe(0);
    const result = await run(programAt(process.execPath), [join(bare, 'bin', 'etcdctl.js'), 'version']);
    expect(result.stderr.toString()).toBe(
      `etcdctl: not built yet; run this first:\n  npm --prefix ${bare}/ run build\n`,
    );
    expect(result.code).toBe(1);
  });
});
