// How esbuild bundles the program: for the standalone executable as a whole; for the npm package see split-bundle.mjs.
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

/** A mark in front of the names of Node's modules that are to be loaded lazily. */
const LAZY = 'lazy:';

/** Modules that are called as functions themselves, which a stand-in cannot be, and those that are always there. */
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
 * How the program itself is bundled. Names of Node's modules get `lazy:` in front.
 *
 * @satisfies {import('esbuild').BuildOptions}
 */
export const programOptions = {
  ...bundleOptions,
  metafile: /** @type {const} */ (true),
  plugins: [markLazyModules],
  // gRPC's own service definitions are loaded from .proto files at run time, for channelz, which is off.
  alias: { '@grpc/proto-loader': './scripts/lib/empty-module.mjs' },
  // Only packages' optional features look for files beside their code; they are not used.
  define: { __dirname: 'undefined', __filename: 'undefined' },
};

/**
 * The program with everything that it imports, as one CommonJS module in ASCII. What the program imports lazily is in it too, and is
 * executed when it is first imported; Node's modules are loaded when something of them is first used.
 *
 * @param {string} entryPoint such as `src/process.ts`
 * @returns {Promise<{ code: string, inputs: string[] }>} `inputs`: the files of which something is left in the code
 * @throws after esbuild has printed what is wrong
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
    entryPoints: [entryPoint],
    banner: { js: lazyModule.outputFiles[0]?.text ?? '' },
  });
  const [output] = outputFiles;
  return { code: loadLazily(output?.text ?? ''), inputs: bundledInputs(metafile) };
}

/**
 * The names have to stand in calls of `require`: Bun compiles such modules beforehand. `import()` would need a loader of ES modules.
 *
 * @param {string} code
 */
function loadLazily(code) {
  return code
    .replaceAll(/\brequire\("lazy:([^"]+)"\)/g, 'lazyModules.lazyModule(()=>require("$1"))')
    .replaceAll(/\bimport\("lazy:([^"]+)"\)/g, 'Promise.resolve(require("$1"))');
}

/**
 * The files of which something is left in the code.
 *
 * @param {import('esbuild').Metafile} metafile
 */
export function bundledInputs(metafile) {
  const used = Object.values(metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0),
  );
  return [...new Set(used.map(([name]) => name))];
}
