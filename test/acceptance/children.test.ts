/** Programs that `lock` and `watch` run, and files that cannot be run, compared with the newest real etcdctl. */
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ByteArguments, withBytes } from '../support/lab/byte-arguments.js';
import { comparesWithAtLeast, type Lab, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, type Program, type RunOptions, run } from '../support/lab/program.js';

/** A script that prints its arguments and its variables, except those that differ from run to run. */
const PRINT = `#!/bin/sh
printf '%s|' "$0" "$@"
env | grep -v -e '^ETCD_LOCK_' -e '^HOME=' -e '^PATH=' -e '^TMPDIR=' | LC_ALL=C sort
readlink /proc/self/fd/0
`;

const NAME = '#!/bin/sh\necho "$0"\n';

const EVERY_BYTE = Buffer.from(Array.from({ length: 255 }, (_, index) => index + 1));

describe.runIf(comparesWithAtLeast('3.7'))('a child program', () => {
  let lab: Lab;
  let folder: string;
  let busy: number;
  let locks = 0;
  beforeAll(async () => {
    lab = await startLab();
    folder = path.join(lab.folder, 'programs');
    busy = createFiles(folder);
  });
  afterAll(async () => {
    if (busy !== undefined) closeSync(busy);
    await lab?.stop();
  });

  const programs = () => [lab.newestEtcdctl, ourEtcdctl()] as const;

  interface Settings {
    readonly env?: RunOptions['env'];
    readonly byteEnv?: ByteArguments['env'];
  }

  async function underLock(program: Program, words: ByteArguments['args'], { env, byteEnv = [] }: Settings) {
    const name = `lock-${++locks}`;
    const file = path.join(lab.folder, name);
    const shell = withBytes(program, { args: words, env: byteEnv, file });
    const args = [...lab.flags(), 'lock', name, '--'];
    const { code, stdout, stderr } = await run(shell, args, { cwd: folder, ...(env && { env }) });
    const lines = stderr.toString('latin1').trimEnd().split('\n');
    return { code, stdout: stdout.toString('latin1'), stderr: code === 0 ? lines : lines.at(-1) };
  }

  async function expectAlike(words: ByteArguments['args'], settings: Settings = {}) {
    const [real, ours] = await Promise.all(programs().map((program) => underLock(program, words, settings)));
    expect(ours).toEqual(real);
    return ours;
  }

  it.each([
    ['no-shebang', 'exec format error'],
    ['empty', 'exec format error'],
    ['text-interpreter', 'exec format error'],
    ['foreign', 'exec format error'],
    ['loop', 'too many levels of symbolic links'],
    ['no-shebang/x', 'not a directory'],
    ['x'.repeat(300), 'file name too long'],
    ['busy', 'text file busy'],
    ['folder', 'permission denied'],
    ['not-executable', 'permission denied'],
    ['no-interpreter', 'no such file or directory'],
    ['missing', 'no such file or directory'],
  ])('%s cannot be run', async (file, why) => {
    expect(await expectAlike([`./${file}`])).toMatchObject({
      code: 1,
      stderr: `Error: fork/exec ./${file}: ${why}`,
    });
  });

  it.each(['loop', 'no-shebang', 'folder', 'not-executable', 'no-interpreter', 'missing'])(
    '%s cannot be run with an argument that is not UTF-8',
    async (file) => {
      expect(await expectAlike([`./${file}`, Buffer.of(0xff)])).toMatchObject({ code: 1 });
    },
  );

  it.each([
    ['relative', 'cannot run executable found relative to current directory'],
    [':/usr/bin', 'cannot run executable found relative to current directory'],
    ['/usr/bin:.', 'cannot run executable found relative to current directory'],
    ['{folder}/with-folder:{folder}/with-text', 'executable file not found in $PATH'],
    ['{folder}/with-folder:{folder}/with-text:{folder}/relative/../relative', undefined],
    ['', 'executable file not found in $PATH'],
  ])('is searched for in PATH=%s', async (setting, why) => {
    const env = { PATH: setting.replaceAll('{folder}', folder) };
    const end = await expectAlike(['program'], { env });
    expect(end).toMatchObject(why === undefined ? { code: 0 } : { stderr: `Error: exec: "program": ${why}` });
  });

  it.each(['', '.', '/', 'a"b', Buffer.of(0x61, 0xff)])('named %j is refused', async (command) => {
    expect(await expectAlike([command])).toMatchObject({ code: 1 });
  });

  it.each([
    ['all bytes', [EVERY_BYTE], {}],
    ['arguments that end with newlines', [Buffer.of(0xff, 10, 10), '', "it's"], {}],
    [
      'text',
      ['ä', 'a b', '"'],
      { 'BASH_FUNC_f%%': '() { true; }', SHLVL: '7', PWD: '/nowhere', LC_ALL: 'C' },
    ],
    [
      'bytes with odd variables',
      [Buffer.of(0xff)],
      { 'BASH_FUNC_f%%': '() { true; }', SHLVL: '7', PWD: '/x', 'A.B': "it's\n" },
    ],
  ])('gets unchanged %s', async (_what, args, env) => {
    const end = await expectAlike(['./print', ...args], { env });
    expect(end).toMatchObject({ code: 0, stdout: expect.stringContaining('./print|') });
  });

  it('gets variables whose names or values are not UTF-8', async () => {
    const byteEnv = [
      [Buffer.from('N\xff', 'latin1'), '1'],
      ['BYTES', Buffer.from('\xfe\n', 'latin1')],
    ] as const;
    const end = await expectAlike(['./print', 'ä'], { byteEnv });
    expect(end?.stdout).toContain('BYTES=\xfe\n');
  });

  it('can have any name, and its exit status is passed on, also with arguments that are not UTF-8', async () => {
    const bytes = Buffer.of(0xff);
    expect(await expectAlike([Buffer.from('./n\xff', 'latin1')])).toMatchObject({ code: 0 });
    expect(await expectAlike(['./a=b', bytes])).toMatchObject({ code: 0 });
    expect(await expectAlike(['sh', '-c', 'exit 7', bytes])).toMatchObject({ code: 7 });
    expect(await expectAlike(['sh', '-c', 'kill -9 $$', bytes])).toMatchObject({ code: 255 });
  });

  it.each([
    ['text', 'ä'],
    ['other bytes', Buffer.of(0xff)],
  ])('of a watch fails when a variable is too large and another has %s', async (_what, value) => {
    await lab.real(['put', 'large'], { stdin: 'x'.repeat(200_000) });
    const [real, ours] = await Promise.all(
      programs().map((program, index) => {
        const args = ['watch', 'large', '--rev=1', '--', 'true'];
        const file = path.join(lab.folder, `watch-${index}`);
        return run(withBytes(program, { args, env: [['BYTES', value]], file }), lab.flags());
      }),
    );
    const last = (stderr?: Buffer) => stderr?.toString().trimEnd().split('\n').at(-1);
    expect(last(ours?.stderr)).toBe(last(real?.stderr));
    expect(last(ours?.stderr)).toMatch(
      /^command \["true"\] error \(fork\/exec \/.*: argument list too long\)$/,
    );
  });
});

