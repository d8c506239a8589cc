// `npm run build`: bundles src/process.ts and what it imports into one file of dist/npm, and beside it main.js, which
// launches it. Both are CommonJS: Node.js starts it sooner than ES modules, and can keep its compiled code.
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
import { bundleOptions, bundleProgram } from './lib/bundle.mjs';
import { root } from './lib/paths.mjs';
import { thirdPartyLicenses } from './lib/third-party-licenses.mjs';

const outdir = path.join(root, 'dist', 'npm');
const entry = 'main.js';

try {
  const program = await bundleProgram('src/process.ts');
  // The launcher calls it as a function.
  const code = Buffer.from(`(function (module, exports, require) {\n${program.code}\n})`);
  const programFile = `program-${createHash('sha256').update(code).digest('hex').slice(0, 16)}.js`;
  const launcher = await build({
    ...bundleOptions,
    entryPoints: ['src/launcher/launcher.ts'],
    define: { PROGRAM_FILE: JSON.stringify(programFile) },
  });
  publish([
    ['package.json', Buffer.from('{ "type": "commonjs" }\n')],
    [programFile, code],
    [entry, launcher.outputFiles[0]?.contents ?? Buffer.alloc(0)],
    ['THIRD-PARTY-LICENSES.txt', Buffer.from(thirdPartyLicenses(program.inputs, root))],
  ]);
  console.log(`dist/npm: ${Math.ceil(code.length / 1024)} KiB`);
} catch (error) {
  // esbuild has said what is wrong, with the places.
  if (!(error instanceof Error && 'errors' in error)) throw error;
  process.exit(1);
}

/**
 * Puts the files in place so that a program started at any moment finds the entry and its bundle together: bundles
 * are named after their contents and come first, the entry last, stale files go afterwards.
 *
 * @param {[name: string, contents: Uint8Array][]} outputs
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
