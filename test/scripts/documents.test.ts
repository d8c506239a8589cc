import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../scripts/lib/paths.mjs';

const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const documents = ['.', 'docs', '.github', '.github/workflows', '.ci'].flatMap((folder) =>
  readdirSync(path.join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && (folder === '.ci' || /\.(?:md|yml)$/.test(entry.name)))
    .map(({ name }) => path.join(folder, name)),
);

test.each(documents)('%s names only npm scripts that exist', (document) => {
  const text = readFileSync(path.join(root, document), 'utf8');
  const named = [...text.matchAll(/\bnpm (?:run ([\w:-]+)|test\b)/g)].map(([, name = 'test']) => name);

  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test.each(documents)('%s names only source files that exist', (document) => {
  const text = readFileSync(path.join(root, document), 'utf8');
  const named = [...text.matchAll(/`((?:src|test|scripts|bench)\/[\w./-]+\.(?:ts|mjs))`/g)].map(
    ([, file = '']) => file,
  );

  expect(named.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
});

test.each(documents)('%s links only to files that exist', (document) => {
  const text = readFileSync(path.join(root, document), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
  const folder = path.join(root, path.dirname(document));

  const missing = links.filter((link) => {
    const target = path.join(folder, link);
    return !readdirSync(path.dirname(target)).includes(path.basename(target));
  });
  expect(missing).toEqual([]);
});
