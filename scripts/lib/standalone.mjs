// Builds the standalone executables with Bun.
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { architectureOf, bunProgram, obtainBun, ownTarget, reasonForNoBun } from './bun.mjs';
import { capture, lastLine } from './command.mjs';
import { bundleExecutable } from './executable-bundle.mjs';
import { root } from './paths.mjs';
import { thirdPartyLicenses } from './third-party-licenses.mjs';
import { allowFolderWithoutPath } from './working-folder.mjs';

/** @typedef {import('./bun.mjs').Target} Target */

const RUNTIME_LICENSE = `The runtime in the executable is Bun, under the MIT licence; JavaScriptCore in it is under the LGPL 2.1.
Their terms, and those of the libraries in Bun: https://bun.com/docs/project/license
`;

/**
 * Modules of the executable, each with the source modules that a run needs together: what every run needs; what nearly all commands need
 * that do more than print a text, with the most frequent of them; calls; all else; database files.
 */
const DIVISION = {
  program:
    /^src\/(?:launcher\/standalone|etcdctl|commands\/v3\/(?:version|summaries)|printers\/simple\/simple)\.ts$/,
  run: /^src\/(?:cli\/(?:run|flag-parser)|commands\/v3\/(?:get|put)|transport\/(?:grpc\/connect|socket\/bun-socket))\.ts$/,
  calls: /^src\/(?:transport\/grpc\/client|wire\/packed-key-values)\.ts$/,
  rest: /^(?!src\/storage\/)/,
  storage: /^/,
};

const outdir = path.join(root, 'dist', 'standalone');

const MAX_RECORDINGS = 10;
/** A run takes a second. */
const RECORDING_TIMEOUT_MS = 60_000;

/** The modules of the executable, and the source files that contribute code to them; see `bundleExecutable`. */
export function bundleStandalone() {
  return bundleExecutable('src/launcher/standalone.ts', DIVISION);
}

/** @param {Target} target */
export function standaloneFolder(target) {
  return target === ownTarget ? outdir : path.join(outdir, `linux-${target}`);
}

/**
 * Builds `etcdctl`, its hard link `etcdutl` and `THIRD-PARTY-LICENSES.txt` for each target, in `standaloneFolder`.
 *
 * @param {readonly Target[]} targets
 * @throws {Error} with a reason for the user when Bun cannot be obtained, or fails
 */
export async function buildStandalone(targets) {
  const reason = await reasonForNoBun();
  if (ownTarget === undefined || reason !== undefined) throw new Error(reason);
  mkdirSync(outdir, { recursive: true });
  const staging = mkdtempSync(path.join(outdir, '.staging-'));
  try {
    const { files, inputs } = await bundleStandalone();
    for (const { name, code } of files) writeFileSync(path.join(staging, name), code);
    const modules = files.map(({ name }) => name);
    const licenses = [thirdPartyLicenses(inputs, root), RUNTIME_LICENSE].join('\n');
    // The usage is recorded with this machine's executable; those for other targets use the same functions.
    await compile(staging, { target: ownTarget, modules });
    const usage = await recordUse(staging);
    for (const target of targets) {
      // Cross-compiling: this machine's Bun compiles, and puts the code into the Bun executable of the target.
      const missing = await obtainBun(target);
      if (missing !== undefined) throw new Error(`no Bun for Linux on ${target}: ${missing}`);
      await compile(staging, { target, modules, usage });
      allowFolderWithoutPath(path.join(staging, 'etcdctl'), architectureOf(target));
      linkSync(path.join(staging, 'etcdctl'), path.join(staging, 'etcdutl'));
      writeFileSync(path.join(staging, 'THIRD-PARTY-LICENSES.txt'), licenses);
      publish(staging, standaloneFolder(target));
    }
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/**
 * @param {string} staging
 * @param {string} folder
 */
function publish(staging, folder) {
  mkdirSync(folder, { recursive: true });
  for (const name of ['etcdctl', 'etcdutl', 'THIRD-PARTY-LICENSES.txt']) {
    renameSync(path.join(staging, name), path.join(folder, name));
  }
}

/**
 * Records the functions that the most frequent commands call; Bun places their code together in the executable. `get` is sent to a server
 * that accepts the connection and never answers: it fails by its timeout after all code that it needs is loaded. Where the connection is
 * refused, the functions that it calls depend on the time, because of retries; here they seldom do, also on a busy machine.
 *
 * @param {string} folder has an executable etcdctl for this machine
 * @returns {Promise<string[]>} paths of usage files, the most frequent command first
 */
async function recordUse(folder) {
  const server = createServer((socket) => socket.on('error', () => {}).resume());
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const endpoint = `--endpoints=https://127.0.0.1:${port}`;
  const frequent = [
    ['get', 'key', endpoint, '--insecure-skip-tls-verify', '--command-timeout=900ms'],
    ['version'],
    ['--help'],
  ];
  try {
    const files = frequent.map((_, index) => path.join(folder, `use-${index}`));
    for (const [index, args] of frequent.entries()) {
      await recordUntilTwice(path.join(folder, 'etcdctl'), args, files[index] ?? '');
    }
    return files;
  } finally {
    server.close();
  }
}

/**
 * Runs an executable until two runs have recorded the same: on a very busy machine, the time of `get` can run out before all code is
 * loaded.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {string} file receives the names of the functions that are called
 * @throws {Error} when a run records nothing, or all runs record something else
 */
export async function recordUntilTwice(program, args, file) {
  const line = `etcdctl ${args.join(' ')}`;
  const seen = new Set();
  for (let tries = 0; tries < MAX_RECORDINGS; tries++) {
    rmSync(file, { force: true });
    await capture(program, args, { env: { BUN_BYTECODE_ORDER_OUT: file }, timeoutMs: RECORDING_TIMEOUT_MS });
    const recorded = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (recorded === '') throw new Error(`${line} has not recorded what it uses`);
    if (seen.has(recorded)) return;
    seen.add(recorded);
  }
  throw new Error(`${line} has recorded something else in each of ${MAX_RECORDINGS} runs`);
}

/**
 * @typedef {object} Compilation
 * @property {Target} target
 * @property {string[]} modules names of files, the one to start first
 * @property {string[]} [usage] the files from `recordUse`; absent for the first build
 */

/**
 * @param {string} folder has the modules; gets the executable etcdctl
 * @param {Compilation} compilation
 */
async function compile(folder, compilation) {
  const bun = bunProgram(/** @type {Target} */ (ownTarget));
  const { ok, stdout, stderr } = await capture(bun, compilerArgs(compilation), { cwd: folder });
  // Bun also prints the source line, and the bundle's lines are very long: only the messages are kept.
  const errors = `${stderr}${stdout}`.split('\n').filter((line) => line.startsWith('error:'));
  if (!ok) throw new Error(`bun build failed; ${errors.join('\n') || lastLine(stderr)}`);
}

/** @param {Compilation} compilation */
function compilerArgs({ target, modules, usage = [] }) {
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
    ...(target === ownTarget
      ? []
      : [`--target=bun-linux-${target}`, `--compile-executable-path=${bunProgram(target)}`]),
    // Each module is compiled apart, and not bundled into those that require it.
    ...modules.map((name) => `--external=./${name}`),
    ...modules.map((name) => `./${name}`),
    '--outfile=etcdctl',
  ];
}