/** Creates the files of the tests. @returns the descriptor that keeps `busy` open for writing */
function createFiles(folder: string): number {
  const file = (name: string, content: string | Buffer, mode = 0o755) => {
    const target = path.join(folder, name);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, content);
    chmodSync(target, mode);
  };
  file('print', PRINT);
  file('no-shebang', 'echo hi\n');
  file('empty', '');
  file('not-executable', '#!/bin/sh\n', 0o644);
  file('no-interpreter', '#!/nowhere/sh\n');
  file('text-interpreter', '#!./no-shebang\n');
  file('foreign', foreignProgram(readFileSync('/bin/true')));
  file('a=b', PRINT);
  file('relative/program', NAME);
  file('program', NAME);
  file('with-folder/program/x', '');
  file('with-text/program', PRINT, 0o644);
  file('folder/x', '');
  symlinkSync('loop', path.join(folder, 'loop'));
  writeFileSync(Buffer.from(path.join(folder, 'n\xff'), 'latin1'), PRINT, { mode: 0o755 });
  copyFileSync('/bin/true', path.join(folder, 'busy'));
  chmodSync(path.join(folder, 'busy'), 0o755);
  return openSync(path.join(folder, 'busy'), 'r+');
}

/** An ELF program for an unknown architecture (`e_machine`). */
function foreignProgram(program: Buffer): Buffer {
  program.writeUInt16LE(0xfefe, 18);
  return program;
}
