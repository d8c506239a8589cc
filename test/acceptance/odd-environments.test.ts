/**
 * Unusual environments, in which the program must end soon, without a signal, and with success or an `Error: …` line. The limits are
 * those with which the runtimes still start: below them, the runtime fails before any code of the program runs.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labFolder } from '../../scripts/lib/etcd/watchdog.mjs';
import { type Lab, startLab } from '../support/lab/lab.js';
import {
  ourEtcdctl,
  ourEtcdutl,
  type Program,
  programAt,
  type RunResult,
  run,
} from '../support/lab/program.js';

/** Commands of the shell that then executes the program, and variables. `$F` is a folder with a file, a symlink loop and a directory. */
interface Settings {
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Neither stdout nor stderr can be written to. */
  readonly hasNoOutput?: boolean;
  /** Standard input cannot be read: commands that read it fail. */
  readonly hasNoInput?: boolean;
}

const GONE = 'mkdir $F/gone.$$; cd $F/gone.$$; rmdir $F/gone.$$';
const NAME = 'd'.repeat(250);
const DEEP = `mkdir $F/d.$$; cd $F/d.$$; for i in ${'x '.repeat(18)}; do mkdir ${NAME}; cd ${NAME}; done`;
const LONG = 'x'.repeat(3000);

const homes: readonly (readonly [string, string])[] = [
  ['empty', ''],
  ['a file', '$F/file'],
  ['a symlink loop', '$F/loop'],
  ['relative', 'home'],
  ['a device', '/dev/null'],
  ['too long', `/${LONG}/${LONG}`],
  ['missing', '$F/none/home'],
  ['in a directory where no file can be created', '/proc/self'],
];

const settings: readonly (readonly [string, Settings])[] = [
  ['a low limit of open files', { shell: 'ulimit -n 32' }],
  ['a file size limit of 0', { shell: 'ulimit -f 0' }],
  ['a small file size limit', { shell: 'ulimit -f 8' }],
  ['a small stack', { shell: 'ulimit -s 1024' }],
  ['no core files', { shell: 'ulimit -c 0' }],
  ['closed stdin', { shell: 'exec <&-', hasNoInput: true }],
  ['a directory as stdin', { shell: 'exec <$F', hasNoInput: true }],
  ['write-only stdin', { shell: 'exec 0>/dev/null', hasNoInput: true }],
  ['closed stdout', { shell: 'exec >&-' }],
  ['stdout on a full device', { shell: 'exec >/dev/full' }],
  ['read-only stdout', { shell: 'exec 1</dev/null' }],
  ['closed stderr', { shell: 'exec 2>&-', hasNoOutput: true }],
  ['stderr on a full device', { shell: 'exec 2>/dev/full', hasNoOutput: true }],
  ['closed stdin, stdout and stderr', { shell: 'exec <&- >&- 2>&-', hasNoOutput: true, hasNoInput: true }],
  ['a deleted working directory', { shell: GONE }],
  ['a working directory whose path is too long', { shell: DEEP }],
  ['no environment', { shell: 'unset HOME PATH TMPDIR LANG' }],
  ['a large environment', { env: Object.fromEntries(range(8).map((i) => [`V${i}`, 'x'.repeat(100_000)])) }],
  ['many variables', { env: Object.fromEntries(range(5000).map((i) => [`V${i}`, 'y'])) }],
  ['an unknown terminal type', { env: { TERM: '../../etc', COLUMNS: 'x', LINES: '-1' } }],
  ['no terminal type', { env: { TERM: '' } }],
  ...['xx_YY.ZZ', 'tr_TR.UTF-8', '../x'].map(
    (name) =>
      [
        `the locale ${name.slice(0, 12)}`,
        { env: { LANG: name, LC_ALL: name, LANGUAGE: name, TZ: name } },
      ] as const,
  ),
  ...homes.map(([what, place]) => [`HOME ${what}`, { shell: `export HOME="${place}"` }] as const),
  ...homes
    .slice(-3)
    .map(
      ([what, place]) =>
        [
          `XDG_CACHE_HOME and TMPDIR ${what}`,
          { shell: `export XDG_CACHE_HOME="${place}" TMPDIR="${place}"` },
        ] as const,
    ),
];

function range(length: number): readonly number[] {
  return Array.from({ length }, (_, index) => index);
}

