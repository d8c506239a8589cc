import { describe, expect, it } from 'vitest';
import { runChild } from '../../src/term/child.js';
import { SignalReceivedError } from '../../src/term/signals.js';

const env = { PATH: process.env.PATH, WORD: 'given' };
const shell = (script: string, signal?: AbortSignal) =>
  runChild({ command: 'sh', args: ['-c', script], env, ...(signal && { signal }) });

describe('runChild', () => {
  it('returns the exit code or the signal', async () => {
    expect(await shell('exit 7')).toEqual({ exitCode: 7, signal: null });
    expect(await shell('kill -9 $$')).toEqual({ exitCode: null, signal: 'SIGKILL' });
  });

  it('passes the variables, and /dev/null as stdin', async () => {
    expect(await shell('test "$WORD" = given && test -z "$(cat)" && test -z "$HOME"')).toMatchObject({
      exitCode: 0,
    });
  });

  it.each([
    ['no-such-program', 'exec: "no-such-program": executable file not found in $PATH'],
    ['./no-such-program', 'fork/exec ./no-such-program: no such file or directory'],
    ['/etc/passwd', 'fork/exec /etc/passwd: permission denied'],
    ['', 'exec: no command'],
  ])('throws the error of Go for %j', async (command, message) => {
    await expect(runChild({ command, args: [], env })).rejects.toMatchObject({
      name: 'CommandError',
      message,
    });
  });

  it.each([{ PATH: '' }, {}])('finds no command without a PATH: %j', async (bare) => {
    await expect(runChild({ command: 'sh', args: ['-c', 'exit 7'], env: bare })).rejects.toMatchObject({
      message: 'exec: "sh": executable file not found in $PATH',
    });
  });

  it.each([
    ['SIGTERM', new Error('the lock is lost')],
    ['SIGINT', new SignalReceivedError('SIGINT')],
  ] as const)('terminates the child with %s when the signal aborts', async (signal, reason) => {
    const controller = new AbortController();
    const exited = shell('exec sleep 60', controller.signal);
    controller.abort(reason);
    expect(await exited).toEqual({ exitCode: null, signal });
  });

  it('terminates the child when the signal was aborted before the start', async () => {
    expect(await shell('exec sleep 60', AbortSignal.abort())).toEqual({ exitCode: null, signal: 'SIGTERM' });
  });
});
