// `npm test`: the tests that take five minutes on two cores, from a fresh clone and without a compiler; scripts/lib/short-run.mjs lists
// what is left out. `npm run test:all`: all tests; with `-- --rest`, all except those that passed in `npm test` on the same files.
// `npm run check`: the checks that need no etcd. Other arguments are passed to vitest for the acceptance tests. The last line counts
// the tests. With `-- --release FOLDER`, the acceptance tests take the files that `npm run release` has made there, and build none.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { reasonForNoBun } from './lib/bun.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { loadReference } from './lib/reference.mjs';
import { onExecutable } from './lib/short-run.mjs';
import { noRecord, readRecord, sourceDigest, writeRecord } from './lib/test-record.mjs';
import { node, TestRun } from './lib/test-run.mjs';
import { compareVersions } from './lib/version.mjs';

const vitestArgs = process.argv.slice(2);
const isAll = takeFlag('--all');
const isRest = takeFlag('--rest');
const isWithoutServers = takeFlag('--check');
const release = takeRelease();
const digest = sourceDigest();
const run = new TestRun(isRest && release === undefined ? readRecord() : noRecord);
/** Where the files are that the tests of the executable take, besides the executable. */
const testedRelease = release ?? path.join(run.scratch, 'release');
const notRun = [
  'other versions of etcd and Node.js',
  'acceptance tests that are long or about rare environments',
  'most tests of the executable',
  'fuzzing',
];

const install = {
  name: 'install',
  run: async () => console.log((await ensureInstalled()) ? 'installed' : 'nothing to do'),
};
const reference = {
  name: 'reference',
  run: () => node(['scripts/reference.mjs', ...(isAll ? [] : ['--prebuilt'])]),
};
const build = { name: 'build', run: () => node(['scripts/build.mjs']) };

/** The checks are independent: when one fails, the others are still run. */
const checks = [
  { name: 'lint', run: () => node(['node_modules/@biomejs/biome/bin/biome', 'check', '.']) },
  { name: 'types', run: () => node(['node_modules/typescript/bin/tsc', '--noEmit']) },
  { name: 'generated code', run: () => node(['scripts/generate.mjs', '--check']) },
  { name: 'unit tests', run: () => run.vitest({ project: 'unit*', program: 'unit' }) },
];

const acceptance = [
  { name: 'acceptance tests', run: testPackage },
  { name: 'acceptance tests of the executable', run: testExecutable },
];
const fuzzing = {
  name: 'fuzzing',
  run: () => node(['scripts/fuzz.mjs', '--files', '15000', '--responses', '10500']),
};

try {
  for (const step of isWithoutServers ? [install, build] : [install, reference, build]) {
    if (run.failures.length === 0) await run.runStep(step);
  }
  if (run.failures.length === 0) for (const step of checks) await run.runStepOnce(step);
  const others = [...(isWithoutServers ? [] : acceptance), ...(isAll ? [fuzzing] : [])];
  if (run.failures.length === 0) for (const step of others) await run.runStep(step);
  if (!isAll && release === undefined) writeRecord(run, digest);
} finally {
  run.end();
}
if (run.failures.length > 0) {
  // Said again at the end: the output of a whole run is long, and often only its end is kept.
  for (const { id, reason } of run.failedTests)
    console.log(`\n${id}\n${reason.replaceAll(/^ +at .*node_modules.*\n?/gm, '')}`);
  console.log(`\nfailed: ${run.failures.join(', ')}`);
  process.exitCode = 1;
}
console.log(isAll ? run.counts : `${run.counts}. Not run: ${notRun.join(', ')}: npm run test:all`);

/**
 * @param {string} flag
 * @returns {boolean} whether it was among the arguments; it is removed from them
 */
function takeFlag(flag) {
  const index = vitestArgs.indexOf(flag);
  if (index >= 0) vitestArgs.splice(index, 1);
  return index >= 0;
}