describe('the programs end normally with', () => {
  const folder = mkdtempSync(path.join(labFolder(), 'odd-'));
  const at = (name: string) => path.join(folder, name);
  let lab: Lab;
  let count = 0;

  beforeAll(async () => {
    lab = await startLab();
    await lab.real(['put', 'k', 'v']);
    await lab.real(['snapshot', 'save', at('s.db')]);
    writeFileSync(at('file'), '');
    symlinkSync('loop', at('loop'));
    mkdirSync(at('out'));
  });
  afterAll(async () => {
    await lab?.stop();
    // Node.js cannot remove files whose path is so long.
    execFileSync('rm', ['-rf', folder]);
  });

  const withSettings = (program: Program, args: readonly string[], { shell = ':', env = {} }: Settings) =>
    run(
      programAt('/bin/sh'),
      ['-c', `${shell}; exec "$@"`, 'sh', program.command, ...program.leadingArgs, ...args],
      { env: { F: folder, ...env }, stdin: '\nput a b\n\n\n', timeoutMs: 30_000 },
    );

  interface Line {
    readonly program: Program;
    readonly args: readonly string[];
    readonly readsInput?: boolean;
  }

  const lines = (): readonly Line[] => {
    const [ctl, utl] = [ourEtcdctl(), ourEtcdutl()];
    const out = at(`out/${count++}`);
    return [
      { program: ctl, args: ['version'] },
      { program: ctl, args: [...lab.flags(), 'get', 'k', '-w', 'fields'] },
      { program: ctl, args: ['--endpoints=127.0.0.1:1', '--command-timeout=300ms', 'get', 'k'] },
      { program: ctl, args: [...lab.flags(), 'txn'], readsInput: true },
      { program: ctl, args: [...lab.flags(), 'snapshot', 'save', `${out}.db`] },
      { program: ctl, args: [...lab.flags(), 'lock', `n${count}`, '--', '/bin/echo', 'hi'] },
      { program: utl, args: ['snapshot', 'restore', at('s.db'), '--data-dir', out] },
      { program: utl, args: ['snapshot', 'status', at('s.db'), '-w', 'table'] },
    ];
  };

  function expectCleanEnd({ args }: Line, result: RunResult, { hasNoOutput }: Settings): void {
    const stderr = result.stderr.toString();
    const what = `${args.join(' ')}: ${stderr}`;
    expect(result.signal, what).toBeNull();
    expect(stderr, what).not.toMatch(/defect|^ {4}at /m);
    if (result.code !== 0 && !hasNoOutput) expect(stderr.trim().split('\n').at(-1), what).toMatch(/^Error: /);
  }

  it.concurrent.each(settings)('%s', { timeout: 120_000 }, async (_name, given) => {
    for (const line of lines()) {
      const result = await withSettings(line.program, line.args, given);
      if (given.hasNoInput && line.readsInput) expect(result.signal).toBeNull();
      else expectCleanEnd(line, result, given);
    }
    expect(existsSync(at('none')), 'the home directory is not created').toBe(false);
  });

  it('a deleted working directory, and succeed if they do not need it', async () => {
    for (const line of lines().filter(({ args }) => !args.includes('--command-timeout=300ms'))) {
      const { code, stderr } = await withSettings(line.program, line.args, { shell: GONE });
      expect(code, `${line.args.join(' ')}: ${stderr}`).toBe(0);
    }
  });

  it.each([
    ['etcdutl', 'snapshot status s.db', 'Error: stat s.db: no such file or directory'],
    ['etcdutl', 'snapshot restore {snapshot} --data-dir d', 'Error: mkdir d: no such file or directory'],
    [
      'etcdctl',
      'snapshot save s.db',
      'Error: could not open s.db.part (open s.db.part: no such file or directory)',
    ],
  ])('a deleted working directory, and report it if they need it: %s %s', async (name, words, lastLine) => {
    const program = name === 'etcdutl' ? ourEtcdutl() : ourEtcdctl();
    const flags = name === 'etcdutl' ? [] : lab.flags();
    const args = words.split(' ').map((word) => word.replace('{snapshot}', at('s.db')));
    const { stderr } = await withSettings(program, [...flags, ...args], { shell: GONE });
    expect(stderr.toString().trim().split('\n').at(-1)).toBe(lastLine);
  });
});
