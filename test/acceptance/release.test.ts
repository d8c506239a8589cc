/** The files of a release for this machine. Its archive and its npm package also run the other acceptance tests: scripts/test.mjs. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownTarget, reasonForNoBun } from '../../scripts/lib/bun.mjs';
import { findProgram } from '../../scripts/lib/command.mjs';
import { etcdClientPackage } from '../../scripts/lib/ports.mjs';
import { makePackages, packageFile, packagers } from '../../scripts/lib/release/packages.mjs';
import { softwareBillOfMaterials } from '../../scripts/lib/release/sbom.mjs';
import { unpackExecutable } from '../../scripts/lib/release/unpacked.mjs';
import { programAt, run } from '../support/lab/program.js';

/** What `npm run release` has made, in a run that tests that. */
const release = process.env.RELEASE_UNDER_TEST || undefined;
/** It builds what it tests: once is enough, in the run for the npm package. */
const isOtherRun = (process.env.ETCDCTL_UNDER_TEST ?? '') !== '';
const missing = isOtherRun ? 'tested in the run for the npm package' : await reasonForNoBun();
const isRoot = process.getuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), 'release-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sh = (script: string, ...args: string[]) =>
  run(programAt('sh'), ['-ec', script, 'sh', ...args], { timeoutMs: 60_000 });

describe.skipIf(missing !== undefined)('the archive with the executable', () => {
  let unpacked = '';
  beforeAll(async () => {
    unpacked = await unpackExecutable(join(folder, 'archive'), release);
  });

  it('has both programs', async () => {
    for (const name of ['etcdctl', 'etcdutl']) {
      const { stdout } = await run(programAt(join(unpacked, 'bin', name)), ['version']);
      expect(stdout.toString()).toBe(`${name} version: 3.7.1\nAPI version: 3.7\n`);
    }
  });

  it('has the completions that the programs print, manual pages and licences', async () => {
    const places = {
      bash: 'bash-completion/completions/NAME',
      zsh: 'zsh/site-functions/_NAME',
      fish: 'fish/vendor_completions.d/NAME.fish',
    };
    for (const name of ['etcdctl', 'etcdutl']) {
      for (const [shell, place] of Object.entries(places)) {
        const { stdout } = await run(programAt(join(unpacked, 'bin', name)), ['completion', shell]);
        const file = join(unpacked, 'share', place.replace('NAME', name));
        expect(readFileSync(file, 'utf8')).toBe(stdout.toString());
      }
    }
    const { man } = JSON.parse(readFileSync('package.json', 'utf8'));
    const pages = readdirSync(join(unpacked, 'share', 'man', 'man1'));
    expect(pages.sort()).toEqual(man.map((page: string) => basename(page)).sort());
    const documents = readdirSync(join(unpacked, 'share', 'doc', 'etcdctl-ts'));
    expect(documents.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'THIRD-PARTY-LICENSES.txt']);
  });
});

/** Ours, from the release or made now. */
async function debianPackage(): Promise<string | undefined> {
  const { deb } = packagers();
  if (ownTarget === undefined || (release === undefined && deb === undefined)) return undefined;
  if (release === undefined && deb !== undefined) {
    const umask = process.umask(0o077);
    await makePackages(ownTarget, folder, { deb }).finally(() => process.umask(umask));
  }
  const file = packageFile('deb', ownTarget, release ?? folder);
  return existsSync(file) ? file : undefined;
}

describe.skipIf(missing !== undefined || !isRoot || !findProgram('dpkg'))('the package for Debian', () => {
  it('stands beside etcd-client, and leaves nothing when it is removed', async (context) => {
    const etcdClient = etcdClientPackage();
    if (etcdClient === undefined)
      return context.skip('npm run reference has not obtained the package etcd-client');
    const ours = await debianPackage();
    if (ours === undefined) return context.skip('no .deb could be made here');
    const listed = (await sh('dpkg-deb --contents "$1"', ours)).stdout.toString();
    // Everyone may read the files, whatever the umask of the build.
    expect(listed).toContain('./usr/share/zsh/vendor-completions/_etcdctl-ts\n');
    expect(listed).toContain('./usr/share/doc/etcdctl-ts/copyright\n');
    expect(listed.match(/^(?!drwxr-xr-x|-rw-r--r--|-rwxr-xr-x|l).*/gm)).toEqual(['']);
    const root = join(folder, 'root');
    mkdirSync(join(root, 'var/lib/dpkg/updates'), { recursive: true });
    writeFileSync(join(root, 'var/lib/dpkg/status'), '');
    const dpkg = `dpkg --root=${root} --force-depends --force-script-chrootless`;
    expect((await sh(`${dpkg} --install "$1"`, etcdClient)).code).toBe(0);
    const list = `cd ${root} && find usr ! -type d 2>/dev/null | sort || true`;
    const before = (await sh(list)).stdout.toString();

    const installed = await sh(`${dpkg} --install "$1"`, ours);
    expect(installed.code, installed.stderr.toString()).toBe(0);
    for (const name of ['etcdctl', 'etcdutl']) {
      const { stdout } = await run(programAt(join(root, 'usr/bin', `${name}-ts`)), ['version']);
      expect(stdout.toString()).toBe(`${name} version: 3.7.1\nAPI version: 3.7\n`);
    }
    const added = (await sh(list)).stdout
      .toString()
      .split('\n')
      .filter((file) => !before.includes(file));
    expect(added.length).toBeGreaterThan(50);
    expect(added.filter((file) => !/etcd[cu]tl-ts/.test(file))).toEqual([]);

    const removed = await sh(`${dpkg} --purge etcdctl-ts`);
    expect(removed.code, removed.stderr.toString()).toBe(0);
    expect((await sh(list)).stdout.toString()).toBe(before);
  }, 120_000);
});

it.skipIf(isOtherRun)('the bill of materials names no folder and no registry', async () => {
  const text = await softwareBillOfMaterials();
  const { components } = JSON.parse(text);
  const names = components.map(({ name }: { name: string }) => name);
  expect(names).toEqual(expect.arrayContaining(['@grpc/grpc-js', '@oven/bun-linux-x64', 'commander']));
  expect(names).not.toContain('vitest');
  expect(text).not.toMatch(/registry\.|file:/);
  expect(text).not.toContain(process.cwd());
  expect(await softwareBillOfMaterials()).toBe(text);
});
