import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlagTable } from '../../src/cli/flags.js';
import { GLOBAL_FLAGS, UTL_GLOBAL_FLAGS } from '../../src/cli/global-flags.js';
import type { Outcome } from '../../src/cli/program.js';
import { createEtcdctl } from '../../src/etcdctl.js';
import { createEtcdutl } from '../../src/etcdutl.js';
import { comparesWithAtLeast, references } from '../support/lab/lab.js';
import { ourEtcdctl, ourEtcdutl, type Program, programAt, run } from '../support/lab/program.js';
import { startOnTerminal, terminalsMissing } from '../support/lab/terminal.js';

const real = programAt(references.at(-1)?.etcdctl ?? '');
const realEtcdutl = programAt(references.at(-1)?.etcdutl ?? '');

async function ask(program: Program, words: readonly string[]) {
  const { stdout, code } = await run(program, ['__complete', ...words]);
  const lines = stdout.toString().trimEnd().split('\n');
  return { code, directive: lines.pop(), values: lines.map((line) => line.split('\t')[0] ?? '') };
}

interface Parser {
  parse(argv: readonly string[]): Outcome<FlagTable>;
}

const globalsOf = (table: FlagTable) =>
  new Set([
    ...Object.entries(table).flatMap(([name, { short }]) => [`--${name}`, `-${short}`]),
    '--help',
    '-h',
  ]);

/** Completes with our code in this process, which is faster than a run of the program. */
function askHere(program: Parser, words: readonly string[]): string[] {
  const outcome = program.parse(['__completeNoDesc', ...words]);
  return outcome.kind === 'text' ? outcome.text().trimEnd().split('\n').slice(0, -1) : [];
}

/** Commands and flags that ours has in addition to the newest real program, by command. */
const ADDED_TO_ETCDCTL: Readonly<Record<string, readonly string[]>> = {
  alarm: ['recover'],
  defrag: ['--data-dir', '--rolling', '--dry-run', '--move-leader', '--min-reclaim', '--health-timeout'],
  member: ['replace'],
  get: ['--decode', '--from-snapshot', '--raw'],
  '': ['diff', 'doctor', 'export', 'import', 'local', 'profile', 'top'],
  help: ['diff', 'doctor', 'export', 'import', 'local', 'profile', 'top'],
  'make-mirror': ['--checkpoint', '--dest-replace'],
  watch: ['--checkpoint', '--decode'],
  version: ['--client'],
  del: ['--dry-run', '--yes'],
  'endpoint health': ['--quorum', '--wait'],
  'endpoint status': ['--all'],
  'user add': ['--new-user-password-file'],
  'user passwd': ['--new-user-password-file'],
  snapshot: ['list', 'restore', 'status', 'verify'],
  'snapshot save': ['--compress', '--keep', '--cluster-name', '--pick'],
};
const ADDED_TO_ETCDUTL: Readonly<Record<string, readonly string[]>> = {
  '': ['backup', 'check', 'hash', 'iterate-bucket', 'list-bucket'],
  help: ['backup', 'check', 'hash', 'iterate-bucket', 'list-bucket'],
  snapshot: ['list', 'verify'],
  version: ['--client'],
  'snapshot restore': ['--target-version', '--local', '--root', '--dry-run', '--yes'],
};

describe.skipIf(!comparesWithAtLeast('3.7')).each([
  [
    'etcdctl',
    { program: await createEtcdctl(), real, globals: globalsOf(GLOBAL_FLAGS), added: ADDED_TO_ETCDCTL },
  ],
  [
    'etcdutl',
    {
      program: await createEtcdutl(),
      real: realEtcdutl,
      globals: globalsOf(UTL_GLOBAL_FLAGS),
      added: ADDED_TO_ETCDUTL,
    },
  ],
] as const)('completion of %s offers its commands and flags and those that ours adds', (_name, compared) => {
  const { program, globals, added } = compared;
  const own = (values: readonly string[]) => values.filter((value) => !globals.has(value));
  const compare = async (path: readonly string[]): Promise<void> => {
    const command = path.join(' ');
    const flags = await ask(compared.real, [...path, '-']);
    const below = await ask(compared.real, [...path, '']);
    const extra = (isFlag: boolean) =>
      (added[command] ?? []).filter((name) => name.startsWith('-') === isFlag);
    const expected = (values: readonly string[], isFlag: boolean) =>
      [...own(values), ...extra(isFlag)].sort();
    expect(own(askHere(program, [...path, '-'])).sort(), command).toEqual(expected(flags.values, true));
    expect(askHere(program, [...path, '']).sort(), command).toEqual(expected(below.values, false));
    if (['help', 'completion'].includes(path[0] ?? '')) return;
    for (const name of below.values) await compare([...path, name]);
  };

  it('at every level', () => compare([]), 120_000);
});

