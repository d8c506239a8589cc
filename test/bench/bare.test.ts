import { expect, test } from 'vitest';
import { runProcess } from '../../bench/bare/program.mjs';

test('the bare program fails on a command that it does not have', async () => {
  const host = { argv: ['node', 'start.js', 'got', 'key', '--endpoints=http://127.0.0.1:1'] };
  await expect(runProcess('bare', host as NodeJS.Process)).rejects.toThrow('unknown command "got"');
});
