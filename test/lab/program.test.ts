import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { lastError, masks } from '../support/lab/compare.js';
import { run, start } from '../support/lab/program.js';
import { startOnTerminal, terminalsMissing } from '../support/lab/terminal.js';

const folder = mkdtempSync(path.join(tmpdir(), 'program-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const node = (source: string) => ({ command: process.execPath, leadingArgs: ['-e', source] });

describe('run', () => {
  test('passes bytes to stdin, and returns the bytes of stdout and stderr and the exit code', async () => {
    const bytes = Buffer.from([0, 0xff, 0xfe, 10, 13]);
    const result = await run(node('process.stdin.pipe(process.stdout); process.exitCode = 7'), [], {
      stdin: bytes,
    });
    expect(result).toEqual({ stdout: bytes, stderr: Buffer.alloc(0), code: 7, signal: null });
  });

  test('does not pass ETCDCTL_ variables to programs', async () => {
    process.env.ETCDCTL_ENDPOINTS = 'http://elsewhere';
    const { stdout } = await run(node('console.log(Object.keys(process.env).sort().join())'), [], {
      env: { ZONE: 'x' },
    });
    delete process.env.ETCDCTL_ENDPOINTS;
    expect(stdout.toString().trim().split(',')).toEqual(expect.arrayContaining(['PATH', 'ZONE']));
    expect(stdout.toString()).not.toContain('ETCDCTL_');
  });

  test('kills a program after the timeout and reports the output so far', async () => {
    const hanging = run(node('console.log("so far"); setInterval(() => {}, 1000)'), [], { timeoutMs: 3000 });
    await expect(hanging).rejects.toThrow(/did not end within 3000 ms[\s\S]*so far/);
  });

  test('waits for output of a program and sends it a signal', async () => {
    const running = start(node('console.error("ready"); setInterval(() => {}, 1000)'), []);
    await running.waitFor('ready');
    running.kill('SIGTERM');
    expect(await running.result).toMatchObject({ code: null, signal: 'SIGTERM' });
    await expect(running.waitFor('never')).rejects.toThrow(
      /did not print "never": .*\nended; output:\nready/s,
    );
  });
});

describe.skipIf(terminalsMissing !== undefined)(`on a terminal ${terminalsMissing ?? ''}`, () => {
  test('a program gets a terminal of the requested size, and redirected streams', async () => {
    const file = path.join(folder, 'out');
    const source = `
      console.log(String(process.stdout.isTTY === true));
      console.error([process.stderr.isTTY, process.stderr.columns, "it's", process.argv[1]].join(' '));
      process.exitCode = 3;`;
    const running = startOnTerminal(node(source), ["a 'quoted' word"], {
      redirect: { stdout: file },
      columns: 77,
    });
    running.endInput();
    const { stdout, code } = await running.result;
    expect(readFileSync(file, 'utf8')).toBe('false\n');
    expect(stdout.toString()).toContain("true 77 it's a 'quoted' word\r\n");
    expect(code).toBe(3);
  });

  test('a program reads what is typed', async () => {
    const source = `
      process.stdout.write('name? ');
      process.stdin.once('data', (answer) => { console.log('hello ' + answer); process.exit(); });`;
    const running = startOnTerminal(node(source), []);
    await running.waitFor('name? ');
    running.send('alice\n');
    await running.waitFor('hello alice');
    expect((await running.result).code).toBe(0);
  });
});

describe('masks', () => {
  test('replace durations and revisions, and nothing else', () => {
    const hide = (text: string, mask: keyof typeof masks) =>
      text.replace(masks[mask].pattern, masks[mask].replacement);
    expect(hide('x is healthy: committed proposal: took = 1.5ms', 'took')).toBe(
      'x is healthy: committed proposal: took <duration>',
    );
    expect(hide('Finished defragmenting. took 17.3µs', 'took')).toBe(
      'Finished defragmenting. took <duration>',
    );
    expect(hide('{"revision":12,"version":12}', 'jsonRevisions')).toBe('{"revision":<n>,"version":12}');
    expect(hide('"Revision" : 12', 'fieldsRevisions')).toBe('"Revision" : <n>');
  });

  test('leave the error line, which is found between log lines', () => {
    expect(lastError(Buffer.from('{"level":"warn"}\nError: context deadline exceeded\n'))).toBe(
      'Error: context deadline exceeded',
    );
    expect(lastError(Buffer.from('no trouble\n'))).toBeUndefined();
  });
});
