// Obtains Bun, which makes the standalone executables. Its programs come as npm packages, one for each platform.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { capture, isExecutable, lastLine } from './command.mjs';
import { root } from './paths.mjs';

const version = '1.4.5';

/** Names and integrities of the packages in the registry, by Node.js's names of the architectures. */
const packages = {
  x64: {
    name: '@oven/bun-linux-x64',
    integrity:
      'sha512-IWX9BELoGHAUtMonkeSaNaZwXzRk+oDw6Mk+HBFXd3KHYIBNBsIGRupMZPcgNoDbJpLu6gAJjIoIVPZtt1aJ1g==',
  },
  arm64: {
    name: '@oven/bun-linux-aarch64',
    integrity:
      'sha512-4BXmsSKnjOrlGWqZV4x/oWa7AVoR+B6lCXddMzOAXBIm3t50eslg9wb66gmtW1AamEQ1l1CDvmmruysEhqOWMg==',
  },
};

/** @typedef {keyof typeof packages} Architecture */

export const architectures = /** @type {Architecture[]} */ (Object.keys(packages));

const cache = path.join(root, '.cache', 'bun');

/** @param {Architecture} architecture */
export function bunProgram(architecture) {
  return path.join(cache, `${version}-${architecture}`, 'bin', 'bun');
}

/**
 * Obtains the Bun that makes an executable for this machine.
 *
 * @returns {Promise<string | undefined>} the reason when there is none for this machine, or it cannot be obtained
 */
export async function reasonForNoBun() {
  const architecture = architectures.find((each) => each === process.arch);
  if (process.platform !== 'linux' || architecture === undefined) {
    return `executables are only made on Linux, on ${architectures.join(' or ')}`;
  }
  const reason = await obtainBun(architecture);
  return reason && `no Bun: ${reason}`;
}

/**
 * Downloads Bun for Linux on that architecture into the cache, unless it is there.
 *
 * @param {Architecture} architecture
 * @returns {Promise<string | undefined>} the reason when that failed
 */
export async function obtainBun(architecture) {
  const program = bunProgram(architecture);
  if (isExecutable(program)) return undefined;
  const { name, integrity } = packages[architecture];
  mkdirSync(cache, { recursive: true });
  const staging = mkdtempSync(path.join(cache, '.staging-'));
  try {
    const packed = await capture('npm', ['pack', '--silent', `${name}@${version}`], { cwd: staging });
    if (!packed.ok) return lastLine(packed.stderr) || 'npm pack failed';
    const tarball = path.join(staging, lastLine(packed.stdout));
    const digest = createHash('sha512').update(readFileSync(tarball)).digest('base64');
    if (`sha512-${digest}` !== integrity) return `${name}@${version} is not the package that is expected`;
    const unpacked = await capture('tar', ['-xzf', tarball, 'package/bin/bun'], { cwd: staging });
    if (!unpacked.ok) return lastLine(unpacked.stderr) || 'tar failed';
    const folder = path.dirname(path.dirname(program));
    rmSync(folder, { recursive: true, force: true });
    renameSync(path.join(staging, 'package'), folder);
    return undefined;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}
