import { expect, it } from 'vitest';
import { skipPassed, type TestNode } from '../support/lab/unrepeated-runner.js';

const node = (name: string, ...tasks: TestNode[]): TestNode => ({
  name,
  mode: 'run',
  ...(tasks.length > 0 && { tasks }),
});

it('a suite is skipped when all its tests have passed before; otherwise only its passed tests are', () => {
  const done = node('done', node('one'), node('two'));
  const begun = node('begun', node('one'), node('two'));
  const file = node('a.test.ts', done, begun);
  const passed = ['done one', 'done two', 'begun one'];
  skipPassed(file, [], (titles) => passed.includes(titles.join(' ')));
  const modes = (suite: TestNode) => [suite.mode, ...(suite.tasks ?? []).map(({ mode }) => mode)];
  expect(modes(done)).toEqual(['skip', 'skip', 'skip']);
  expect(modes(begun)).toEqual(['run', 'skip', 'run']);
  expect(file.mode).toBe('run');
});
