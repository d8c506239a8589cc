// Compiles src/wire/proto into src/wire/generated with buf and ts-proto, both from node_modules, offline, and writes
// docs/commands.md from the commands' declarations. `--check` writes nothing and fails when the files in the checkout are stale.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isCommandsDocCurrent, writeCommandsDoc } from './commands-doc.mjs';

const topFolder = fileURLToPath(new URL('..', import.meta.url));
const generatedFolder = join(topFolder, 'src', 'wire', 'generated');

/**
 * Runs buf in the root of the checkout and returns its stdout. Runs the npm package's launcher with this Node.js:
 * it finds the platform's program without install scripts, and needs no .cmd wrapper on Windows.
 *
 * @param {string[]} args
 * @returns {string}
 * @throws {Error} with buf's output when it cannot be started or fails
 */
export function runBuf(args) {
  const launcher = createRequire(import.meta.url).resolve('@bufbuild/buf/bin/buf');
  const result = spawnSync(process.execPath, [launcher, ...args], {
    cwd: topFolder,
    env: { ...process.env, BUF_CACHE_DIR: join(topFolder, 'node_modules', '.cache', 'buf') },
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  if (result.error) throw result.error;
  if (result.status !== 0) throw new Error(`buf ${args[0]} failed:\n${result.stderr}${result.stdout}`);
  return result.stdout;
}

/**
 * @param {string} folder
 * @returns {string[]} relative paths of all .ts files below it, sorted; empty when the folder does not exist
 */
function listCode(folder) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts')).sort();
}

/**
 * @param {string} expected
 * @param {string} actual
 * @returns {string[]} the differences between the two folders, one line for each file
 */
function differences(expected, actual) {
  const wanted = listCode(expected);
  const present = listCode(actual);
  const stale = present.filter((name) => !wanted.includes(name)).map((name) => `${name}: has no .proto file`);
  const wrong = wanted.flatMap((name) => {
    if (!present.includes(name)) return [`${name}: missing`];
    const same = readFileSync(join(expected, name)).equals(readFileSync(join(actual, name)));
    return same ? [] : [`${name}: differs`];
  });
  return [...wrong, ...stale];
}

/**
 * Makes decoders share one empty array. A decoder of ts-proto allocates an empty array for each bytes field before it reads the
 * message: two for every key-value pair, which takes a tenth of the time of a large range.
 *
 * @param {string} file of generated code, in a subfolder of the generated folder
 */
function shareEmptyBytes(file) {
  const code = readFileSync(file, 'utf8');
  const shared = code.replaceAll('new Uint8Array(0)', 'NO_BYTES');
  if (shared === code) return;
  writeFileSync(file, shared.replace(/^import /m, "import { NO_BYTES } from '../../no-bytes.js';\nimport "));
}

/** @param {boolean} checkOnly */
async function main(checkOnly) {
  generateCode(checkOnly);
  if (!checkOnly) await writeCommandsDoc();
  else if (!(await isCommandsDocCurrent())) {
    console.error('docs/commands.md is stale; run `npm run generate`');
    process.exitCode = 1;
  }
}

/** @param {boolean} checkOnly */
function generateCode(checkOnly) {
  const scratch = mkdtempSync(join(tmpdir(), 'etcdctl-ts-generate-'));
  const fresh = join(scratch, 'generated');
  try {
    runBuf(['generate', '--output', fresh]);
    if (listCode(fresh).length === 0) throw new Error('buf generated no code');
    for (const name of listCode(fresh)) shareEmptyBytes(join(fresh, name));
    if (checkOnly) {
      const found = differences(fresh, generatedFolder);
      if (found.length === 0) return;
      console.error('src/wire/generated differs from what src/wire/proto generates; run `npm run generate`:');
      for (const line of found) console.error(`  ${line}`);
      process.exitCode = 1;
      return;
    }
    rmSync(generatedFolder, { recursive: true, force: true });
    cpSync(fresh, generatedFolder, { recursive: true });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const startedFile = process.argv[1];
if (startedFile && realpathSync(startedFile) === fileURLToPath(import.meta.url)) {
  await main(process.argv.includes('--check'));
}
