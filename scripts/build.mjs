// `npm run build`: bundles src/process.ts and what it imports into dist/npm. What the program imports lazily
// stays in chunks of its own, so that starting it reads little.
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
import { root } from './lib/paths.mjs';
import { thirdPartyLicenses } from './lib/third-party-licenses.mjs';

const outdir = path.join(root, 'dist', 'npm');
const entry = 'main.js';

const result = await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/process.ts' },
  outdir,
  write: false,
  metafile: true,
  bundle: true,
  splitting: true,
  chunkNames: 'chunk-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
  // CommonJS packages call `require` for Node's own modules; an ES module has none.
  banner: {
    js: "import { createRequire as createRequireForBundle } from 'node:module';\nconst require = createRequireForBundle(import.meta.url);",
  },
  // gRPC's own service definitions are loaded from .proto files at run time, for channelz, which is off.
  alias: { '@grpc/proto-loader': './scripts/lib/empty-module.mjs' },
  // Only packages' optional features look for files beside their code; they are not used.
  define: { __dirname: 'undefined', __filename: 'undefined' },
}).catch(() => {
  // esbuild has said what is wrong, with the places.
  process.exit(1);
});

/** @type {[name: string, contents: Uint8Array][]} */
const files = result.outputFiles.map((file) => [path.relative(outdir, file.path), file.contents]);
const licenses = Buffer.from(thirdPartyLicenses(bundledInputs(result.metafile), root));
publish([...files, ['THIRD-PARTY-LICENSES.txt', licenses]]);
const bytes = files.reduce((sum, [, contents]) => sum + contents.length, 0);
console.log(`dist/npm: ${files.length} files, ${Math.ceil(bytes / 1024)} KiB`);

/**
 * @param {import('esbuild').Metafile} metafile
 * @returns {string[]} the files of which something is left in the output
 */
function bundledInputs(metafile) {
  const used = Object.values(metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0),
  );
  return [...new Set(used.map(([name]) => name))];
}

/**
 * Puts the files in place so that a program started at any moment finds the entry and its chunks together:
 * chunks are named by their contents and come first, the entry last, stale files go afterwards.
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
