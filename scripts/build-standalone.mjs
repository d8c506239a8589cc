// `npm run build:standalone`: builds one executable for etcdctl and etcdutl that needs no Node.js, for Linux on this machine's
// architecture; `npm run build:standalone -- x64 arm64` for the named architectures.
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { architectures, bunProgram, obtainBun, reasonForNoBun } from './lib/bun.mjs';
import { bundleProgram } from './lib/bundle.mjs';
import { capture, lastLine } from './lib/command.mjs';
import { root } from './lib/paths.mjs';
import { thirdPartyLicenses } from './lib/third-party-licenses.mjs';
import { allowFolderWithoutPath } from './lib/working-folder.mjs';

/** @typedef {import('./lib/bun.mjs').Architecture} Architecture */

const RUNTIME_LICENSE = `The runtime in the executable is Bun, under the MIT licence; JavaScriptCore in it is under the LGPL 2.1.
Their terms, and those of the libraries in Bun: https://bun.com/docs/project/license
`;

/**
 * Command lines whose code is placed together in the executable, the most frequent first. No server listens at the endpoint: the call
 * fails after all code that it needs is loaded.
 */
const FREQUENT = [
  ['get', 'key', '--endpoints=https://127.0.0.1:1', '--insecure-skip-tls-verify', '--command-timeout=200ms'],
  ['version'],
  ['--help'],
];

const outdir = path.join(root, 'dist', 'standalone');

const wanted = process.argv.length > 2 ? process.argv.slice(2) : [process.arch];
const unknown = wanted.filter((each) => !architectures.includes(/** @type {Architecture} */ (each)));
if (unknown.length > 0)
  fail(`unknown architecture ${unknown.join(', ')}: there is ${architectures.join(', ')}`);
const reason = await reasonForNoBun();
if (reason !== undefined) fail(reason);
for (const architecture of wanted) await buildFor(/** @type {Architecture} */ (architecture));

/** @param {Architecture} architecture */
async function buildFor(architecture) {
  // Cross-compiling: this machine's Bun compiles, and puts the code into the Bun executable of the other architecture.
  const missing = await obtainBun(architecture);
  if (missing !== undefined) fail(`no Bun for Linux on ${architecture}: ${missing}`);
  const folder = architecture === process.arch ? outdir : path.join(outdir, `linux-${architecture}`);
  mkdirSync(folder, { recursive: true });
  const staging = mkdtempSync(path.join(folder, '.staging-'));
  try {
    const { code, inputs } = await bundleProgram('src/launcher/standalone.ts');
    writeFileSync(path.join(staging, 'program.cjs'), code);
    // The usage is recorded with this machine's executable; other architectures use the same functions.
    await compile(staging, /** @type {Architecture} */ (process.arch), []);
    await compile(staging, architecture, await recordUse(staging));
    allowFolderWithoutPath(path.join(staging, 'etcdctl'), architecture);
    linkSync(path.join(staging, 'etcdctl'), path.join(staging, 'etcdutl'));
    const licenses = [thirdPartyLicenses(inputs, root), RUNTIME_LICENSE].join('\n');
    writeFileSync(path.join(staging, 'THIRD-PARTY-LICENSES.txt'), licenses);
    for (const name of ['etcdctl', 'etcdutl', 'THIRD-PARTY-LICENSES.txt']) {
      renameSync(path.join(staging, name), path.join(folder, name));
    }
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  const file = path.join(folder, 'etcdctl');
  console.log(`${path.relative(root, file)}: ${Math.round(statSync(file).size / 2 ** 20)} MiB`);
}

/**
 * @param {string} folder has an executable etcdctl for this machine
 * @returns {Promise<string[]>} paths of usage files, one for each frequent command line, which list the functions that it calls
 */
async function recordUse(folder) {
  const files = FREQUENT.map((_, index) => path.join(folder, `use-${index}`));
  for (const [index, args] of FREQUENT.entries()) {
    const file = files[index] ?? '';
    await capture(path.join(folder, 'etcdctl'), args, {
      env: { BUN_BYTECODE_ORDER_OUT: file },
    });
    if (!existsSync(file)) fail(`etcdctl ${args.join(' ')} has not recorded what it uses`);
  }
  return files;
}

/**
 * @param {string} folder has program.cjs; gets the executable etcdctl
 * @param {Architecture} architecture
 * @param {string[]} usage the files from `recordUse`; empty for the first build
 */
async function compile(folder, architecture, usage) {
  const bun = bunProgram(/** @type {Architecture} */ (process.arch));
  const { ok, stdout, stderr } = await capture(bun, compilerArgs(architecture, usage), { cwd: folder });
  // Bun also prints the source line, and the bundle's lines are very long: only the messages are kept.
  const errors = `${stderr}${stdout}`.split('\n').filter((line) => line.startsWith('error:'));
  if (!ok) fail(`bun build failed; ${errors.join('\n') || lastLine(stderr)}`);
}

/**
 * @param {Architecture} architecture
 * @param {string[]} usage
 */
function compilerArgs(architecture, usage) {
  const isNative = architecture === process.arch;
  return [
    'build',
    '--compile',
    '--minify',
    '--bytecode',
    ...(usage.length === 0 ? [] : [`--bytecode-order=${usage.join(',')}`]),
    // Most code runs once, and compiling it costs more than it saves: require four times the default number of calls.
    '--compile-jit-policy=4',
    // The program must not read configuration files of the working directory.
    '--no-compile-autoload-dotenv',
    '--no-compile-autoload-bunfig',
    ...(isNative
      ? []
      : [`--target=bun-linux-${architecture}`, `--compile-executable-path=${bunProgram(architecture)}`]),
    'program.cjs',
    '--outfile=etcdctl',
  ];
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(message);
  process.exit(1);
}
