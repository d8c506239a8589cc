// How esbuild bundles the program, for the npm package and for the standalone executable.
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

/** What a CommonJS module is called with, for the launcher, which does it itself. */
const WRAPPER = ['(function (module, exports, require) {', '})'];

/**
 * src/process.ts with everything that it imports, as one CommonJS module in ASCII: the expression
 * of a function that is to be called with `module`, `exports` and `require`. What the program imports lazily is
 * in it too, and is executed when it is first imported.
 *
 * @returns {Promise<{ code: Uint8Array, inputs: string[] }>} `inputs`: the files of which something is left in the code
 * @throws after esbuild has printed what is wrong
 */
export async function bundleProgram() {
  const { outputFiles, metafile } = await build({
    ...bundleOptions,
    entryPoints: ['src/process.ts'],
    metafile: true,
    banner: { js: WRAPPER[0] ?? '' },
    footer: { js: WRAPPER[1] ?? '' },
    // gRPC's own service definitions are loaded from .proto files at run time, for channelz, which is off.
    alias: { '@grpc/proto-loader': './scripts/lib/empty-module.mjs' },
    // Only packages' optional features look for files beside their code; they are not used.
    define: { __dirname: 'undefined', __filename: 'undefined' },
  });
  return { code: outputFiles[0]?.contents ?? new Uint8Array(0), inputs: bundledInputs(metafile) };
}

/** @param {import('esbuild').Metafile} metafile */
function bundledInputs(metafile) {
  const used = Object.values(metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0),
  );
  return [...new Set(used.map(([name]) => name))];
}
