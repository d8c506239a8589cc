import { describe, expect, it } from 'vitest';
import type { CommandDescription } from '../src/cli/command-description.js';
import { createEtcdctl } from '../src/etcdctl.js';
import { createEtcdctlV2 } from '../src/etcdctl-v2.js';
import { createEtcdutl } from '../src/etcdutl.js';

/** All that the three command sets have in common. */
interface CommandSet {
  parse(argv: readonly string[]): { readonly kind: 'text' } | { readonly kind: 'run' };
  describe(): CommandDescription;
}

const etcdctl = await createEtcdctl();
const commandSets: readonly (readonly [string, CommandSet])[] = [
  ['etcdctl', etcdctl],
  ['etcdutl', await createEtcdutl()],
  ['etcdctl of version 2', createEtcdctlV2()],
];

function commandsBelow(command: CommandDescription): CommandDescription[] {
  return [command, ...command.commands.flatMap(commandsBelow)];
}

/** Quoted or bare words, and the operators that end a command. */
const SHELL_WORD = /'([^']*)'|"([^"]*)"|([|<>()]+)|([^\s|<>()'"]+)/g;

/** The command lines of shell examples, each as its words; comments, redirections and pipes are left out. */
function commandLines(examples: readonly string[]): string[][] {
  const shellLines = examples
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replaceAll('\\\n', ' ')
    .split('\n');
  return shellLines.flatMap((line) => {
    const lines: string[][] = [[]];
    for (const [, single, double, operator, bare] of line.matchAll(SHELL_WORD)) {
      if (operator === undefined) lines.at(-1)?.push(single ?? double ?? bare ?? '');
      else lines.push([]);
    }
    return lines;
  });
}

function callsOf(program: string, { examples }: CommandDescription): string[][] {
  return commandLines(examples)
    .filter(([first]) => first === program)
    .map(([, ...argv]) => argv);
}

describe.each(commandSets)('the help of %s', (_title, program) => {
  const root = program.describe();
  const commands = commandsBelow(root);

  it('has an example for each command with arguments or required flags', () => {
    const lacking = commands
      .filter(({ usage, flags }) => usage !== '' || flags.some((flag) => flag.isRequired))
      .filter((command) => callsOf(root.name, command).every((argv) => !calls(argv, command.path)))
      .map(({ path }) => path);
    expect(lacking).toEqual([]);
  });

  it('has examples that parse', () => {
    for (const command of commands) {
      for (const argv of callsOf(root.name, command)) {
        const printing = ['help', 'version', 'completion'];
        const { kind } = program.parse(argv);
        expect(kind === 'run' || printing.includes(command.path), argv.join(' ')).toBe(true);
      }
    }
  });

  it('is plain ASCII, with summaries of one line and examples that fit the page', () => {
    for (const { summary, description, examples, flags } of commands) {
      const texts = [summary, description, ...examples, ...flags.map((flag) => flag.summary)];
      expect(texts.join('\n')).toMatch(/^[\n -~]*$/);
      expect(summary).toMatch(/^[A-Z].{5,74}[^.]$/);
      expect(examples.filter((line) => line.length > 93)).toEqual([]);
    }
  });
});

/** `-o extended get key` calls `get` too. */
function calls(argv: readonly string[], path: string): boolean {
  return ` ${argv.join(' ')} `.includes(` ${path} `);
}
