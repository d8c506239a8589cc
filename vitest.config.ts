import { defineConfig } from 'vitest/config';
import { leftOut, shortRunEnvironment } from './scripts/lib/short-run.mjs';
import { FaultReporter } from './test/support/lab/fault-reporter.js';
import { LongestFirst } from './test/support/lab/longest-first.js';
import { SideBySideReporter } from './test/support/lab/side-by-side-reporter.js';

/** Where `npm test` wants the counts. */
const report = process.env.TEST_REPORT_FILE;

/** They replace modules (vi.mock), and cannot share a process with files that have loaded them. */
const withReplacedModules = ['subchannel', 'dial', 'database-file'].map((name) => `test/**/${name}.test.ts`);

const unit = {
  // Much of their time is waiting for timeouts.
  maxWorkers: 3,
  // Time for a machine that is busy with other things; a test that hangs still ends.
  testTimeout: 30_000,
};

/** Uses the whole machine, and runs when the other files have ended. */
const alone = 'load';

/** Each file starts servers: much of their time is waiting, so two cores run four files at a time. */
const withServers = {
  // A failed comparison shows its values also in the list of failed tests at the end of a run, which has no diff.
  chaiConfig: { truncateThreshold: 4000 },
  globalSetup: ['test/support/lab/global-setup.ts'],
  maxWorkers: 4,
  // Several times what the longest tests without a limit of their own take on a machine that is busy with other things.
  testTimeout: 120_000,
  hookTimeout: 120_000,
  // Polls start programs, which can take longer than vitest's default of a second.
  expect: { poll: { timeout: 40_000 } },
  // Not by `exclude`: that would replace the one of the command line.
  include: [`test/acceptance/**/!(${alone}).test.ts`, 'test/lab/**/*.test.ts'],
  ...(process.env.TESTED_BEFORE !== undefined && { runner: 'test/support/lab/unrepeated-runner.ts' }),
};

/**
 * Unit tests that do not run on Windows: what they test it does not have (file modes, named pipes, symbolic links, `/dev`), or they
 * compare paths that are written with `/`.
 */
const posixOnly = [
  'test/floors.test.ts',
  'test/scripts/releases.test.ts',
  'test/scripts/standalone.test.ts',
  'test/storage/restore/**',
  'test/nodes/**',
  ...[
    'atomic-file',
    'byte-source',
    'child',
    'code-cache',
    'data-directory',
    'executable',
    'value-layers',
  ].map((name) => `test/**/${name}.test.ts`),
];

export default defineConfig({
  test: {
    reporters: [
      'default',
      new SideBySideReporter(),
      new FaultReporter(),
      ...(report === undefined ? [] : ['json']),
    ],
    ...(report !== undefined && { outputFile: { json: report } }),
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/acceptance/**',
            'test/lab/**',
            ...withReplacedModules,
            ...(process.platform === 'win32' ? posixOnly : []),
          ],
          // Modules are loaded once for all files, not once for each: a third of the time.
          isolate: false,
          ...unit,
        },
      },
      {
        // The same tests with the channel of the executable: see `#channel` in package.json.
        resolve: { conditions: ['executable'] },
        ssr: { resolve: { conditions: ['executable'] } },
        test: {
          name: 'unit, frames',
          include: ['test/transport/grpc/conformance/**/*.test.ts'],
          isolate: false,
          ...unit,
        },
      },
      { test: { name: 'unit, isolated', include: withReplacedModules, ...unit } },
      { test: { name: 'acceptance', ...withServers } },
      {
        test: {
          name: 'acceptance, alone',
          ...withServers,
          include: [`test/acceptance/**/${alone}.test.ts`],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      { test: { name: 'short', ...withServers, exclude: leftOut, env: shortRunEnvironment() } },
    ],
  },
});
