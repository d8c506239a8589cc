// Options for esbuild, and the bundle of the standalone executable as one module. The npm package's bundle: split-bundle.mjs.
import { isBuiltin } from 'node:module';
import { build } from 'esbuild';
import { root } from './paths.mjs';

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
 * Options for the program itself. Names of Node.js's built-in modules get the prefix `lazy:`.
 *
 * @satisfies {import('esbuild').BuildOptions}
 */
export const programOptions = {
  ...bundleOptions,
  metafile: /** @type {const} */ (true),
  plugins: [markLazyModules],
  // grpc-js uses proto-loader for channelz only, which is disabled here.
  alias: { '@grpc/proto-loader': './scripts/lib/empty-module.mjs' },
  // Only optional features of packages read files next to their code, and those features are not used.
  define: { __dirname: 'undefined', __filename: 'undefined' },
};

/**
 * Bundles the program with everything that it imports into one CommonJS module in ASCII. Modules that the program imports with
 * `import()` are included, and are executed on their first import; Node.js's built-in modules are loaded on first use.
 *
 * @param {string} entryPoint such as `src/process.ts`
 * @returns {Promise<{ code: string, inputs: string[] }>} `inputs`: the source files that contribute code to the bundle
 * @throws after esbuild has printed the errors
 */
export async function bundleProgram(entryPoint) {
  const lazyModule = await build({
    ...bundleOptions,
    entryPoints: ['src/launcher/lazy-module.ts'],
    format: 'iife',
    globalName: 'lazyModules',
  });
  const { outputFiles, metafile } = await build({
    ...programOptions,
    // Chooses `#channel` in package.json.
    conditions: ['executable'],
    entryPoints: [entryPoint],
    banner: { js: lazyModule.outputFiles[0]?.text ?? '' },
  });
  const [output] = outputFiles;
  return { code: loadLazily(output?.text ?? ''), inputs: bundledInputs(metafile) };
}

/**
 * Replaces imports of `lazy:` modules by calls of `require` with literal names, which Bun needs to find the modules at build time.
 * `import()` would need an ES module loader.
 *
 * @param {string} code
 */
function loadLazily(code) {
  return code
    .replaceAll(/\brequire\("lazy:([^"]+)"\)/g, 'lazyModules.lazyModule(()=>require("$1"))')
    .replaceAll(/\bimport\("lazy:([^"]+)"\)/g, 'Promise.resolve(require("$1"))');
}

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
