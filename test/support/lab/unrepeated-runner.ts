import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { TestRunner } from 'vitest';
import { root } from '../../../scripts/lib/paths.mjs';
import { recordFile, testId } from '../../../scripts/lib/test-record.mjs';

/** A file, a suite or a test of vitest's tree. */
export interface TestNode {
  readonly name: string;
  mode: string;
  readonly tasks?: readonly TestNode[];
}

/**
 * Skips the tests that passed before, and suites without other tests, so that their hooks are not run.
 *
 * @param titles the titles from the file down to the node
 * @param hasPassed called with the titles from the file down to a test
 */
export function skipPassed(
  node: TestNode,
  titles: readonly string[],
  hasPassed: (titles: readonly string[]) => boolean,
): void {
  for (const task of node.tasks ?? []) skipPassed(task, [...titles, task.name], hasPassed);
  const isDone =
    node.tasks === undefined ? hasPassed(titles) : node.tasks.every(({ mode }) => mode === 'skip');
  if (isDone) node.mode = 'skip';
}

/** Skips tests that passed before, according to the record of `npm test`. */
// biome-ignore lint/style/noDefaultExport: vitest asks for it
export default class UnrepeatedRunner extends TestRunner {
  onBeforeRunFiles(files: readonly (TestNode & { readonly filepath: string })[]): void {
    const { tests } = JSON.parse(readFileSync(recordFile, 'utf8')) as { tests: readonly string[] };
    const passed = new Set(tests);
    const program = process.env.TESTED_BEFORE ?? '';
    for (const file of files) {
      const path = relative(root, file.filepath);
      skipPassed(file, [], (titles) => passed.has(testId(program, path, titles)));
    }
  }
}
