// Options for esbuild.
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';
import { root } from './paths.mjs';
import { packageVersion, sourceCommit } from './source.mjs';

/** @satisfies {import('esbuild').BuildOptions} */
export const bundleOptions = {
  absWorkingDir: root,
  write: false,
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
};

/** Prefix of the names of Node.js's built-in modules that are loaded lazily. */
const LAZY = 'lazy:';

/** Modules that are not loaded lazily: `assert` is called as a function, which the lazy proxy is not; `process` is always loaded. */
const EAGER = /^(?:node:)?(?:assert|process)$/;

/** @type {import('esbuild').Plugin} */
const markLazyModules = {
  name: 'mark-lazy-modules',
  setup({ onResolve }) {
    onResolve({ filter: /.*/ }, ({ path }) =>
      isBuiltin(path) && !EAGER.test(path) ? { path: LAZY + path, external: true } : undefined,
    );
  },
};

/**
 * Puts the WebAssembly of zstd into the bundle; the package reads it from a file next to its code. Throws when the package has changed.
 *
 * @type {import('esbuild').Plugin}
 */
const inlineZstd = {
  name: 'inline-zstd',
  setup({ initialOptions, onLoad }) {
    onLoad({ filter: /zstd-wasm\/dist\/common\/index\.node\.js$/ }, async ({ path: file }) => {
      const code = await readFile(file, 'utf8');
      const contents = code.replace("readFile(resolve(__dirname, './zstd.wasm'))", 'exports.wasm');
      if (contents === code) throw new Error(`${file} does not read zstd.wasm as expected`);
      const wasm = initialOptions.loader?.['.wasm']
        ? "require('./zstd.wasm')"
        : "require('node:worker_threads').workerData.wasm";
      return { contents: `${contents}\nexports.wasm = ${wasm};`, loader: 'js' };
    });
  },
};

/**
 * Bundles a file whose name is imported with `?raw` and puts it into the bundle as a text: the code of a thread. A run that has begun then
 * needs no more files.
 *
 * @type {import('esbuild').Plugin}
 */
const threadCode = {
  name: 'thread-code',
  setup({ initialOptions, onResolve, onLoad }) {
    onResolve({ filter: /\?raw$/ }, ({ path: name, resolveDir }) => ({
      path: path.join(resolveDir, name.slice(0, -'?raw'.length)),
      namespace: 'thread-code',
    }));
    onLoad({ filter: /.*/, namespace: 'thread-code' }, async ({ path: file }) => {
      const { outputFiles } = await build({
        ...bundleOptions,
        entryPoints: [file],
        plugins: [inlineZstd],
        ...(initialOptions.alias && { alias: initialOptions.alias }),
      });
      return { contents: outputFiles[0]?.text ?? '', loader: 'text' };
    });
  },
};

/**
 * Options for the program itself. Names of Node.js's built-in modules get the prefix `lazy:`.
 *
 * @satisfies {import('esbuild').BuildOptions}
 */
export const programOptions = {
  ...bundleOptions,
  metafile: /** @type {const} */ (true),
  plugins: [markLazyModules, inlineZstd, threadCode],
  loader: { '.wasm': 'binary' },
  // grpc-js uses proto-loader for channelz only, which is disabled here.
  alias: { '@grpc/proto-loader': './scripts/lib/empty-module.mjs' },
  // Only optional features of packages read files next to their code, and those features are not used.
  define: {
    __dirname: 'undefined',
    __filename: 'undefined',
    PACKAGE_VERSION: JSON.stringify(packageVersion),
    SOURCE_COMMIT: JSON.stringify(await sourceCommit()),
  },
};

/**
 * The source files that contribute code to the bundle.
 *
 * @param {import('esbuild').Metafile} metafile
 */
export function bundledInputs(metafile) {
  const used = Object.values(metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0),
  );
  return [...new Set(used.map(([name]) => name))];
}
