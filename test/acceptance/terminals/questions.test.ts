import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Lab, startLab } from '../../support/lab/lab.js';
import { installedEtcdctl, programAt, run } from '../../support/lab/program.js';
import { startOnTerminal, terminalsMissing } from '../../support/lab/terminal.js';

const QUESTION = 'Delete 3 keys that begin with "k/"? [y/N] ';

describe.skipIf(terminalsMissing !== undefined)(`del of a range (${terminalsMissing ?? 'terminals'})`, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab?.stop());
  beforeEach(async () => {
    for (const key of ['k/1', 'k/2', 'k/3', 'l']) await lab.real(['put', key, 'v']);
  });

  const deletion = (...args: string[]) => [...lab.flags(), 'del', ...args];
  const inShell = (...args: string[]) => [installedEtcdctl().command, ...deletion(...args)].join(' ');

  async function keys(): Promise<string[]> {
    const { stdout } = await lab.real(['get', '', '--prefix', '--keys-only']);
    return stdout.toString().split('\n').filter(Boolean);
  }

  /** Runs lines in an interactive bash on a terminal; the answer is sent when the question is there. */
  async function typed(lines: string, answer?: string): Promise<string> {
    const shell = startOnTerminal(programAt('bash'), ['--norc', '--noprofile', '-i'], { columns: 300 });
    shell.send(`${lines}; echo en""ded with $?\n`);
    if (answer !== undefined) {
      await shell.waitFor(QUESTION);
      shell.send(answer);
    }
    await shell.waitFor('ended with');
    shell.send('exit\n');
    return (await shell.result).stdout.toString();
  }

  it.each([
    ['y\n', 0, []],
    ['yes\n', 0, []],
    ['n\n', 1, ['k/1', 'k/2', 'k/3']],
    ['\n', 1, ['k/1', 'k/2', 'k/3']],
    ['\u0004', 1, ['k/1', 'k/2', 'k/3']],
  ])('asks a person who has logged in for this command: %j', async (answer, status, left) => {
    const terminal = startOnTerminal(installedEtcdctl(), deletion('k/', '--prefix'));
    await terminal.waitFor(QUESTION);
    terminal.send(answer);
    const { code, stdout } = await terminal.result;
    expect(code).toBe(status);
    if (status === 1) expect(stdout.toString()).toContain('\nError: nothing was deleted');
    expect(await keys()).toEqual([...left, 'l']);
  });

  it('takes no answer from what was typed before the question', async () => {
    // The shell reads the first line only; the second one is in the terminal's queue when the program starts.
    const terminal = startOnTerminal(programAt('sh'), [
      '-c',
      `read -r line; exec ${inShell('k/', '--prefix')}`,
    ]);
    terminal.send('first\ny\n');
    await terminal.waitFor(QUESTION);
    terminal.send('n\n');
    expect((await terminal.result).code).toBe(1);
    expect(await keys()).toEqual(['k/1', 'k/2', 'k/3', 'l']);
  });

  it('asks a person who types the command in a shell', async () => {
    expect(await typed(inShell('k/', '--prefix'), 'n\n')).toContain('ended with 1');
    expect(await keys()).toEqual(['k/1', 'k/2', 'k/3', 'l']);
    expect(await typed(inShell('k/', 'k0'), 'y\n')).toMatch(/\n3\r\n.*ended with 0/s);
    expect(await keys()).toEqual(['l']);
  });

  it('deletes nothing when the question is interrupted', async () => {
    const terminal = startOnTerminal(installedEtcdctl(), deletion('k/', '--prefix'));
    await terminal.waitFor(QUESTION);
    terminal.send('\u0003');
    expect((await terminal.result).code).toBe(130);
    expect(await keys()).toEqual(['k/1', 'k/2', 'k/3', 'l']);
  });

  it.each([
    ['with --yes', () => inShell('k/', 'k0', '--yes')],
    ['a single key', () => inShell('l')],
    ['a pipe behind it', () => `${inShell('k/', '--prefix')} | cat`],
    ['a pipe before it', () => `echo n | ${inShell('k/', '--prefix')}`],
    ['a background job', () => `${inShell('k/', '--prefix')} & wait $!`],
    ['a time limit', () => `timeout 30 ${inShell('k/', '--prefix')}`],
    [
      'a script',
      () => {
        const script = path.join(lab.folder, 'script');
        writeFileSync(script, `${inShell('k/', '--prefix')}\n`);
        return `sh ${script}`;
      },
    ],
  ])('asks nothing: %s', async (name, lines) => {
    const seen = await typed(lines());
    expect(seen).not.toContain('[y/N]');
    expect(seen).toContain('ended with 0');
    expect(await keys()).toEqual(name === 'a single key' ? ['k/1', 'k/2', 'k/3'] : ['l']);
  });

  it('lists what it would delete with --dry-run', async () => {
    const { command } = installedEtcdctl();
    const { stdout, stderr } = await run(programAt(command), deletion('k/', '--prefix', '--dry-run'));
    expect([stdout.toString(), stderr.toString()]).toEqual([
      'k/1\n\nk/2\n\nk/3\n\n',
      '3 keys would be deleted\n',
    ]);
    const json = await run(programAt(command), deletion('k/', '--prefix', '--dry-run', '-w', 'json'));
    expect(JSON.parse(json.stdout.toString())).toMatchObject({ count: 3, kvs: [{}, {}, {}] });
    expect(await keys()).toEqual(['k/1', 'k/2', 'k/3', 'l']);
  });
});
