import type { CommandDescription, FlagDescription } from '../../../../src/cli/command-description.js';
import type { Dice } from './dice.js';
import { ARGUMENTS, FLAG_VALUES, KEYS, TXN_LINES, VALUES_BY_FLAG } from './values.js';

/** A command line, valid or not, of a command that ends by itself. */
export interface RandomLine {
  /** The declared path of the command, such as `member list`. */
  readonly path: string;
  readonly args: readonly string[];
  readonly stdin: string;
}

/** Commands without random command lines, and why; they have their own tests. */
export const EXCLUDED_COMMANDS: Readonly<Record<string, string>> = {
  watch: 'does not end',
  lock: 'does not end',
  elect: 'does not end',
  'make-mirror': 'does not end',
  'check perf': 'takes a minute',
  'check datascale': 'takes long',
  'member add': 'takes the quorum from the only member',
  'downgrade enable': 'changes the cluster for good',
  'snapshot save': 'writes files',
  'snapshot restore': 'etcdctl no longer has it',
  'snapshot status': 'etcdctl no longer has it',
  'snapshot verify': 'etcdctl never had it',
  completion: 'its text is our own',
  help: 'its text is our own',
  options: 'its text is our own',
};

/** Flags without which the command would wait. */
const REQUIRED_FLAGS: Readonly<Record<string, readonly string[]>> = {
  'lease keep-alive': ['--once'],
  'user add': ['--interactive=false'],
  'user passwd': ['--interactive=false'],
};

const GLOBAL_FLAGS = ['write-out', 'hex', 'command-timeout'];
const WRITE_OUT = /^(simple|json|fields|protobuf|table)$/;

/** Generates random command lines of the declared commands and flags that etcdctl has too. */
export class CommandLines {
  readonly #dice: Dice;
  readonly #commands: readonly CommandDescription[];
  readonly #globals: readonly FlagDescription[];

  constructor(program: CommandDescription, dice: Dice) {
    this.#dice = dice;
    this.#commands = leavesOf(program).filter(({ path }) => EXCLUDED_COMMANDS[path] === undefined);
    this.#globals = program.flags.filter(({ name }) => GLOBAL_FLAGS.includes(name));
  }

  next(): RandomLine {
    const dice = this.#dice;
    const command = dice.pick(this.#commands);
    const flags = [...this.#flagsOf(command), ...(REQUIRED_FLAGS[command.path] ?? []).map((flag) => [flag])];
    const args = this.#argumentsFor(command).map((arg) => [arg]);
    const words = [this.#commandWords(command.path), ...this.#interleave(args, flags)].flat();
    return { path: command.path, args: words, stdin: this.#stdin(command.path) };
  }

  /** The command's words: usually as declared, sometimes abbreviated or misspelt. */
  #commandWords(path: string): string[] {
    const dice = this.#dice;
    const words = path.split(' ');
    const last = words.at(-1) ?? '';
    if (dice.chance(0.06)) return [...words.slice(0, -1), last.slice(0, 1 + dice.below(last.length))];
    if (dice.chance(0.02)) return [...words.slice(0, -1), `${last}x`];
    return words;
  }

  #argumentsFor({ usage }: CommandDescription): string[] {
    const dice = this.#dice;
    const names = placeholders(usage);
    const args = names
      .filter(({ isNeeded }) => isNeeded || dice.chance(0.4))
      .map(({ name }) => this.#argument(name));
    if (dice.chance(0.08)) args.push(dice.pick(KEYS));
    if (dice.chance(0.06)) args.pop();
    return args;
  }

  #argument(name: string): string {
    return this.#dice.pick(ARGUMENTS[name.toLowerCase()] ?? KEYS);
  }

  #flagsOf(command: CommandDescription): string[][] {
    const dice = this.#dice;
    const declared = command.flags.filter(({ name, isAddition }) => name !== 'help' && !isAddition);
    const chosen = declared.filter(() => dice.chance(0.2));
    const global = this.#globals.filter(({ name }) => dice.chance(name === 'write-out' ? 0.5 : 0.1));
    const flags = [...chosen, ...global].map((flag) => this.#flagWords(flag));
    if (dice.chance(0.03)) flags.push([dice.pick(['--wrong', '-z', '---', '--prefx', '-', '--=x'])]);
    return flags;
  }

  #flagWords(flag: FlagDescription): string[] {
    const dice = this.#dice;
    if (flag.kind === 'bool' && dice.chance(0.85)) return [`--${flag.name}`];
    const value = this.#value(flag);
    if (flag.short !== undefined && dice.chance(0.5)) {
      return dice.chance(0.5) ? [`-${flag.short}`, value] : [`-${flag.short}${value}`];
    }
    return flag.kind !== 'bool' && dice.chance(0.4) ? [`--${flag.name}`, value] : [`--${flag.name}=${value}`];
  }

  #value({ name, kind, choices }: FlagDescription): string {
    const dice = this.#dice;
    const values = VALUES_BY_FLAG[name] ?? FLAG_VALUES[kind] ?? KEYS;
    if (name === 'write-out' && dice.chance(0.9))
      return dice.pick(values.filter((value) => WRITE_OUT.test(value)));
    if (choices.length === 0 || name === 'write-out') return dice.pick(values);
    return dice.chance(0.2) ? dice.pick(['', 'wrong', dice.pick(choices).toLowerCase()]) : dice.pick(choices);
  }

  /** Inserts the flags at random positions between the arguments. */
  #interleave(args: readonly string[][], flags: readonly string[][]): string[][] {
    const mixed = [...args];
    for (const flag of flags) mixed.splice(this.#dice.below(mixed.length + 1), 0, flag);
    return mixed;
  }

  #stdin(path: string): string {
    const dice = this.#dice;
    const lines = (most: number) =>
      Array.from({ length: dice.below(most) }, () => `${dice.pick(TXN_LINES)}\n`).join('');
    if (path === 'txn') return `${lines(3)}\n${lines(3)}\n${lines(3)}\n`;
    if (path.startsWith('user ')) return dice.pick(['', 'secret\n', 'secret']);
    return dice.chance(0.5) ? '' : dice.pick(['from stdin', 'lines\n\n', '\u0000']);
  }
}

function leavesOf(command: CommandDescription): CommandDescription[] {
  if (command.isAddition) return [];
  if (command.commands.length === 0) return [command];
  return command.commands.flatMap((child) =>
    leavesOf({ ...child, flags: [...child.flags, ...(command.path === '' ? [] : command.flags)] }),
  );
}

/** The placeholders of a usage line, such as `<key> [range_end]`, in order; other words are ignored. */
function placeholders(usage: string): { name: string; isNeeded: boolean }[] {
  return [...usage.matchAll(/<([^>]+)>|\[([^\]]+)\]/g)]
    .map(([, needed, optional]) => ({ name: needed ?? optional ?? '', isNeeded: needed !== undefined }))
    .filter(({ name }) => name !== 'options');
}
