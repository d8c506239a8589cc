// Writes docs/commands.md, or checks whether it is current. Part of `npm run generate` and of its `--check`.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { commandsPage } from './lib/commands-page.mjs';
import { root } from './lib/paths.mjs';

const page = path.join(root, 'docs', 'commands.md');

const aboutVersion2 = `These commands are for servers up to 3.5 that run with \`--enable-v2\`. Set \`ETCDCTL_API=2\` to use them,
also for the examples below. The flags in this table stand before the name of the command, the flags of the command anywhere after it,
with one dash or two. Command names cannot be abbreviated. These environment variables set the flags that are not given:
\`ETCDCTL_ENDPOINTS\`, \`ETCDCTL_ENDPOINT\`, \`ETCDCTL_PEERS\`, \`ETCDCTL_CERT_FILE\`, \`ETCDCTL_KEY_FILE\`, \`ETCDCTL_CA_FILE\`,
\`ETCDCTL_USERNAME\`, \`ETCDCTL_DISCOVERY_SRV\`, \`ETCDCTL_DISCOVERY_SRV_NAME\`, \`ETCDCTL_INSECURE_DISCOVERY\`.

Exit codes: 1 for an invalid command line, \`get\` of a directory, and failures of \`member\`, \`user\`, \`role\`, \`auth\` and
\`backup\`; 2 if no server answers when the members are asked for their client URLs; 3 for an unknown command; 4 if another call fails; 5 if
\`cluster-health\` finds the cluster unhealthy; 128 for missing arguments.`;

/** @typedef {{ describe(): import('../src/cli/command-description.js').CommandDescription }} Program */
/** @typedef {{ createEtcdctl(): Promise<Program>, createEtcdctlV2(): Program, createEtcdutl(): Promise<Program> }} Programs */

export async function writeCommandsDoc() {
  writeFileSync(page, await currentPage());
}

/** @returns {Promise<boolean>} whether the page agrees with the declarations of the commands */
export async function isCommandsDocCurrent() {
  const wanted = await currentPage();
  try {
    return readFileSync(page, 'utf8') === wanted;
  } catch {
    return false;
  }
}

async function currentPage() {
  const { createEtcdctl, createEtcdctlV2, createEtcdutl } = await loadPrograms();
  return commandsPage([
    { description: (await createEtcdctl()).describe(), hasVariables: true },
    { description: (await createEtcdutl()).describe(), hasVariables: false },
    {
      description: createEtcdctlV2().describe(),
      hasVariables: false,
      words: 'ETCDCTL_API=2 etcdctl',
      about: aboutVersion2,
    },
  ]);
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
        contents: ['etcdctl', 'etcdctl-v2', 'etcdutl']
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
