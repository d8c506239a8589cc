// Divides the program into a few files, so that a run reads only the files that it needs.
//
// esbuild splits the ES modules into about 330 chunks: modules that the same lazy imports need are in one chunk. Chunks that are
// needed together are then put into one file, a CommonJS module. Each chunk is a part of this file: a function, which is compiled and
// executed when the part is first required. How a file refers to parts of other files depends on what loads it, and is its linkage.
import path from 'node:path';
import { build, transform } from 'esbuild';
import { bundledInputs, bundleOptions, programOptions } from './bundle.mjs';

/** @typedef {import('esbuild').Metafile['outputs']} Chunks by their names */

/**
 * @typedef {object} PartsFile
 * @property {string} name
 * @property {string} code in ASCII, as the linkage makes it
 * @property {number} parts the number of parts in the file
 */

/**
 * @typedef {object} Part
 * @property {string} file the name of its file
 * @property {number} index in the file
 * @property {number} number unique over all files
 */

/**
 * @typedef {object} Linkage
 * @property {Pick<import('esbuild').BuildOptions, 'alias' | 'conditions'>} [options] what differs from `programOptions`
 * @property {(part: Part) => string} partExpression has the exports of a part of another file, and executes it when it is used first
 * @property {(name: string) => string} moduleExpression has the lazily loaded module of Node.js
 * @property {(index: number) => string} [firstStatement] of a part
 * @property {(code: string) => string} wrap makes the file of code that assigns the parts to `module.exports`
 */

/**
 * For the npm package: the file is a script whose value is a function; see `FileFunction` in src/launcher/program-file.ts.
 * src/launcher/program-parts.ts finds parts by their numbers.
 *
 * @type {Linkage}
 */
const NPM_LINKAGE = {
  partExpression: ({ number }) => `require(${number})`,
  moduleExpression: (name) => `require("lazy:${name}")`,
  firstStatement: (index) => `notePart(${index});`,
  wrap: (code) => `(function (module, require, notePart) {\n"use strict";\n${code}})`,
};

/**
 * @param {string} entryPoint such as `src/process.ts`
 * @param {Readonly<Record<string, RegExp>>} division names of the files, each with a pattern for lazily imported modules. A module
 *   and its static imports go into the first file whose pattern matches. The first pattern must match the entry point, the last
 *   every module.
 * @param {Linkage} [linkage] that of the npm package when absent
 * @returns {Promise<{ files: PartsFile[], inputs: string[] }>} `files`: the entry point is part 0; `inputs`: the source files that
 *   contribute code to the bundles
 * @throws after esbuild has printed the errors
 */
