import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import type { ProcessContext } from '../../src/cli/process-context.js';
import { readSecret } from '../../src/cli/secret-file.js';
import { sleep } from '../../src/model/abort-signal.js';
import { Input } from '../../src/term/input.js';

const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string | Uint8Array, mode = 0o600): string {
  const path = join(folder, 'secret');
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

function hostWith({
  isTerminal = false,
  stdin = '' as string | Buffer,
  signal = new AbortController().signal,
}) {
  const errors: string[] = [];
  const host = {
    input: new Input(() => Readable.from([Buffer.from(stdin)])),
    output: { err: (text: string) => errors.push(text) },
    openScreen: () => (isTerminal ? {} : undefined),
    clock: { now: () => 0n, sleep },
    interrupt: () => new Error('interrupted'),
    signal,
  } as unknown as ProcessContext;
  return { host, errors };
}

const read = (path: string, host = hostWith({}).host) =>
  readSecret({ flag: '--password-file', file: path }, host);

describe('a password file', () => {
  it.each([
    ['pw', 'pw'],
    ['pw\n', 'pw'],
    ['pw\r\n', 'pw'],
    [' p w\t\n', ' p w\t'],
    ['pässwörd', 'pässwörd'],
    [`${'x'.repeat(4095)}\n`, 'x'.repeat(4095)],
  ])('%j has one line end removed and nothing else', async (content, password) => {
    expect(await read(file(content))).toBe(password);
    expect(await read('-', hostWith({ stdin: content }).host)).toBe(password);
  });

  it.each([
    ['', 'is empty'],
    ['\n', 'is empty'],
    ['s3cret\nmore\n', 'has more than one line'],
    ['s3cret\n\n', 'has more than one line'],
    ['s3\0cret', 'contains a NUL byte'],
    [Buffer.of(0xff), 'is not valid UTF-8'],
    ['x'.repeat(4097), 'is larger than 4 KiB'],
  ])('%j is refused without its content', async (content, problem) => {
    const path = file(content);
    for (const [from, message] of [
      [path, `--password-file: ${path} ${problem}`],
      ['-', `--password-file: standard input ${problem}`],
    ] as const) {
      const { host } = hostWith({ stdin: Buffer.from(content) });
      const error = await read(from, host).then(String, (reason: Error) => reason);
      expect(error).toMatchObject({ kind: 'flag', message });
      expect((error as Error).message).not.toContain('s3cret');
    }
  });

  it.each([
    [folder, `read ${folder}: is a directory`],
    [`${folder}/none`, `open ${folder}/none: no such file or directory`],
    ['/dev/zero', '/dev/zero is larger than 4 KiB'],
    ['/dev/null', '/dev/null is empty'],
  ])('%s is refused', async (path, problem) => {
    await expect(read(path)).rejects.toMatchObject({ kind: 'flag', message: `--password-file: ${problem}` });
  });

  it('may be a pipe that is written later', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    // Keeps the pipe open for writing, so that it does not end before the password comes.
    const writer = spawn('sh', ['-c', 'exec 3<>"$0"; echo ready; read go; echo pw >&3; read end', pipe]);
    await new Promise((resolve) => writer.stdout.once('data', resolve));
    const stop = new AbortController();
    const reading = read(pipe, hostWith({ signal: stop.signal }).host);
    writer.stdin.write('\n');
    // The writer still has the pipe open: only an abort ends the wait.
    await new Promise((resolve) => setTimeout(resolve, 0));
    stop.abort(new Error('interrupted'));
    await expect(reading).rejects.toThrow('interrupted');
    writer.stdin.end('\n');
    await new Promise((resolve) => writer.once('exit', resolve));
  });

  it.each([
    [0o644, true, 1],
    [0o640, true, 0],
    [0o644, false, 0],
  ])('with mode %o causes a warning on a terminal: %j', async (mode, isTerminal, count) => {
    const { host, errors } = hostWith({ isTerminal });
    const path = file('pw', mode);
    await read(path, host);
    expect(errors).toHaveLength(count);
    if (count > 0) {
      expect(errors[0]).toBe(
        `warning: all users of this machine can read the password in ${path}: run chmod o-rwx on it\n`,
      );
    }
  });
});
