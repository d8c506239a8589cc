// Runs the steps of a test run in sequence, and counts all tests in them.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './paths.mjs';
import { testId } from './test-record.mjs';

/** @typedef {{ name: string, run: () => Promise<void> }} Step `run` rejects when the step fails */
/**
 * @typedef {object} TestResult a test in vitest's JSON report
 * @property {string} status
 * @property {readonly string[]} ancestorTitles
 * @property {string} title
 * @property {{ isPartial?: boolean }} meta
 * @property {readonly string[]} [failureMessages]
 */

/**
 * @typedef {object} VitestRun
 * @property {'unit*' | 'acceptance*' | 'short'} project
 * @property {string} program the program under test and the one it is compared with; test ids begin with it
 * @property {readonly string[]} [args] file filters and options
 * @property {Readonly<Record<string, string>>} [env]
 */

export class TestRun {
  #count = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  failures = [];
  /** @type {string[]} names of the steps that succeeded */
  steps = [];
  /** @type {string[]} ids of the tests that passed */
  tests = [];
  /** @type {{ id: string, reason: string }[]} */
  failedTests = [];
  /** A folder outside of the checkout, until `end`. */
  scratch = mkdtempSync(path.join(tmpdir(), 'etcdctl-test-'));

  /** @param {import('./test-record.mjs').TestRecord} record steps and tests to leave out, because they have passed before */
  constructor(record) {
    this.record = record;
    this.passedBefore = new Set(record.tests);
    for (const [signal, number] of /** @type {const} */ ([
      ['SIGINT', 2],
      ['SIGTERM', 15],
    ])) {
      process.once(signal, () => {
        this.end();
        process.exit(128 + number);
      });
    }
  }

  get counts() {
    const { passed, failed, skipped } = this.#count;
    return `${passed} passed, ${failed} failed, ${skipped} skipped`;
  }

  /** Removes the temporary files. */
  end() {
    rmSync(this.scratch, { recursive: true, force: true });
  }

  /** @param {Step} step */
  async runStep({ name, run }) {
    const began = Date.now();
    console.log(`\n== ${name}`);
    const fault = await run().then(
      () => undefined,
      (error) => (error instanceof Error ? error.message : String(error)),
    );
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    if (fault === undefined) {
      this.steps.push(name);
      console.log(`== ${name}: ok, ${seconds} s`);
    } else {
      this.failures.push(name);
      console.log(`== ${name}: FAILED after ${seconds} s: ${fault}`);
    }
  }

  /**
   * Runs a step unless it is in the record. Tests that passed before are counted in both cases.
   *
   * @param {Step} step
   */
  async runStepOnce(step) {
    if (!this.record.steps.includes(step.name)) return this.runStep(step);
    console.log(`\n== ${step.name}: passed before`);
    if (step.name === 'unit tests') {
      this.#count.passed += this.record.tests.filter((id) => id.startsWith('unit > ')).length;
    }
  }

  /** @param {VitestRun} run */
  async vitest({ project, program, args = [], env = {} }) {
    const report = path.join(this.scratch, 'report.json');
    rmSync(report, { force: true });
    const command = ['node_modules/vitest/vitest.mjs', 'run', '--project', project, ...args];
    const toldBefore = this.record.tests.length > 0 ? { TESTED_BEFORE: program } : {};
    try {
      await node(command, { ...env, ...toldBefore, TEST_REPORT_FILE: report });
    } finally {
      this.#addReport(report, program);
    }
  }

  /**
   * @param {string} file vitest's JSON report; missing when vitest itself failed
   * @param {string} program
   */
  #addReport(file, program) {
    /** @type {{ testResults: { name: string, status: string, message?: string, assertionResults: TestResult[] }[] }} */
    let report;
    try {
      report = JSON.parse(readFileSync(file, 'utf8'));
    } catch {
      return;
    }
    for (const { name, status, message = '', assertionResults } of report.testResults) {
      const testFile = path.relative(root, name);
      // A file that cannot be loaded has no tests: count one failure.
      if (status === 'failed' && assertionResults.length === 0)
        this.#addFailure(testId(program, testFile, []), message);
      for (const test of assertionResults) this.#addTest(test, program, testFile);
    }
  }

  /**
   * @param {TestResult} test
   * @param {string} program
   * @param {string} testFile
   */
  #addTest({ status, ancestorTitles, title, meta, failureMessages = [] }, program, testFile) {
    const id = testId(program, testFile, [...ancestorTitles, title]);
    const hasPassed = status === 'passed';
    if (hasPassed && meta.isPartial !== true) this.tests.push(id);
    if (hasPassed || (status !== 'failed' && this.passedBefore.has(id))) this.#count.passed += 1;
    else if (status === 'failed') this.#addFailure(id, failureMessages.join('\n'));
    else this.#count.skipped += 1;
  }

  /**
   * @param {string} id of the test
   * @param {string} reason
   */
  #addFailure(id, reason) {
    this.#count.failed += 1;
    this.failedTests.push({ id, reason });
  }
}

/** The environment variables that name what the tests test: a step has only those that it sets, whatever the user's shell exports. */
const testedNames = ['ETCDCTL_UNDER_TEST', 'ETCDUTL_UNDER_TEST', 'PACKAGE_UNDER_TEST', 'RELEASE_UNDER_TEST'];

/**
 * @param {Readonly<Record<string, string>>} added
 * @returns {NodeJS.ProcessEnv} the environment of this process, without the programs under test, and what is added
 */
export function stepEnvironment(added) {
  const own = Object.entries(process.env).filter(([name]) => !testedNames.includes(name));
  return { ...Object.fromEntries(own), ...added };
}

/**
 * Runs a script with this Node.js in the checkout; its output goes to this process's stdout and stderr.
 *
 * @param {readonly string[]} args the script and its arguments
 * @param {Readonly<Record<string, string>>} [env] added to the environment; see `stepEnvironment`
 * @returns {Promise<void>} rejects unless the script exits with 0
 */
export function node(args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: stepEnvironment(env),
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(signal === null ? `exit code ${code}` : `ended by ${signal}`));
    });
  });
}
