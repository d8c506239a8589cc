import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { root } from '../../scripts/lib/paths.mjs';
import { loadReference } from '../../scripts/lib/reference.mjs';

const reference = loadReference().findLast(({ etcdutl }) => etcdutl !== undefined);
const archiveName = `etcd-v3.6.14-linux-${process.arch === 'arm64' ? 'arm64' : 'amd64'}`;

/** A checkout without a cache, and a PATH without etcd, apt-get and Go. */
function newMachine() {
  const folder = mkdtempSync(path.join(tmpdir(), 'release-archive-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['scripts', 'reference'])
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  const bin = path.join(folder, 'bin');
  mkdirSync(bin);
  symlinkSync(process.execPath, path.join(bin, 'node'));
  for (const program of ['tar', 'gzip']) {
    const found = spawnSync('/bin/sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();
    symlinkSync(found, path.join(bin, program));
  }
  return { folder, bin };
}

/** An archive with the layout of etcd's releases, made of the programs at hand, because the official archive is not on this machine. */
function makeArchive(folder: string): Buffer {
  mkdirSync(path.join(folder, archiveName));
  for (const program of ['etcd', 'etcdctl', 'etcdutl'] as const) {
    symlinkSync(reference?.[program] ?? '', path.join(folder, archiveName, program));
  }
  const archive = path.join(folder, `${archiveName}.tar`);
  const made = spawnSync('tar', ['-chf', archive, archiveName], { cwd: folder, encoding: 'utf8' });
  expect(made.stderr).toBe('');
  return gzipSync(readFileSync(archive), { level: 0 });
}

async function runReference({ folder, bin }: { folder: string; bin: string }, baseUrl: string) {
  const child = spawn(process.execPath, ['scripts/reference.mjs', '--quick'], {
    cwd: folder,
    env: { PATH: bin, ETCD_RELEASES_URL: baseUrl },
  });
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  child.stderr.on('data', (text) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  return { code, output };
}

test.skipIf(process.platform !== 'linux' || reference === undefined)(
  'npm run reference downloads a release archive on a machine without etcd, and refuses one with an unexpected SHA-256',
  async () => {
    const machine = newMachine();
    const archive = makeArchive(machine.folder);
    const asked: (string | undefined)[] = [];
    const server = createServer(({ url }, response) => {
      asked.push(url);
      response.end(archive);
    });
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

    const refused = await runReference(machine, baseUrl);
    expect(refused.output).toContain(' is refused: its SHA-256 is ');
    expect(refused.output).toContain('No etcd was found and none could be obtained.');
    expect(refused.code).toBe(1);

    const script = path.join(machine.folder, 'scripts', 'lib', 'reference', 'releases.mjs');
    const sha256 = createHash('sha256').update(archive).digest('hex');
    writeFileSync(script, readFileSync(script, 'utf8').replace(/sha256: '\w+'/g, `sha256: '${sha256}'`));
    const { code, output } = await runReference(machine, baseUrl);
    expect(output).toMatch(new RegExp(`^${reference?.version} +release archive +yes +yes +yes$`, 'm'));
    expect(code).toBe(0);
    expect(new Set(asked)).toEqual(new Set([`/v3.6.14/${archiveName}.tar.gz`]));
  },
);
