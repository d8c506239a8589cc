import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { programAt, run } from '../support/lab/program.js';

const checkout = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'package-'));
const npm = programAt('npm');

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

  it('says plainly that nothing is built', async () => {
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
