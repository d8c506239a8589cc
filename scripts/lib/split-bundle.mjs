// Divides the program into a few files, so that a run reads only the files that it needs.
//
// esbuild splits the ES modules into about 170 chunks: modules that the same lazy imports need are in one chunk. Chunks that are
// needed together are then bundled into one file, a CommonJS module. Each chunk is a part of this file, executed when it is first
// required. Parts have numbers, which are unique over all files; src/launcher/program-parts.ts finds the parts of other files.
import path from 'node:path';
import { build } from 'esbuild';
import { bundledInputs, bundleOptions, programOptions } from './bundle.mjs';

/** @typedef {import('esbuild').Metafile['outputs']} Chunks by their names */

/**
 * @typedef {object} PartsFile
 * @property {string} name
 * @property {string} code a script in ASCII whose value is a function; see `FileFunction` in src/launcher/program-file.ts
 * @property {number} parts the number of parts in the file
 */

/**
 * @param {string} entryPoint such as `src/process.ts`
 * @param {Readonly<Record<string, RegExp>>} division names of the files, each with a pattern for lazily imported modules. A module
 *   and its static imports go into the first file whose pattern matches. The first pattern must match the entry point, the last
 *   every module.
 * @returns {Promise<{ files: PartsFile[], inputs: string[] }>} `files`: the entry point is part 0; `inputs`: the source files that
 *   contribute code to the bundles
 * @throws after esbuild has printed the errors
 */
export async function splitProgram(entryPoint, division) {
  const { outputFiles, metafile } = await build({
    ...programOptions,
    entryPoints: [entryPoint],
    format: 'esm',
    splitting: true,
    outdir: '.',
  });
  const texts = new Map(outputFiles.map((file) => [path.basename(file.path), file.text]));
  const files = divide(metafile.outputs, division, entryPoint);
  const numbers = new Map(files.flatMap(({ chunks }) => chunks).map((chunk, number) => [chunk, number]));
  const made = files.map(async ({ name, chunks }) => {
    const code = await joinChunks(chunks, { texts, numbers });
    return { name, code, parts: chunks.length };
  });
  return { files: await Promise.all(made), inputs: bundledInputs(metafile) };
}

/**
 * @param {Chunks} chunks
 * @param {Readonly<Record<string, RegExp>>} division
 * @param {string} entryPoint
 * @returns {{ name: string, chunks: string[] }[]} the entry point's chunk first
 */
function divide(chunks, division, entryPoint) {
  const entries = Object.entries(chunks)
    .map(([chunk, output]) => ({ chunk, module: output.entryPoint ?? '' }))
    // Chunks without an entry point are static imports of those with one.
    .filter(({ module }) => module !== '')
    .toSorted((a, b) => Number(b.module === entryPoint) - Number(a.module === entryPoint));
  const left = new Set(Object.keys(chunks));
  return Object.entries(division).map(([name, modules]) => {
    const wanted = entries.filter(({ module }) => modules.test(module)).map(({ chunk }) => chunk);
    return { name, chunks: [...withImports(chunks, wanted)].filter((chunk) => left.delete(chunk)) };
  });
}

/**
 * @param {Chunks} chunks
 * @param {string[]} wanted
 */
function withImports(chunks, wanted) {
  const found = new Set(wanted);
  for (const chunk of found) {
    for (const { path: imported, kind } of chunks[chunk]?.imports ?? []) {
      if (kind === 'import-statement' && imported in chunks) found.add(imported);
    }
  }
  return found;
}

/**
 * @typedef {object} Program
 * @property {ReadonlyMap<string, string>} texts source texts, by chunk name
 * @property {ReadonlyMap<string, number>} numbers part numbers, by chunk name
 */

/**
 * @param {string[]} chunks the names of one file's chunks
 * @param {Program} program
 */
async function joinChunks(chunks, { texts, numbers }) {
  /** @type {import('esbuild').Plugin} */
  const chunkFiles = {
    name: 'chunk-files',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /.*/ }, ({ path: name }) => {
        const chunk = name.replace(/^\.\//, '');
        if (chunks.includes(chunk)) return { path: chunk, namespace: 'chunk' };
        return { path: numbers.has(chunk) ? `part:${numbers.get(chunk)}` : name, external: true };
      });
      onLoad({ filter: /.*/, namespace: 'chunk' }, ({ path: chunk }) => ({
        contents: `notePart(${chunks.indexOf(chunk)});${texts.get(chunk)}`,
      }));
    },
  };
  const loaders = chunks.map((chunk) => `() => require(${JSON.stringify(`./${chunk}`)})`);
  const { outputFiles } = await build({
    ...bundleOptions,
    stdin: { contents: `module.exports = [${loaders.join(',')}];` },
    plugins: [chunkFiles],
  });
  const code = (outputFiles[0]?.text ?? '')
    // `import()` would need an ES module loader.
    .replaceAll(/\bimport\(("(?:part|lazy):[^"]+")\)/g, 'Promise.resolve().then(()=>require($1))')
    .replaceAll(/\brequire\("part:(\d+)"\)/g, 'require($1)');
  return `(function (module, require, notePart) {\n"use strict";\n${code}})`;
}
