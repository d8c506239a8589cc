// The declarations of all commands as data, for docs/commands.md and the man pages, and the completion scripts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from './paths.mjs';

/** @typedef {import('../../src/cli/command-description.js').CommandDescription} Command */
/** @typedef {{ describe(): Command }} Program */
/** @typedef {typeof import('../../src/cli/completion/shells.js')} Completion */
/**
 * @typedef {{ createEtcdctl(): Promise<Program>, createEtcdctlV2(): Program, createEtcdutl(): Promise<Program> }
 *   & Pick<Completion, 'completionScript'>} Programs
 */

/** @returns {Promise<Readonly<Record<'etcdctl' | 'etcdctlV2' | 'etcdutl', Command>>>} */
export async function describePrograms() {
  const { createEtcdctl, createEtcdctlV2, createEtcdutl } = await loadPrograms();
  return {
    etcdctl: (await createEtcdctl()).describe(),
    etcdctlV2: createEtcdctlV2().describe(),
    etcdutl: (await createEtcdutl()).describe(),
  };
}

/** @returns {Promise<Completion['completionScript']>} makes the script that `completion` prints, for any name of the program */
export async function loadCompletionScript() {
  return (await loadPrograms()).completionScript;
}

/**
 * The declarations are TypeScript, so they are bundled before they are imported.
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
        contents: ['etcdctl', 'etcdctl-v2', 'etcdutl', 'cli/completion/shells']
          .map((name) => `export * from './src/${name}.js';`)
          .join(' '),
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
