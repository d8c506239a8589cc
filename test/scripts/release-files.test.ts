import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackTar } from 'modern-tar';
import { afterAll, describe, expect, it } from 'vitest';
import { tarArchive } from '../../scripts/lib/release/archive.mjs';
import { digests } from '../../scripts/lib/release/release.mjs';
import { shippedOnly } from '../../scripts/lib/release/sbom.mjs';

const folder = mkdtempSync(join(tmpdir(), 'release-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the archive of a release', () => {
  const date = new Date('2026-01-02T03:04:05Z');

  it('has sorted entries of root, with one time', async () => {
    const files = [
      { path: 'bin/tool', text: 'x', isProgram: true },
      { path: 'bin/other', linkTo: 'tool' },
      { path: 'a.txt', text: 'é' },
    ];
    const archive = await tarArchive(files, { folder: 'top', date });
    const entries = (await unpackTar(archive)).map(({ header, data }) => ({
      line: `${header.type} ${header.mode?.toString(8)} ${header.uid} ${header.gid} ${header.uname} ${header.name} ${header.linkname ?? ''}`,
      mtime: header.mtime,
      text: data && Buffer.from(data).toString(),
    }));
    expect(entries.map(({ line }) => line.trimEnd())).toEqual([
      'file 644 0 0 root top/a.txt',
      'symlink 777 0 0 root top/bin/other tool',
      'file 755 0 0 root top/bin/tool',
    ]);
    for (const { mtime } of entries) expect(mtime).toEqual(date);
    expect(entries[0]?.text).toBe('é');
    expect(await tarArchive(files.toReversed(), { folder: 'top', date })).toEqual(archive);
  });

  it.skipIf(process.platform === 'win32')('leaves the mode of a folder where it is unpacked', async () => {
    const local = join(folder, 'local');
    mkdirSync(join(local, 'bin'), { recursive: true });
    chmodSync(join(local, 'bin'), 0o775);
    const tar = await tarArchive([{ path: 'bin/a/tool', text: 'x' }], { folder: 'top', date });
    execFileSync('tar', ['-xpf', '-', '-C', local, '--strip-components=1'], { input: tar });
    expect(statSync(join(local, 'bin')).mode & 0o777).toBe(0o775);
    expect(readFileSync(join(local, 'bin/a/tool'), 'utf8')).toBe('x');
    rmSync(local, { recursive: true });
  });
});

it('writes digests as sha256sum reads them, in order of names', () => {
  writeFileSync(join(folder, 'b'), 'abc');
  writeFileSync(join(folder, 'a'), '');
  writeFileSync(join(folder, 'SHA256SUMS'), 'older');
  expect(digests(folder)).toBe(
    [
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\n',
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b\n',
    ].join(''),
  );
});

describe('the bill of materials', () => {
  const component = (ref: string, rest: object = {}) => ({ 'bom-ref': ref, name: ref, ...rest });
  const npmBom = {
    serialNumber: 'urn:uuid:random',
    metadata: { timestamp: 'now', component: component('etcdctl-ts@1', { name: 'folder' }) },
    components: [
      component('tool@1'),
      component('b@1', {
        externalReferences: [{ type: 'distribution', url: 'https://r' }, { type: 'website' }],
      }),
      component('a@1', { properties: [{ name: 'cdx:npm:package:development', value: 'true' }] }),
    ],
    dependencies: [{ ref: 'a@1', dependsOn: ['b@1', 'tool@1'] }],
  };
  const shipped = { executable: ['a@1'], npm: ['a@1', 'b@1'], date: new Date(0) };

  it('has the packages that are shipped, with their builds, and the runtimes', () => {
    const bom = shippedOnly(npmBom, shipped);
    const builds = bom.components.map(({ 'bom-ref': ref, properties }) => [
      ref.replace(/@[\d.]+$/, ''),
      properties?.map((each) => ('value' in each ? each.value : '')),
    ]);
    expect(builds).toEqual([
      ['@oven/bun-linux-aarch64-musl', ['executable']],
      ['@oven/bun-linux-aarch64', ['executable']],
      ['@oven/bun-linux-x64-musl', ['executable']],
      ['@oven/bun-linux-x64', ['executable']],
      ['a', ['executable', 'npm']],
      ['b', ['npm']],
    ]);
    expect(bom.dependencies).toContainEqual({ ref: 'a@1', dependsOn: ['b@1'] });
    expect(bom.metadata.component.name).toBe('etcdctl-ts');
    expect(JSON.stringify(bom)).not.toMatch(/distribution|folder|development/);
  });

  it('depends on nothing but what is shipped, and the date', () => {
    const other = { ...npmBom, serialNumber: 'urn:uuid:other' };
    other.metadata = { ...npmBom.metadata, timestamp: 'later' };
    expect(shippedOnly(other, shipped)).toEqual(shippedOnly(npmBom, shipped));
    expect(shippedOnly(npmBom, shipped).serialNumber).toMatch(
      /^urn:uuid:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/,
    );
  });

  it('is refused when npm does not know a package that is shipped', () => {
    expect(() => shippedOnly(npmBom, { ...shipped, npm: ['c@1'] })).toThrow('npm sbom does not know c@1');
  });
});
