/** `version --client`: which build is under test. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ourEtcdctl, ourEtcdutl, run } from '../support/lab/program.js';

const isExecutable = (process.env.ETCDCTL_UNDER_TEST ?? '') !== '';
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

it.each([
  ['etcdctl', ourEtcdctl],
  ['etcdutl', ourEtcdutl],
])('%s version --client names the package, the commit and the runtime', async (name, program) => {
  const json = await run(program(), ['version', '--client', '-w', 'json']);
  expect(json.stderr.toString()).toBe('');
  const { runtime, commit, ...rest } = JSON.parse(json.stdout.toString());
  expect(rest).toEqual({
    program: `${name}-ts`,
    version,
    platform: `${process.platform}-${process.arch}`,
    compatibleWith: `${name} 3.7.1`,
  });
  expect(commit).toMatch(/^(?:[0-9a-f]{40}(?:-dirty)?|unknown)$/);
  expect(runtime).toMatch(isExecutable ? /^Bun \d+\.\d+\.\d+$/ : /^Node\.js \d+\.\d+\.\d+$/);
  const simple = await run(program(), ['version', '--client']);
  expect(simple.stdout.toString()).toMatch(`${name}-ts version: ${version}\nCommit: ${commit}\n`);
});
