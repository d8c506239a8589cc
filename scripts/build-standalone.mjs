// `npm run build:standalone`: builds one executable for etcdctl and etcdutl that needs no Node.js, for Linux on this machine's
// architecture, and the man pages; `npm run build:standalone -- x64 arm64-musl` for the named targets.
import { statSync } from 'node:fs';
import path from 'node:path';
import { namedTargets, ownTarget } from './lib/bun.mjs';
import { root } from './lib/paths.mjs';
import { buildStandalone, standaloneFolder } from './lib/standalone.mjs';
import { writeManPages } from './man-pages.mjs';

const names = process.argv.slice(2);
try {
  const wanted = names.length > 0 || ownTarget === undefined ? namedTargets(names) : [ownTarget];
  await buildStandalone(wanted);
  await writeManPages();
  for (const target of wanted) {
    const file = path.join(standaloneFolder(target), 'etcdctl');
    console.log(`${path.relative(root, file)}: ${Math.round(statSync(file).size / 2 ** 20)} MiB`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