describe.skipIf(!comparesWithAtLeast('3.7'))('completion answers as etcdctl does', () => {
  it.each(
    [
      ['g'],
      ['get', '--keys'],
      ['get', '--order', ''],
      ['get', '--sort-by', ''],
      ['get', '--consistency', ''],
      ['-w', ''],
      ['get', 'key', '--write-out', ''],
      ['--write-out='],
      ['check', 'perf', '--load', ''],
      ['completion', ''],
      ['completion', 'z'],
      ['help', 'sn'],
      ['help', 'endpoint', ''],
      ['endpoint', '--cluster', 'h'],
      ['nope', ''],
      ['get', '--nope', ''],
      ['get', '--help', ''],
      ['get', '--', '--'],
      ['snapshot', 'save', ''],
    ].map((words): [string[]] => [words]),
  )('%j', async (words) => {
    const [ours, theirs] = [await ask(ourEtcdctl(), words), await ask(real, words)];
    expect({ code: ours.code, values: ours.values.sort() }).toEqual({
      code: theirs.code,
      values: theirs.values.sort(),
    });
    // When nothing matches one of a flag's fixed values, ours does not fall back to file names.
    if (theirs.directive === ':4' || ours.values.length === 0) expect(ours.directive).toBe(theirs.directive);
  });

  it.each([[], ['tcsh'], ['bash', 'zsh']])('to the command completion %j', async (...args) => {
    const results = [ourEtcdctl(), real].map((program) => run(program, ['completion', ...args]));
    const [ours, theirs] = await Promise.all(results);
    const error = (stderr: Buffer | undefined) => /^Error: .*$/m.exec(`${stderr}`)?.[0];
    expect([ours?.code, error(ours?.stderr)]).toEqual([theirs?.code, error(theirs?.stderr)]);
    expect(ours?.stdout.length).toBe(0);
  });
});

describe('the completion script for bash', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'completion-'));
    for (const [name, program] of [
      ['etcdctl', ourEtcdctl()],
      ['etcdutl', ourEtcdutl()],
    ] as const) {
      const command = [program.command, ...program.leadingArgs].map((word) => `'${word}'`).join(' ');
      const file = join(folder, name);
      // Runs the completion requests of the script, and prints other command lines, which a user would have run.
      writeFileSync(
        file,
        `#!/bin/sh\ncase "$ANSWER$1" in __*|completion) exec ${command} "$@";; *completion) exec ${command} "$@";; *__*) printf "$ANSWER";; *) echo "ran $*";; esac\n`,
      );
      chmodSync(file, 0o755);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The completions that bash would insert or list for the line; `words` is the line as bash splits it. */
  function complete(words: readonly string[], line = words.join(' '), answer = ''): string[] {
    const [program = ''] = words;
    const script = [
      `source <(${program} completion bash)`,
      `COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE=$LINE COMP_POINT=\${#LINE}`,
      `_${program}_complete`,
      `printf '%s\\n' "\${COMPREPLY[@]}"`,
    ].join('\n');
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script, 'bash', ...words], {
      env: { PATH: `${folder}:${process.env.PATH}`, LINE: line, ANSWER: answer },
      encoding: 'utf8',
    });
    expect(stderr.replace(/.*compopt: .*\n/g, '')).toBe('');
    return stdout.split('\n').filter(Boolean);
  }

  it('has no syntax errors', () => {
    const script = spawnSync(join(folder, 'etcdctl'), ['completion', 'bash'], { encoding: 'utf8' }).stdout;
    expect(spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  it('offers commands, flags and values', () => {
    expect(complete(['etcdctl', 'endp'])).toEqual(['endpoint']);
    expect(complete(['etcdctl', 'endpoint', ''], 'etcdctl endpoint ')).toEqual([
      'health',
      'status',
      'hashkv',
    ]);
    expect(complete(['etcdctl', 'get', '--keys'])).toEqual(['--keys-only']);
    expect(complete(['etcdctl', '-w', ''], 'etcdctl -w ')).toContain('protobuf');
    expect(complete(['etcdutl', 'vers'])).toEqual(['version']);
  });

  it('offers only the part after the last colon of a word that bash splits there', () => {
    const answer = 'https://a:1\\nhttps://b:1\\n:4\\n';
    const offered = (words: readonly string[], line: string) => complete(['etcdctl', ...words], line, answer);
    expect(offered(['--endpoints', ''], 'etcdctl --endpoints ')).toEqual(['https://a:1', 'https://b:1']);
    const typed = ['--endpoints', 'https', ':', '//'];
    expect(offered(typed, 'etcdctl --endpoints https://')).toEqual(['//a:1', '//b:1']);
    expect(offered(['--endpoints', '=', 'https', ':'], 'etcdctl --endpoints=https:')).toEqual([
      '//a:1',
      '//b:1',
    ]);
  });

  it('joins words that bash splits at = and :', () => {
    expect(complete(['etcdctl', 'get', '--order', '=', 'A'], 'etcdctl get --order=A')).toEqual(['ASCEND']);
    expect(complete(['etcdctl', 'get', '--order', '='], 'etcdctl get --order=')).toEqual([
      'ASCEND',
      'DESCEND',
    ]);
    const cut = ['etcdctl', '--endpoints', '=', 'http', ':', '//h', ':', '1', 'get', '--pref'];
    expect(complete(cut, 'etcdctl --endpoints=http://h:1   get  --pref')).toEqual(['--prefix']);
    expect(complete(['etcdctl', 'get', '"a b"', '--pref'], 'etcdctl get "a b" --pref')).toEqual(['--prefix']);
  });

  it.skipIf(terminalsMissing !== undefined)('completes a typed line on Tab', async () => {
    const env = { PATH: `${folder}:${process.env.PATH}`, PS1: 'ready> ', INPUTRC: '/dev/null' };
    const shell = startOnTerminal(programAt('bash'), ['--norc', '--noprofile', '-i'], { env });
    await shell.waitFor('ready> ');
    shell.send('source <(etcdctl completion bash); echo load""ed\n');
    await shell.waitFor('loaded');
    shell.send('etcdctl get --order=D\tk --keys\t-w js\t\n');
    await shell.waitFor('ran get --order=DESCEND k --keys-only -w json');
    shell.send('exit\n');
    await shell.result;
  });
});
