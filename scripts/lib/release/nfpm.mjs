// nfpm, which makes .deb and .rpm packages. It is built with Go, once for each version that packaging/nfpm pins.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { capture, findProgram, isExecutable, lastLine } from '../command.mjs';
import { root } from '../paths.mjs';

const folder = path.join(root, 'packaging', 'nfpm');

/** With an empty cache, Go downloads and compiles 100 modules: two minutes on two cores. */
const BUILD_TIMEOUT_MS = 10 * 60_000;

/** Where nfpm is once it has been built; another path when the pinned modules change. */
function nfpmPath() {
  const hash = createHash('sha256');
  for (const name of ['go.mod', 'go.sum']) hash.update(readFileSync(path.join(folder, name)));
  return path.join(root, '.cache', 'nfpm', hash.digest('hex').slice(0, 16), 'nfpm');
}

/** @returns {string | undefined} the program, when `obtainNfpm` has built it */
export function findNfpm() {
  const program = nfpmPath();
  return isExecutable(program) ? program : undefined;
}

/**
 * Builds nfpm, unless it is there.
 *
 * @returns {Promise<string | undefined>} the reason when that failed
 */
export async function obtainNfpm() {
  if (findNfpm() !== undefined) return undefined;
  const go = findProgram('go', ['/usr/local/go/bin']);
  if (go === undefined) return 'no Go toolchain here to build nfpm with';
  const program = nfpmPath();
  const staging = `${program}.${process.pid}`;
  mkdirSync(path.dirname(program), { recursive: true });
  const args = ['build', '-trimpath', '-o', staging, 'github.com/goreleaser/nfpm/v2/cmd/nfpm'];
  const env = { ...process.env, GOFLAGS: '-mod=readonly' };
  const { ok, stderr } = await capture(go, args, { cwd: folder, env, timeoutMs: BUILD_TIMEOUT_MS });
  if (!ok) return `nfpm cannot be built: ${lastLine(stderr)}`;
  renameSync(staging, program);
  return undefined;
}
