// Downloads etcd's release archives, for machines without packages of etcd. An archive is accepted only with the SHA-256 in this file.
import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { capture, findProgram, lastLine } from '../command.mjs';
import { adopt, makeStaging } from './store.mjs';

/** @typedef {import('./plan.mjs').Plan} Plan */

/** Environment variable: the URL of a mirror with the same archives, for networks without access to GitHub. */
export const releasesVariable = 'ETCD_RELEASES_URL';
const releasesUrl = 'https://github.com/etcd-io/etcd/releases/download';

const version = '3.6.14';

/**
 * SHA-256 of the archives, by platform and architecture as Node.js names them.
 *
 * Linux: kubernetes-sigs/kubespray, roles/kubespray_defaults/vars/main/checksums.yml at 46dbdd3994b32640bcd806b0097f50e8fdf1d514.
 * macOS, which that list does not have: lvivvde/RealmMesh, scripts/install-etcd.sh. Its value for Linux equals kubespray's, and a
 * script of a second, unrelated project has the same values for all four.
 *
 * @type {Record<string, { file: string, sha256: string } | undefined>}
 */
const archives = {
  'linux-x64': {
    file: `etcd-v${version}-linux-amd64.tar.gz`,
    sha256: 'ffe840ff9295808e88cce2794a18a5ac87f12a5203c8314d0bf6aa119b41bac5',
  },
  'linux-arm64': {
    file: `etcd-v${version}-linux-arm64.tar.gz`,
    sha256: 'fa1b80565ee6fc2df1ae6f57a508b221f3ecc7d591c317c581cd8281b0842b3e',
  },
  'darwin-x64': {
    file: `etcd-v${version}-darwin-amd64.zip`,
    sha256: '17b8639cf303fee6c35958278d557263215a9a8f8c15fd89022b5aa67091b228',
  },
  'darwin-arm64': {
    file: `etcd-v${version}-darwin-arm64.zip`,
    sha256: 'fd154573a1f4c098c214d8233507d2766c43a164f7e339c0385aae71d9a1afaf',
  },
};

/** The timeout of a download: enough for 25 MB over a slow connection. */
const downloadTimeoutMs = 10 * 60 * 1000;

/**
 * @param {string} [platform] such as `linux-x64`
 * @returns {{ plans: Plan[], note?: string }} one plan, or none and a note that says why
 */
export function releasePlans(platform = `${process.platform}-${process.arch}`) {
  const archive = archives[platform];
  if (archive === undefined)
    return { plans: [], note: `etcd's release archives: skipped, none is known for ${platform}` };
  const url = `${process.env[releasesVariable] || releasesUrl}/v${version}/${archive.file}`;
  return {
    plans: [
      {
        key: `release:${version}`,
        label: `release archive of etcd ${version}`,
        lane: 'releases',
        version,
        obtain: () => obtain(url, archive.sha256),
      },
    ],
  };
}

/**
 * @param {string} url
 * @param {string} sha256
 */
async function obtain(url, sha256) {
  const staging = makeStaging();
  try {
    return await adopt(await downloadPrograms({ url, sha256, folder: staging }), 'release archive');
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/**
 * @param {{ url: string, sha256: string, folder: string }} source `url` and `sha256` of an archive; all files are written to `folder`
 * @returns {Promise<string>} a folder with only etcd, etcdctl and etcdutl
 * @throws {Error} with a one-line reason; an archive with another SHA-256 is not unpacked
 */
export async function downloadPrograms({ url, sha256, folder }) {
  const archive = path.join(folder, path.basename(new URL(url).pathname));
  await download(url, archive, sha256);
  const programs = path.join(folder, 'programs');
  await extract(archive, programs);
  return programs;
}

/**
 * @param {string} url
 * @param {string} file
 * @param {string} sha256
 * @throws {Error} when the download fails or is incomplete, or the SHA-256 differs
 */
async function download(url, file, sha256) {
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(downloadTimeoutMs) });
    if (!response.ok || response.body === null) throw new Error(`HTTP status ${response.status}`);
    await pipeline(Readable.fromWeb(response.body), hashing, createWriteStream(file));
  } catch (error) {
    throw new Error(`${url}: ${innermostMessage(error)}`);
  }
  const actual = hash.digest('hex');
  if (actual !== sha256) throw new Error(`${url} is refused: its SHA-256 is ${actual}, not ${sha256}`);
}

/**
 * @param {unknown} error of fetch or a stream, which have the reason as their `cause`
 * @returns {string}
 */
function innermostMessage(error) {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : innermostMessage(error.cause);
}

/**
 * @param {string} archive `NAME.tar.gz` or `NAME.zip`, with the programs in the folder NAME
 * @param {string} folder created; receives the programs
 */
async function extract(archive, folder) {
  mkdirSync(folder, { recursive: true });
  const name = path.basename(archive).replace(/\.(?:tar\.gz|zip)$/, '');
  const members = ['etcd', 'etcdctl', 'etcdutl'].map((program) => `${name}/${program}`);
  // Archives for macOS are zip files, and macOS includes unzip.
  const isZip = archive.endsWith('.zip');
  const program = isZip ? 'unzip' : 'tar';
  if (findProgram(program) === undefined)
    throw new Error(`${path.basename(archive)} needs the program ${program}`);
  const args = isZip
    ? ['-q', '-j', archive, ...members, '-d', folder]
    : ['-xzf', archive, '-C', folder, '--strip-components=1', ...members];
  const unpacked = await capture(program, args);
  if (!unpacked.ok) throw new Error(lastLine(unpacked.stderr) || `${program} failed`);
}
