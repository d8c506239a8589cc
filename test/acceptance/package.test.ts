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
    for (const name of ['etcdctl', 'etcdutl', 'etcdctl-ts', 'etcdutl-ts']) {
      const result = await run(programAt(join(prefix, 'bin', name)), ['version']);
      const [program] = name.split('-');
      expect(result.stdout.toString()).toBe(`${program} version: 3.7.1\nAPI version: 3.7\n`);
      expect(result.stderr.toString()).toBe('');
    }
  });

  it('runs under its own name with npx, from the tarball and without any download', async () => {
    const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    const home = mkdtempSync(join(folder, 'home-'));
    const line = ['--yes', '--offline', `--package=${join(folder, tarball)}`, 'etcdctl-ts'];
    const env = {
      HOME: home,
      npm_config_cache: join(home, 'cache'),
      npm_config_prefix: join(home, 'prefix'),
    };
    const version = await run(programAt('npx'), [...line, 'version'], { env, cwd: home });
    expect(version.stderr.toString()).toBe('');
    expect(version.stdout.toString()).toBe('etcdctl version: 3.7.1\nAPI version: 3.7\n');
    const health = await run(
      programAt('npx'),
      [...line, '--endpoints=127.0.0.1:1', '--command-timeout=100ms', 'endpoint', 'health'],
      { env, cwd: home },
    );
    expect(health.stderr.toString()).toMatch(/127\.0\.0\.1:1 is unhealthy/);
    expect(health.code).toBe(1);
  });

  it.each([
    ['version', 'etcdctl', ['version'], ['program']],
    ['a single call', 'etcdctl', ['get', 'k'], ['calls', 'program']],
    ['another frequent command', 'etcdctl', ['endpoint', 'status'], ['calls', 'frequent', 'program']],
    [
      'another command with calls',
      'etcdctl',
      ['lease', 'keep-alive', '1'],
      ['calls', 'frequent', 'program', 'rest'],
    ],
    ['the help of all commands', 'etcdctl', ['--help'], ['program']],
    [
      'a database file',
      'etcdutl',
      ['hashkv', join(folder, 'missing')],
      ['frequent', 'program', 'rest', 'storage'],
    ],
  ])(
    'caches and reuses the compiled code of the files that it needs: %s',
    async (_what, name, line, files) => {
      const caches = mkdtempSync(join(folder, 'caches-'));
      const program = programAt(process.execPath);
      // --root: the processes of other tests would be a reason to load the search for --local.
      const limits = ['--endpoints=127.0.0.1:1', '--command-timeout=200ms', `--root=${folder}`];
      const flags = name === 'etcdctl' ? limits : [];
      const args = [join(checkout, 'bin', `${name}.js`), ...line, ...flags];
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
