import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { downloadPrograms, releasePlans } from '../../scripts/lib/reference/releases.mjs';

const has = (program: string) => spawnSync(program, ['--help']).error === undefined;
const folder = mkdtempSync(path.join(tmpdir(), 'releases-test-'));
const name = 'etcd-v9.9.9-linux-amd64';
const programs = ['etcd', 'etcdctl', 'etcdutl'];
let server: Server;
let baseUrl: string;

/** What the server sends, by path. */
const archives = new Map<string, Buffer>();
/** Paths of which it sends half, and ends the connection. */
const broken = new Set<string>();

beforeAll(async () => {
  mkdirSync(path.join(folder, name, 'Documentation'), { recursive: true });
  for (const file of [...programs, 'README.md', 'Documentation/x.md']) {
    writeFileSync(path.join(folder, name, file), `${file}\n`.repeat(1000));
  }
  execFileSync('tar', ['-czf', `${name}.tar.gz`, name], { cwd: folder });
  const tarball = readFileSync(path.join(folder, `${name}.tar.gz`));
  archives.set(`/${name}.tar.gz`, tarball);
  archives.set(`/half/${name}.tar.gz`, tarball.subarray(0, tarball.length / 2));
  archives.set(`/broken/${name}.tar.gz`, tarball);
  broken.add(`/broken/${name}.tar.gz`);
  server = createServer(({ url = '' }, response) => {
    const archive = archives.get(url);
    if (archive === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-length': archive.length });
    if (!broken.has(url)) return void response.end(archive);
    response.write(archive.subarray(0, archive.length / 2), () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

function sha256(archive: Buffer): string {
  return createHash('sha256').update(archive).digest('hex');
}

/** Downloads what the server has at `place`; the SHA-256 is that of the whole archive unless another one is given. */
async function get(place: string, expected = sha256(archives.get(`/${name}.tar.gz`) ?? Buffer.alloc(0))) {
  const target = mkdtempSync(path.join(folder, 'target-'));
  const source = { url: `${baseUrl}${place}`, sha256: expected, folder: target };
  const outcome = await downloadPrograms(source).catch((error: unknown) => error as Error);
  return { outcome, unpacked: existsSync(path.join(target, 'programs')) };
}

describe('a release archive of etcd', () => {
  test('gives its programs and nothing else', async () => {
    const { outcome } = await get(`/${name}.tar.gz`);

    expect(readdirSync(outcome as string).sort()).toEqual(programs);
    expect(readFileSync(path.join(outcome as string, 'etcdctl'), 'utf8')).toMatch(/^etcdctl\n/);
  });

  test.skipIf(!has('zip') || !has('unzip'))('may be a zip archive, as for macOS', async () => {
    execFileSync('zip', ['-qr', `${name}.zip`, name], { cwd: folder });
    const zip = readFileSync(path.join(folder, `${name}.zip`));
    archives.set(`/${name}.zip`, zip);
    const { outcome } = await get(`/${name}.zip`, sha256(zip));

    expect(readdirSync(outcome as string).sort()).toEqual(programs);
  });

  test('is refused, and not unpacked, when its SHA-256 is another one', async () => {
    const { outcome, unpacked } = await get(`/${name}.tar.gz`, '0'.repeat(64));

    expect(String(outcome)).toMatch(/tar\.gz is refused: its SHA-256 is [0-9a-f]{64}, not 0{64}$/);
    expect(unpacked).toBe(false);
  });

  test('is refused when half of it is missing', async () => {
    const { outcome, unpacked } = await get(`/half/${name}.tar.gz`);

    expect(String(outcome)).toMatch(/is refused: its SHA-256 is/);
    expect(unpacked).toBe(false);
  });

  test('is an error with its address when the download breaks off, or there is none', async () => {
    const { outcome, unpacked } = await get(`/broken/${name}.tar.gz`);
    const { outcome: absent } = await get('/none.tar.gz');

    expect(String(outcome)).toContain(`Error: ${baseUrl}/broken/${name}.tar.gz: `);
    expect(unpacked).toBe(false);
    expect(String(absent)).toBe(`Error: ${baseUrl}/none.tar.gz: HTTP status 404`);
  });
});

test('there is one archive for Linux and macOS on x64 and arm64, and none for Windows', () => {
  for (const platform of ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']) {
    expect(releasePlans(platform).plans, platform).toHaveLength(1);
  }
  expect(releasePlans('win32-x64')).toEqual({
    plans: [],
    note: "etcd's release archives: skipped, none is known for win32-x64",
  });
});
