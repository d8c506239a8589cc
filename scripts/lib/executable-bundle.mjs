// The bundle of the standalone executable: CommonJS modules, which Bun compiles one by one and loads when they are required.
import { build } from 'esbuild';
import { bundleOptions } from './bundle.mjs';
import { splitProgram } from './split-bundle.mjs';

/** The file that Bun starts. Another file cannot require it, because Bun gives it the name of the executable. */
export const MAIN = 'main.cjs';

/**
 * Modules that the program imports with `import()` are included, and are executed on their first import; Node.js's built-in modules are
 * loaded on first use.
 *
 * @param {string} entryPoint such as `src/launcher/standalone.ts`
 * @param {Readonly<Record<string, RegExp>>} division see `splitProgram`
 * @returns {Promise<{ files: { name: string, code: string }[], inputs: string[] }>} `files`: `MAIN` and those that it requires;
 *   `inputs`: the source files that contribute code to them
 * @throws after esbuild has printed the errors
 */
export async function bundleExecutable(entryPoint, division) {
  const lazyModule = await build({
    ...bundleOptions,
    entryPoints: ['src/launcher/lazy-module.ts'],
    format: 'iife',
    globalName: 'lazyModules',
  });
  const { files, inputs } = await splitProgram(entryPoint, division, {
    options: {
      alias: { '@bokuweb/zstd-wasm': './scripts/lib/no-zstd-wasm.mjs' },
      // Chooses `#channel` in package.json.
      conditions: ['executable'],
    },
    // Literal names, which Bun needs to find the modules at build time.
    partExpression: ({ file, index }) => `require("./${file}.cjs")[${index}]()`,
    moduleExpression: (name) => `lazyModules.lazyModule(()=>require("${name}"))`,
    wrap: (code) => `"use strict";${lazyModule.outputFiles[0]?.text}${code}`,
  });
  const [first] = files;
  const modules = files
    .filter(({ parts }) => parts > 0)
    .map(({ name, code }) => ({ name: `${name}.cjs`, code }));
  return { files: [{ name: MAIN, code: `require("./${first?.name}.cjs")[0]();` }, ...modules], inputs };
}
