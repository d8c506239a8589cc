// Writes docs/commands.md, or tells whether it is stale. Part of `npm run generate` and of its `--check`.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { commandsPage } from './lib/commands-page.mjs';
import { root } from './lib/paths.mjs';

const page = path.join(root, 'docs', 'commands.md');

/** @typedef {{ describe(): import('../src/cli/command-description.js').CommandDescription }} Program */
/** @typedef {{ createEtcdctl(): Promise<Program>, createEtcdutl(): Promise<Program> }} Programs */

export async function writeCommandsDoc() {
  writeFileSync(page, await currentPage());
}

/** @returns {Promise<boolean>} whether the page is what the commands declare */
export async function isCommandsDocCurrent() {
  const wanted = await currentPage();
  try {
    return readFileSync(page, 'utf8') === wanted;
  } catch {
    return false;
  }
}

async function currentPage() {
  const { createEtcdctl, createEtcdutl } = await loadPrograms();
  return commandsPage([
    { description: (await createEtcdctl()).describe(), hasVariables: true },
    { description: (await createEtcdutl()).describe(), hasVariables: false },
  ]);
}

/**
 * The declarations are TypeScript: they are bundled first.
 *
 * @returns {Promise<Programs>}
 */
async function loadPrograms() {
  const scratch = mkdtempSync(path.join(tmpdir(), 'etcdctl-ts-commands-'));
  const bundle = path.join(scratch, 'programs.mjs');
  try {
    await build({
      absWorkingDir: root,
      stdin: {
        contents: "export * from './src/etcdctl.js'; export * from './src/etcdutl.js';",
        resolveDir: root,
      },
      outfile: bundle,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      logLevel: 'warning',
      banner: {
        js: "import { createRequire as createRequireForBundle } from 'node:module';\nconst require = createRequireForBundle(import.meta.url);",
      },
      define: { __dirname: 'undefined', __filename: 'undefined' },
    });
    return await import(pathToFileURL(bundle).href);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
