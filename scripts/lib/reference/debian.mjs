// Obtains etcd from packages of Debian and its derivatives, and unpacks them into the cache. Installs no package, does not
// change the state of apt and dpkg, and does not need root.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { capture, findProgram, isExecutable, lastLine } from '../command.mjs';
import { baseSources, readSystemSources, withAllArchitectures, writeForSuite } from './apt-sources.mjs';
import { adopt, makeStaging } from './store.mjs';

/** @typedef {import('./plan.mjs').Plan} Plan */

/** Later releases in the same archive, by release; their programs also run on the older release. */
const laterSuites = new Map([
  ['debian', ['trixie', 'sid']],
  ['ubuntu', ['devel']],
]);

/** Packages with etcd, etcdctl and etcdutl. Before Debian 9, and in some derivatives, there is a single package: etcd. */
const packages = ['etcd-server', 'etcd-client'];

/**
 * @returns {{ plans: Plan[], note?: string }} one plan for each suite; the note says why there are none
 */
export function debianPlans() {
  if (findProgram('apt-get') === undefined || findProgram('dpkg') === undefined) {
    return { plans: [], note: 'Debian packages: skipped, this machine has no apt-get and dpkg' };
  }
  const { id, codename } = readRelease();
  const sources = baseSources(readSystemSources(), codename);
  if (codename === '' || sources.length === 0) {
    return { plans: [], note: 'Debian packages: skipped, the system lists no archive for its release' };
  }
  const suites = [...new Set([codename, ...(laterSuites.get(id) ?? [])])];
  return {
    plans: suites.map((suite) => ({
      key: `debian:${suite}`,
      label: `packages of ${suite}`,
      lane: 'packages',
      obtain: () => obtain(suite, `${id} ${suite} package`),
    })),
  };
}

/**
 * @param {string} suite
 * @param {string} source
 */
