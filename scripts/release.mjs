// `npm run release`: makes all files of a release in dist/release, and says what this machine cannot make. `npm run release -- x64` makes
// those for the named targets only. With `-- --check` it makes them twice, and fails when a file differs.
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { namedTargets, targets } from './lib/bun.mjs';
import { root } from './lib/paths.mjs';
import { makeRelease, makeTwice } from './lib/release/release.mjs';

const folder = path.join(root, 'dist', 'release');
try {
  const names = process.argv.slice(2).filter((each) => each !== '--check');
  const options = { folder, targets: names.length === 0 ? targets : namedTargets(names), tell };
  if (!process.argv.includes('--check')) report(await makeRelease(options));
  else {
    const { left, different } = await makeTwice(options);
    report(left);
    if (different.length > 0) throw new Error(`two builds differ in ${different.join(', ')}`);
    console.log('two builds are equal, byte for byte');
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** @param {string} step */
function tell(step) {
  console.log(`${step} ...`);
}

/** @param {string[]} left */
function report(left) {
  for (const name of readdirSync(folder).sort()) {
    const megabytes = (statSync(path.join(folder, name)).size / 1e6).toFixed(1);
    console.log(`${megabytes.padStart(6)} MB  ${path.relative(root, path.join(folder, name))}`);
  }
  for (const each of left) console.log(`not made: ${each}`);
}
