import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { capture } from '../../scripts/lib/command.mjs';
import { root } from '../../scripts/lib/paths.mjs';

test('npm run quickstart -- --keep leaves a server running, and Ctrl-C stops and removes it', async () => {
  const child = spawn(process.execPath, ['scripts/quickstart.mjs', '--keep'], { cwd: root });
  onTestFinished(() => void child.kill());
  let output = '';
  const invited = new Promise<void>((resolve, reject) => {
    child.once('close', () => reject(new Error(output)));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        output += text;
        if (output.includes('member list -w table\n')) resolve();
      });
    }
  });
  await invited;

  // Run the printed lines in another shell, as a user would.
  const lines = output.slice(output.indexOf('In another terminal:')).split('\n').slice(2);
  const script = [...lines, 'node bin/etcdctl.js get greeting --print-value-only'].join('\n');
  const folder = path.dirname(/ETCDCTL_CACERT=(\S+)/.exec(script)?.[1] ?? '');
  // etcdctl warns about variables with its prefix that it does not know.
  const { ETCDCTL_UNDER_TEST: _unknown, ...env } = process.env;
  const shell = await capture('/bin/sh', ['-ec', script], { cwd: '/', env });
  expect(shell.stderr).toBe('');
  expect(shell.stdout).toMatch(/ started .*\nhello, etcd\n$/s);
  expect(existsSync(path.join(root, folder))).toBe(true);
  for (const line of output.split('\n')) expect(line.length, line).toBeLessThan(120);

  child.kill('SIGINT');
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(existsSync(path.join(root, folder))).toBe(false);
});
