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
  const ofMarkdown = text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g);
  const ofPictures = text.matchAll(/<(?:img|source) [^>]*\bsrc(?:set)?="([^"]+)"/g);
  const links = [...ofMarkdown, ...ofPictures].map(([, link = '']) => link);
  const folder = path.join(root, path.dirname(document));

  const missing = links.filter((link) => {
    const target = path.join(folder, link);
    return !readdirSync(path.dirname(target)).includes(path.basename(target));
  });
  expect(missing).toEqual([]);
});

test('README.md has the figures of the benchmark', () => {
  interface Outcome {
    readonly contender: string;
    readonly value: number;
    readonly peakMiB: number;
  }
  const results = JSON.parse(
    readFileSync(path.join(root, 'docs', 'performance', 'results.json'), 'utf8'),
  ) as Record<string, { outcomes: Outcome[] }>;
  const outcomeOf = (row: string, contender: string): Outcome => {
    const found = results[row]?.outcomes.find(({ contender: name }) => name.startsWith(contender));
    if (found === undefined) throw new Error(`no result of ${contender} for ${row}`);
    return found;
  };
  const milliseconds = (contender: string) => Math.round(outcomeOf('start-get-mtls', contender).value * 1000);
  const [real, npm] = ['etcd 3.7', 'npm'].map((name) => outcomeOf('get-prefix-simple-1000000', name));
  const mirror = outcomeOf('make-mirror', 'etcd 3.7').value / outcomeOf('make-mirror', 'npm').value;
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8').replaceAll('\n', ' ');

  expect(readme).toContain(
    `\`get\` over TLS takes ${milliseconds('standalone')} ms as an executable and ${milliseconds('npm')} ms on Node.js, where etcdctl takes ${milliseconds('etcd 3.7')} ms`,
  );
  expect(readme).toContain(`all in memory (${Math.round(real?.peakMiB ?? 0)} MiB)`);
  expect(readme).toContain(`page by page at one revision (${Math.round(npm?.peakMiB ?? 0)} MiB)`);
  expect(readme).toContain(`in transactions, ${Math.floor(mirror)} times as fast for 100,000 keys`);
});
