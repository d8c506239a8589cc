// Writes the man pages of both programs into dist/man. Part of both builds.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describePrograms } from './lib/declarations.mjs';
import { manPages } from './lib/man-pages.mjs';
import { root } from './lib/paths.mjs';
import { packageVersion } from './lib/source.mjs';

export async function writeManPages() {
  const { etcdctl, etcdutl } = await describePrograms();
  const pages = [
    ...manPages({ program: etcdctl, hasVariables: true, version: packageVersion }),
    ...manPages({ program: etcdutl, hasVariables: false, version: packageVersion }),
  ];
  const folder = path.join(root, 'dist', 'man');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of pages) writeFileSync(path.join(folder, name), text);
  console.log(`dist/man: ${pages.length} pages`);
}