async function obtain(suite, source) {
  const staging = makeStaging();
  try {
    const archives = path.join(staging, 'archives');
    mkdirSync(archives);
    await download(await prepareApt(suite), ['download', ...packages], archives);
    await unpack(archives, path.join(staging, 'unpacked'));
    return await adopt(collect(staging), source);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/**
 * @param {string[]} names
 * @param {string} folder receives the files of these packages of the machine's release, and of those that they need and the machine lacks
 */
export async function unpackWithDependencies(names, folder) {
  const staging = makeStaging();
  try {
    const archives = path.join(staging, 'archives');
    mkdirSync(path.join(archives, 'partial'), { recursive: true });
    const installed = ['-o', 'Dir::State::status=/var/lib/dpkg/status'];
    const into = ['-o', `Dir::Cache::archives=${archives}`];
    // Neither a lock nor root is needed to download what would be installed.
    const onlyDownload = ['-y', '--no-install-recommends', '--download-only', '-o', 'Debug::NoLocking=1'];
    const args = [...installed, ...into, ...onlyDownload, 'install', ...names];
    await download(await prepareApt(readRelease().codename), args, staging);
    await unpack(archives, path.join(staging, 'unpacked'));
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(path.dirname(folder), { recursive: true });
    renameSync(path.join(staging, 'unpacked'), folder);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/**
 * @typedef {object} PackageSource
 * @property {string} [architecture] Debian's name of it; the machine's when absent
 * @property {boolean} [isLater] whether the packages are of a later release than the machine's
 */

/**
 * @param {string[]} names
 * @param {string} folder receives the files of these packages, without those that they need
 * @param {PackageSource} [source]
 */
export async function unpackPackages(names, folder, source = {}) {
  await withPackages(names, source, (archives) => unpack(archives, folder));
}

/**
 * @param {string} name
 * @param {string} folder is made, and receives the package itself, as a `.deb` file
 */
export async function downloadPackage(name, folder) {
  await withPackages([name], {}, async (archives) => renameSync(archives, folder));
}

/**
 * @param {string[]} names
 * @param {PackageSource} source
 * @param {(archives: string) => Promise<void>} use is called with a folder that has the packages
 */
async function withPackages(names, { architecture, isLater = false }, use) {
  const { id, codename } = readRelease();
  const suite = (isLater && laterSuites.get(id)?.[0]) || codename;
  const staging = makeStaging();
  try {
    const archives = path.join(staging, 'archives');
    mkdirSync(archives);
    await download(await prepareApt(suite, architecture), ['download', ...names], archives);
    await use(archives);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/**
 * @typedef {object} Apt
 * @property {string[]} options of apt-get
 * @property {string} [failure] what the update said
 * @property {boolean} isUsable whether it has a list of packages
 */

/** @type {Map<string, Promise<Apt>>} by suite and architecture: the lists of each are downloaded once in a run */
const prepared = new Map();

/**
 * @param {string} suite
 * @param {string} [architecture]
 * @returns {Promise<Apt>}
 * @throws {Error} when the archive has not even given the lists of the machine's own release
 */
async function prepareApt(suite, architecture) {
  const { codename } = readRelease();
  const own = await prepared.get(keyOf(codename));
  if (own !== undefined && !own.isUsable) throw new Error(own.failure ?? 'apt-get update failed');
  const key = keyOf(suite, architecture);
  const apt = prepared.get(key) ?? update(suite, architecture);
  prepared.set(key, apt);
  return apt;
}

/**
 * @param {string} suite
 * @param {string} [architecture]
 */
function keyOf(suite, architecture = '') {
  return `${suite} ${architecture}`;
}

/**
 * @param {string} suite
 * @param {string} [architecture]
 * @returns {Promise<Apt>}
 */
async function update(suite, architecture) {
  const staging = makeStaging();
  process.once('exit', () => rmSync(staging, { recursive: true, force: true }));
  const sources = withAllArchitectures(baseSources(readSystemSources(), readRelease().codename));
  const config = writeAptConfig(staging, writeForSuite(sources, suite));
  const foreign = ['', 's'].flatMap((plural) => ['-o', `APT::Architecture${plural}=${architecture}`]);
  const options = ['-q', '-c', config, ...(architecture === undefined ? [] : foreign)];
  const { stderr } = await capture('apt-get', [...options, 'update'], { env: aptEnvironment() });
  const failure = stderr.split('\n').find((line) => /^[EW]: /.test(line));
  const isUsable = readdirSync(path.join(staging, 'state', 'lists')).some((name) =>
    name.includes('_Packages'),
  );
  return { options, isUsable, ...(failure !== undefined && { failure: toReason(failure) }) };
}

/** @param {string} line of apt-get */
function toReason(line) {
  return line.replace(/^[EW]: /, '').replace(/\s+/g, ' ');
}

function aptEnvironment() {
  return { ...process.env, LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' };
}

/**
 * Writes an apt configuration that keeps the system's proxies, credentials and trusted keys, reads another list of
 * sources, and writes only below `staging`.
 *
 * @param {string} staging
 * @param {string} sources
 * @returns {string} the file's path
 */
function writeAptConfig(staging, sources) {
  for (const folder of ['parts', 'state/lists/partial', 'cache/archives/partial']) {
    mkdirSync(path.join(staging, folder), { recursive: true });
  }
  writeFileSync(path.join(staging, 'parts', 'reference.sources'), sources);
  writeFileSync(path.join(staging, 'state', 'status'), '');
  const settings = {
    'Dir::Etc::sourcelist': path.join(staging, 'no-sources.list'),
    'Dir::Etc::sourceparts': path.join(staging, 'parts'),
    'Dir::Etc::preferencesparts': path.join(staging, 'no-preferences'),
    'Dir::State': path.join(staging, 'state'),
    'Dir::State::status': path.join(staging, 'state', 'status'),
    'Dir::Cache': path.join(staging, 'cache'),
    // Run as root, apt downloads as the user _apt by default, who may not enter this folder.
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::http::Timeout': '20',
    'Acquire::https::Timeout': '20',
    'Acquire::Retries': '1',
  };
  const file = path.join(staging, 'apt.conf');
  // Hooks of the system's configuration would change the system's caches.
  const lines = ['#clear APT::Update;', ...Object.entries(settings).map(([k, v]) => `${k} "${v}";`)];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

/**
 * @param {Apt} apt
 * @param {string[]} args of apt-get, with the packages to download
 * @param {string} cwd
 */
async function download({ options, failure }, args, cwd) {
  const downloaded = await capture('apt-get', [...options, ...args], { env: aptEnvironment(), cwd });
  // `apt-get update` fails when one of several archives does; only a failed download of the packages counts.
  if (!downloaded.ok) throw new Error(failure ?? toReason(lastLine(downloaded.stderr)));
}

/**
 * @param {string} archives folder
 * @param {string} folder
 */
async function unpack(archives, folder) {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
    const unpacked = await capture('dpkg', ['-x', path.join(archives, name), folder]);
    if (!unpacked.ok) throw new Error(lastLine(unpacked.stderr));
  }
}

/**
 * @param {string} staging
 * @returns {string} a folder with only the programs
 */
function collect(staging) {
  const programs = path.join(staging, 'programs');
  mkdirSync(programs);
  for (const name of ['etcd', 'etcdctl', 'etcdutl']) {
    const unpacked = path.join(staging, 'unpacked', 'usr', 'bin', name);
    if (isExecutable(unpacked)) renameSync(unpacked, path.join(programs, name));
  }
  return programs;
}

/** @returns {{ id: string, codename: string }} from os-release(5); '' for a field that is missing */
function readRelease() {
  let text = '';
  try {
    text = readFileSync('/etc/os-release', 'utf8');
  } catch {
    // The file is missing: both are ''.
  }
  const value = (/** @type {string} */ name) =>
    new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
  return { id: value('ID'), codename: value('VERSION_CODENAME') };
}
