// Obtains Bun, which makes the standalone executables. Its programs come as npm packages, one for each platform.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { capture, isExecutable, lastLine } from './command.mjs';
import { root } from './paths.mjs';

export const bunVersion = '1.4.5';

/** The packages in the registry, by target: Node.js's name of the architecture, with `-musl` for systems with that C library. */
const packages = {
  x64: {
    architecture: 'x64',
    name: '@oven/bun-linux-x64',
    integrity:
      'sha512-IWX9BELoGHAUtMonkeSaNaZwXzRk+oDw6Mk+HBFXd3KHYIBNBsIGRupMZPcgNoDbJpLu6gAJjIoIVPZtt1aJ1g==',
  },
  arm64: {
    architecture: 'arm64',
    name: '@oven/bun-linux-aarch64',
    integrity:
      'sha512-4BXmsSKnjOrlGWqZV4x/oWa7AVoR+B6lCXddMzOAXBIm3t50eslg9wb66gmtW1AamEQ1l1CDvmmruysEhqOWMg==',
  },
  'x64-musl': {
    architecture: 'x64',
    name: '@oven/bun-linux-x64-musl',
    integrity:
      'sha512-10QoW/YfTgnURaGEaHpJCiXjLI2e5iTtfVDaA5JKcyUzaa1cq6cVUY9/Uq5XkYzvtRjHLRe9Oj/lTDIQcxy8HQ==',
  },
  'arm64-musl': {
    architecture: 'arm64',
    name: '@oven/bun-linux-aarch64-musl',
    integrity:
      'sha512-XCNc+WvvMAdNNb+OWTogpy+N9wm62fkVeEVLb6how0RZhW5LPi6c7BlkeVCuWps7XjEl2saFpHFa20/1E+PAHg==',
  },
};

/** @typedef {'x64' | 'arm64'} Architecture */
/** @typedef {keyof typeof packages} Target */

export const targets = /** @type {Target[]} */ (Object.keys(packages));

/**
 * @param {readonly string[]} names
 * @returns {Target[]}
 * @throws {Error} for a name that is no target
 */
export function namedTargets(names) {
  const unknown = names.filter((each) => !targets.includes(/** @type {Target} */ (each)));
  if (unknown.length > 0)
    throw new Error(`unknown target ${unknown.join(', ')}: there is ${targets.join(', ')}`);
  return /** @type {Target[]} */ (names);
}

/** The target of an executable that runs on this machine; undefined on systems for which there is none. Bun itself needs glibc here. */
export const ownTarget =
  process.platform === 'linux' ? targets.find((target) => target === process.arch) : undefined;

/**
 * @param {Target} target
 * @returns {Architecture}
 */
export function architectureOf(target) {
  return /** @type {Architecture} */ (packages[target].architecture);
}

const cache = path.join(root, '.cache', 'bun');

/** @param {Target} target */
export function bunProgram(target) {
  return path.join(cache, `${bunVersion}-${target}`, 'bin', 'bun');
}

/**
 * Obtains the Bun that makes an executable for this machine.
 *
 * @returns {Promise<string | undefined>} the reason when there is none for this machine, or it cannot be obtained
 */
export async function reasonForNoBun() {
  if (ownTarget === undefined) return 'executables are only made on Linux, on x64 or arm64';
  const reason = await obtainBun(ownTarget);
  return reason && `no Bun: ${reason}`;
}

/**
 * Downloads Bun for that target into the cache, unless it is there.
 *
 * @param {Target} target
 * @returns {Promise<string | undefined>} the reason when that failed
 */
export async function obtainBun(target) {
  const program = bunProgram(target);
  if (isExecutable(program)) return undefined;
  const { name, integrity } = packages[target];
  mkdirSync(cache, { recursive: true });
  const staging = mkdtempSync(path.join(cache, '.staging-'));
  try {
    const packed = await capture('npm', ['pack', '--silent', `${name}@${bunVersion}`], { cwd: staging });
    if (!packed.ok) return lastLine(packed.stderr) || 'npm pack failed';
    const tarball = path.join(staging, lastLine(packed.stdout));
    const digest = createHash('sha512').update(readFileSync(tarball)).digest('base64');
    if (`sha512-${digest}` !== integrity) return `${name}@${bunVersion} is not the package that is expected`;
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

/**
 * @param {readonly Target[]} wanted
 * @returns {Promise<{ obtained: Target[], left: string[] }>} `left`: the targets for which there is no Bun, with the reasons
 */
export async function obtainTargets(wanted) {
  /** @type {Target[]} */
  const obtained = [];
  const left = [];
  for (const target of wanted) {
    const reason = await obtainBun(target);
    if (reason === undefined) obtained.push(target);
    else left.push(`no Bun for Linux on ${target}: ${reason}`);
  }
  return { obtained, left };
}

/** The packages with the runtimes of the executables: names and digests, SHA-512 in base64. */
export const runtimePackages = Object.values(packages).map(({ name, integrity }) => ({
  name,
  sha512: integrity.replace('sha512-', ''),
}));
