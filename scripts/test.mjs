// `npm test`: everything, from a clean clone. Ends with one line that counts the tests.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { reasonForNoBun } from './lib/bun.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { root } from './lib/paths.mjs';
import { loadReference } from './lib/reference.mjs';
import { compareVersions } from './lib/version.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */
/** @typedef {{ name: string, run: () => Promise<void> }} Step rejects when it fails */

const reports = mkdtempSync(path.join(tmpdir(), 'etcdctl-test-'));
/** @type {Count} */
const count = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const failures = [];

/** Each needs the one before it. */
const preparation = [
  {
    name: 'install',
    run: async () => console.log((await ensureInstalled()) ? 'installed' : 'nothing to do'),
  },
  { name: 'reference', run: () => node('scripts/reference.mjs') },
  { name: 'build', run: () => node('scripts/build.mjs') },
];

/** None needs another: all of them are run. */
const checks = [
  { name: 'lint', run: () => node('node_modules/@biomejs/biome/bin/biome', 'check', '.') },
  { name: 'types', run: () => node('node_modules/typescript/bin/tsc', '--noEmit') },
  { name: 'generated code', run: () => node('scripts/generate.mjs', '--check') },
  { name: 'unit tests', run: () => vitest('unit') },
];

const acceptance = [
  { name: 'acceptance tests', run: () => vitest('acceptance', ...process.argv.slice(2)) },
  { name: 'acceptance tests of the standalone executable', run: testStandalone },
];

try {
  for (const step of preparation) if (failures.length === 0) await follow(step);
  if (failures.length === 0) for (const step of checks) await follow(step);
  if (failures.length === 0) for (const step of acceptance) await follow(step);
} finally {
  rmSync(reports, { recursive: true, force: true });
}
if (failures.length > 0) {
  console.log(`\nfailed: ${failures.join(', ')}`);
  process.exitCode = 1;
}
const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
console.log(`${count.passed} passed, ${count.failed} failed${skipped}`);

/**
 * Everything on the newest servers, and version 2 on the newest that have it: on the others, the bundle has shown that it does
 * as it should.
 */
async function testStandalone() {
  const reason = await reasonForNoBun();
  if (reason !== undefined) {
    console.log(`skipped: ${reason}`);
    return;
  }
  await node('scripts/build-standalone.mjs');
  const filters = process.argv.slice(2);
  const versions = loadReference().map(({ version }) => version);
  const last = versions.at(-1);
  const lastWithVersion2 = versions.findLast((version) => compareVersions(version, '3.6') < 0);
  if (last !== undefined && last !== lastWithVersion2) {
    // Without a server that has version 2, these files have no tests.
    await standaloneOn(last, [...filters, '--exclude=test/acceptance/version-2', '--passWithNoTests']);
  }
  if (lastWithVersion2 !== undefined) {
    const files = last === lastWithVersion2 || filters.length > 0 ? filters : ['test/acceptance/version-2'];
    await standaloneOn(lastWithVersion2, files);
  }
}

/**
 * @param {string} version of the servers
 * @param {string[]} filters
 */
async function standaloneOn(version, filters) {
  const folder = path.join(root, 'dist', 'standalone');
  const settings = {
    ETCDCTL_UNDER_TEST: path.join(folder, 'etcdctl'),
    ETCDUTL_UNDER_TEST: path.join(folder, 'etcdutl'),
    ETCD_REFERENCE_VERSIONS: version,
  };
  Object.assign(process.env, settings);
  try {
    await vitest('acceptance', ...filters);
  } finally {
    for (const name of Object.keys(settings)) delete process.env[name];
  }
}

/** @param {Step} step */
async function follow({ name, run }) {
  const began = Date.now();
  console.log(`\n== ${name}`);
  const fault = await run().then(
    () => undefined,
    (error) => (error instanceof Error ? error.message : String(error)),
  );
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  if (fault === undefined) {
    console.log(`== ${name}: ok, ${seconds} s`);
  } else {
    failures.push(name);
    console.log(`== ${name}: FAILED after ${seconds} s: ${fault}`);
  }
}

/**
 * @param {string} script relative to the checkout
 * @param {string[]} args
 * @returns {Promise<void>} its output is ours
 */
function node(script, ...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(signal === null ? `exit code ${code}` : `ended by ${signal}`));
    });
  });
}

/**
 * @param {string} project
 * @param {string[]} filters
 */
async function vitest(project, ...filters) {
  const report = path.join(reports, `${project}.json`);
  process.env.TEST_REPORT_FILE = report;
  try {
    await node('node_modules/vitest/vitest.mjs', 'run', '--project', project, ...filters);
  } finally {
    delete process.env.TEST_REPORT_FILE;
    addReport(report);
  }
}

/** @param {string} file vitest's JSON report; missing when vitest itself broke */
function addReport(file) {
  /** @type {{ testResults: { status: string, assertionResults: { status: string }[] }[] }} */
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return;
  }
  for (const { status, assertionResults } of report.testResults) {
    // A file that cannot be loaded has no tests and counts as one that failed.
    if (status === 'failed' && assertionResults.length === 0) count.failed += 1;
    for (const test of assertionResults) {
      if (test.status === 'passed') count.passed += 1;
      else if (test.status === 'failed') count.failed += 1;
      else count.skipped += 1;
    }
  }
}