export async function splitProgram(entryPoint, division, linkage = NPM_LINKAGE) {
  const { outputFiles, metafile } = await build({
    ...programOptions,
    ...linkage.options,
    alias: { ...programOptions.alias, ...linkage.options?.alias },
    entryPoints: [entryPoint],
    format: 'esm',
    splitting: true,
    outdir: '.',
  });
  const texts = new Map(outputFiles.map((file) => [path.basename(file.path), file.text]));
  const files = divide(metafile.outputs, division, entryPoint);
  const located = files.flatMap(({ name, chunks }) =>
    chunks.map((chunk, index) => ({ chunk, file: name, index })),
  );
  const parts = new Map(located.map(({ chunk, ...part }, number) => [chunk, { ...part, number }]));
  const made = files.map(async ({ name, chunks }) => {
    const code = await joinChunks(chunks, { texts, outputs: metafile.outputs, parts, linkage });
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
 * @property {Chunks} outputs what esbuild says about them
 * @property {ReadonlyMap<string, Part>} parts by chunk name
 * @property {Linkage} linkage
 */

/**
 * @param {string[]} chunks the names of one file's chunks
 * @param {Program} program
 */
async function joinChunks(chunks, { texts, outputs, parts, linkage }) {
  const functions = chunks.map(async (chunk, index) => {
    const body = await functionBody(
      texts.get(chunk) ?? '',
      /** @type {Chunks[string]} */ (outputs[chunk]),
      (imported) => {
        const local = chunks.indexOf(imported);
        if (local >= 0) return `${PARTS}[${local}]()`;
        const part = parts.get(imported);
        return part && linkage.partExpression(part);
      },
    );
    return `function(${EXPORT}){${linkage.firstStatement?.(index) ?? ''}${linkedModules(body, linkage)}}`;
  });
  const list = (await Promise.all(functions)).join(',');
  return linkage.wrap(`const ${PARTS}=[${list}].map(${ONCE});module.exports=${PARTS};`);
}

/** Names in the files: the functions that return the exports of the parts, and the one that gets the exports of a part. */
const PARTS = '__parts';
const EXPORT = '__export_all';

/** Makes the function of a part one that executes it at the first call, and returns its exports. Parts do not need each other in a cycle. */
const ONCE =
  '(part)=>{let exported;return()=>{if(!exported){const own={};part((all)=>Object.assign(own,all));exported=own}return exported}}';

/**
 * Makes an ES module of esbuild's splitting the body of a function. Such a module imports others at its beginning only, and exports at
 * its end.
 *
 * @param {string} text
 * @param {Chunks[string]} output what esbuild says about it
 * @param {(chunk: string) => string | undefined} partExpression has the exports of another chunk
 * @throws {Error} when an exported variable is assigned later than where it is declared: imported names become constants; and when the text
 *   has other imports or exports than `output`
 */
async function functionBody(text, output, partExpression) {
  const left = {
    imports: output.imports.filter(({ path: imported }) => partExpression(imported) !== undefined).length,
    exports: output.exports.length,
  };
  const part = (/** @type {string} */ chunk) => {
    left.imports--;
    return partExpression(chunk);
  };
  const rewritten = text
    .replaceAll(/\bimport\{([^}]*)\}from"\.\/([^"]+)";/g, (_, list, chunk) => {
      return `const{${list.replaceAll(' as ', ':')}}=${part(chunk)};`;
    })
    .replaceAll(/\bimport"\.\/([^"]+)";/g, (_, chunk) => `${part(chunk)};`)
    .replaceAll(/\bimport\("\.\/([^"]+)"\)/g, (_, chunk) => `Promise.resolve().then(()=>${part(chunk)})`)
    .replace(/\bexport\{([^}]*)\};?\s*$/, (_, /** @type {string} */ list) => {
      const names = list.split(',');
      left.exports -= names.length;
      for (const name of names) requireConstant(text, name.split(' as ')[0] ?? '');
      return `${EXPORT}({${list.replaceAll(/([\w$]+) as ([\w$]+)/g, '$2:$1')}});`;
    });
  if (left.imports > 0 || left.exports !== 0)
    throw new Error(`${left.imports} imports and ${left.exports} exports were not understood`);
  const { platform, target, minifySyntax, minifyWhitespace, legalComments, logLevel } = bundleOptions;
  const { code } = await transform(rewritten, {
    format: 'cjs',
    platform,
    target,
    minifySyntax,
    minifyWhitespace,
    legalComments,
    logLevel,
  });
  return code.replace(/^"use strict";/, '');
}

/**
 * Throws when an exported name is a variable without a value where it is declared, or one that is assigned twice.
 *
 * @param {string} text
 * @param {string} name
 */
function requireConstant(text, name) {
  const escaped = name.replaceAll('$', '\\$');
  const inPattern = String.raw`\{[^{}]*(?<![\w$])${escaped}(?![\w$:])[^{}]*\}`;
  const declared = new RegExp(
    String.raw`(?:\b(?:var|let|const) |,)${escaped}=|\b(?:function\*? ?|class )${escaped}(?![\w$])|\b(?:var|let|const|import)${inPattern}`,
  );
  const assigned = String.raw`(?<![\w$.])${escaped}(?:=(?![=>])|\+\+|--|(?:[-+*/%&|^]|\?\?|&&|\|\||\*\*|<<|>>>?)=)`;
  const counted = String.raw`(?:\+\+|--)${escaped}(?![\w$])`;
  const assignments = [...text.matchAll(new RegExp(`${assigned}|${counted}`, 'g'))].length;
  if (!declared.test(text) || assignments > 1)
    throw new Error(`the exported variable ${name} is assigned later`);
}

/**
 * @param {string} code
 * @param {Linkage} linkage
 */
function linkedModules(code, { moduleExpression }) {
  return (
    code
      // `import()` would need an ES module loader.
      .replaceAll(
        /\bimport\("lazy:([^"]+)"\)/g,
        (_, name) => `Promise.resolve().then(()=>${moduleExpression(name)})`,
      )
      // CommonJS packages in an ES module call esbuild's `__require`.
      .replaceAll(/\b(?:__)?require\d*\("lazy:([^"]+)"\)/g, (_, name) => moduleExpression(name))
  );
}