/** @returns {string | undefined} the folder after `--release`, which is removed from the arguments, else that of RELEASE_UNDER_TEST */
function takeRelease() {
  const index = vitestArgs.indexOf('--release');
  const [, named = ''] = index >= 0 ? vitestArgs.splice(index, 2) : [];
  const folder = index >= 0 ? named : process.env.RELEASE_UNDER_TEST || undefined;
  if (folder === undefined) return undefined;
  if (folder === '' || !existsSync(folder)) {
    console.error(
      `--release takes a folder that \`npm run release\` has made, and this is none: "${folder}"`,
    );
    process.exit(1);
  }
  return path.resolve(folder);
}

/** The version of the etcdctl with which the program is compared. */
function newestVersion() {
  return loadReference().at(-1)?.version ?? '';
}

/** The programs under test are files of a release, unpacked outside of the checkout. */
async function testPackage() {
  const program = `npm package beside etcdctl ${newestVersion()}`;
  // Loaded here: from a fresh clone, its packages are installed by this run.
  const { unpackNpmPackage } = await import('./lib/release/unpacked.mjs');
  const env = {
    PACKAGE_UNDER_TEST: await unpackNpmPackage(path.join(run.scratch, 'npm'), release),
    ...(release !== undefined && { RELEASE_UNDER_TEST: release }),
  };
  await run.vitest({ project: isAll ? 'acceptance*' : 'short', program, args: vitestArgs, env });
}

async function testExecutable() {
  const reason = release === undefined ? await reasonForNoBun() : undefined;
  if (reason !== undefined) {
    console.log(`skipped: ${reason}`);
    return;
  }
  const { makeTestedRelease, unpackExecutable, unpackOtherExecutables } = await import(
    './lib/release/unpacked.mjs'
  );
  if (isAll && release === undefined) {
    for (const left of await makeTestedRelease(testedRelease)) console.log(`skipped: ${left}`);
  }
  const unpacked = path.join(run.scratch, 'executables');
  const folder = path.join(await unpackExecutable(unpacked, isAll ? testedRelease : release), 'bin');
  if (isAll) {
    await unpackOtherExecutables(unpacked, testedRelease);
    await testExecutableInFull(folder);
  } else {
    const args = vitestArgs.length > 0 ? vitestArgs : onExecutable;
    await testExecutableOn(newestVersion(), { folder, project: 'short', args });
  }
}

/**
 * All tests on the newest servers, and the version 2 tests on the newest servers that have its API. The other server versions are
 * tested with the npm package only.
 *
 * @param {string} folder with the executables
 */
async function testExecutableInFull(folder) {
  const versions = loadReference().map(({ version }) => version);
  const last = versions.at(-1);
  const lastWithVersion2 = versions.findLast((version) => compareVersions(version, '3.6') < 0);
  if (last !== undefined && last !== lastWithVersion2) {
    // Without a server that has version 2, these files have no tests.
    const withoutVersion2 = [...vitestArgs, '--exclude=test/acceptance/version-2', '--passWithNoTests'];
    await testExecutableOn(last, { folder, project: 'acceptance*', args: withoutVersion2 });
  }
  if (lastWithVersion2 !== undefined) {
    const isWhole = last === lastWithVersion2 || vitestArgs.length > 0;
    const args = isWhole ? vitestArgs : ['test/acceptance/version-2'];
    await testExecutableOn(lastWithVersion2, { folder, project: 'acceptance*', args });
  }
}

/**
 * @param {string} version of the servers
 * @param {{ folder: string, project: 'acceptance*' | 'short', args: readonly string[] }} options
 */
async function testExecutableOn(version, { folder, project, args }) {
  const env = {
    ETCDCTL_UNDER_TEST: path.join(folder, 'etcdctl'),
    ETCDUTL_UNDER_TEST: path.join(folder, 'etcdutl'),
    RELEASE_UNDER_TEST: testedRelease,
    ETCD_REFERENCE_VERSIONS: version,
  };
  await run.vitest({ project, program: `executable beside etcdctl ${version}`, args, env });
}
