// `npm run reference`: finds or obtains the real etcd programs and lists them; also obtains the Node.js versions that users have, and
// the programs that tests put between client and server, what runs executables for other architectures, and what makes packages.
//   --quick     stops after the first source that gives a server, and obtains nothing else
//   --prebuilt  as --quick, with the newest packages or releases; builds nothing
//   --refresh   also tries the sources again that failed within the last hour

import { obtainNetworkPrograms } from './lib/network-programs.mjs';
import { obtainNodeVersions } from './lib/node-versions.mjs';
import { obtainPorts } from './lib/ports.mjs';
import { folderVariable } from './lib/reference/local.mjs';
import { releasesVariable } from './lib/reference/releases.mjs';
import { obtainReference } from './lib/reference.mjs';
import { obtainNfpm } from './lib/release/nfpm.mjs';
import { missingRequirements } from './lib/requirements.mjs';

const howToInstall = `No etcd was found and none could be obtained. Any of these helps:
  - install it: on Debian or Ubuntu \`apt-get install etcd-server etcd-client\`, on macOS \`brew install etcd\`
  - unpack a release from https://github.com/etcd-io/etcd/releases and put its folder on PATH
  - name a folder that holds etcd, etcdctl and etcdutl: ${folderVariable}=/path/to/folder
  - name a mirror of these releases: ${releasesVariable}=https://mirror.example/etcd
  - where there is a Go toolchain, build it: \`npm run reference\``;

const missing = missingRequirements('posix');
if (missing !== undefined) {
  console.error(missing);
  process.exit(1);
}

const prebuilt = process.argv.includes('--prebuilt');
const quick = prebuilt || process.argv.includes('--quick');
const options = {
  refresh: process.argv.includes('--refresh'),
  say: (/** @type {string} */ line) => console.log(line),
};
const references = await obtainReference({
  quick,
  prebuilt,
  ...options,
});

if (!quick) {
  await obtainNodeVersions(options.say);
  await obtainNetworkPrograms(options);
  await obtainPorts(options);
  const noNfpm = await obtainNfpm();
  if (noNfpm !== undefined) console.log(`nfpm: ${noNfpm}`);
}
if (references.length === 0) {
  console.error(howToInstall);
  process.exitCode = 1;
} else {
  for (const line of table(references)) console.log(line);
}

/**
 * @param {import('./lib/reference/programs.mjs').Reference[]} entries
 * @returns {string[]}
 */
function table(entries) {
  const has = (/** @type {string | undefined} */ file) => (file === undefined ? '-' : 'yes');
  const rows = entries.map(({ version, source, etcd, etcdctl, etcdutl }) => [
    version,
    source,
    has(etcd),
    has(etcdctl),
    has(etcdutl),
  ]);
  const all = [['VERSION', 'SOURCE', 'ETCD', 'ETCDCTL', 'ETCDUTL'], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
