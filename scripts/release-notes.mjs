// `npm --silent run release:notes -- v0.2.0`: prints the section of CHANGELOG.md about the version of a tag. Fails when the tag,
// package.json, the changelog, docs/install.md and the example that names an image disagree about the version.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './lib/paths.mjs';
import { changesOf, versionMistakes } from './lib/release/version-of-tag.mjs';

const [tag = ''] = process.argv.slice(2);
const read = (/** @type {string} */ file) => readFileSync(path.join(root, file), 'utf8');
const state = {
  version: JSON.parse(read('package.json')).version,
  changelog: read('CHANGELOG.md'),
  example: read('examples/backup/cronjob.yaml'),
  install: read('docs/install.md'),
};
const mistakes = versionMistakes(tag, state);
if (mistakes.length > 0) {
  console.error(mistakes.join('\n'));
  process.exitCode = 1;
} else {
  console.log(changesOf(state.version, state.changelog));
}
