// Writes docs/commands.md, or checks whether it is current. Part of `npm run generate` and of its `--check`.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { commandsPage } from './lib/commands-page.mjs';
import { describePrograms } from './lib/declarations.mjs';
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
  const { etcdctl, etcdctlV2, etcdutl } = await describePrograms();
  return commandsPage([
    { description: etcdctl, hasVariables: true },
    { description: etcdutl, hasVariables: false },
    { description: etcdctlV2, hasVariables: false, words: 'ETCDCTL_API=2 etcdctl', about: aboutVersion2 },
  ]);
}
