// `npm run build`: bundles src/process.ts and what it imports into a few files of dist/npm, and the launcher into launcher.js next
// to them, and the man pages into dist/man. All are CommonJS: Node.js starts it faster than ES modules, and can cache its compiled code.
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { bundleOptions } from './lib/bundle.mjs';
import { root } from './lib/paths.mjs';
import { splitProgram } from './lib/split-bundle.mjs';
import { thirdPartyLicenses } from './lib/third-party-licenses.mjs';
import { writeManPages } from './man-pages.mjs';

const outdir = path.join(root, 'dist', 'npm');
const entry = 'launcher.js';

/** Parts of commands that work on files: what they need is with the file formats, and not among what the other commands load. */
const FILE_WORK = [
  'commands/files/local-restore/',
  'commands/files/snapshot-directory',
  'commands/files/snapshot-range',
  'commands/v3/snapshot/save-directory',
  'commands/v3/top/snapshot-use',
  'commands/v3/diff/comparison',
];

/**
 * Groups of modules that a run needs together: what every run needs, with the most frequent commands; calls; other frequent commands;
 * the other commands, formats and ETCDCTL_API=2; what reads and writes YAML; what is in values; zstd for Node.js without it; database
 * files.
 */
const DIVISION = {
  program:
    /^src\/(?:process|etcdctl|cli\/(?:run|flag-parser)|commands\/v3\/(?:get|put|del|version|summaries)|printers\/simple\/simple)\.ts$/,
  calls:
    /^src\/(?:transport\/(?:grpc|socket|tls)\/|wire\/packed-key-values|cli\/server-hints\.ts$|nodes\/signs\.ts$)/,
  frequent:
    /^src\/(?:commands\/v3\/(?:lock|watch|endpoint\/)|wire\/(?:packed-events|generated\/etcdserverpb\/(?:lease|maintenance))|term\/child)/,
  rest: new RegExp(
    `^(?!src/(?:storage/|nodes/|cli/profile-values|commands/kv/value-output|printers/yaml|${FILE_WORK.join('|')}))`,
  ),
  yaml: /^src\/(?:nodes\/|cli\/profile-values|printers\/yaml)/,
  values: /^src\/commands\/kv\/value-output/,
  zstd: /^src\/storage\/compressed\/wasm-codec/,
  storage: /^/,
};

try {
  const { files, inputs } = await splitProgram('src/process.ts', DIVISION);
  const named = files.map(({ name, code, parts }) => ({ name: contentName(name, code), code, parts }));
  const launcher = await build({
    ...bundleOptions,
    entryPoints: ['src/launcher/launcher.ts'],
    define: { PROGRAM_FILES: JSON.stringify(named.map(({ name, parts }) => ({ name, parts }))) },
  });
  publish([
    ['package.json', Buffer.from('{ "type": "commonjs" }\n')],
    ...named.map(({ name, code }) => /** @type {const} */ ([name, Buffer.from(code)])),
    [entry, launcher.outputFiles[0]?.contents ?? Buffer.alloc(0)],
    ['THIRD-PARTY-LICENSES.txt', Buffer.from(thirdPartyLicenses(inputs, root))],
  ]);
  await writeManPages();
  for (const { name, code } of named) console.log(`dist/npm/${name}: ${Math.ceil(code.length / 1024)} KiB`);
} catch (error) {
  // esbuild has already printed the errors with their locations.
  if (!(error instanceof Error && 'errors' in error)) throw error;
  process.exit(1);
}

/**
 * @param {string} name
 * @param {string} code
 */
function contentName(name, code) {
  return `${name}-${createHash('sha256').update(code).digest('hex').slice(0, 16)}.js`;
}

/**
 * Writes the files so that a program started at any moment finds an entry with its bundles: bundles are named after their
 * contents and are written first, the entry last; stale files are removed afterwards.
 *
 * @param {(readonly [name: string, contents: Uint8Array])[]} outputs
 */
function publish(outputs) {
  mkdirSync(outdir, { recursive: true });
  const order = outputs.toSorted(([a], [b]) => Number(a === entry) - Number(b === entry));
  const staging = mkdtempSync(path.join(path.dirname(outdir), '.staging-'));
  for (const [name, contents] of order) {
    if (isSame(path.join(outdir, name), contents)) continue;
    writeFileSync(path.join(staging, name), contents);
    renameSync(path.join(staging, name), path.join(outdir, name));
  }
  rmSync(staging, { recursive: true });
  const current = new Set(outputs.map(([name]) => name));
  for (const name of readdirSync(outdir)) {
    if (!current.has(name)) rmSync(path.join(outdir, name), { recursive: true });
  }
}

/**
 * @param {string} file
 * @param {Uint8Array} contents
 */
function isSame(file, contents) {
  try {
    return readFileSync(file).equals(contents);
  } catch {
    return false;
  }
}
