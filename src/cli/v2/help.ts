/** Help pages of the version 2 commands, in the layout of etcdctl: titled sections with an indentation of three spaces. */
import { describeFlags, type FlagDescription } from '../command-description.js';
import { type CommandNode, commandWords, lineage } from '../command-tree.js';
import type { FlagTable } from '../flags.js';
import { HELP_FLAG, VERSION_FLAG } from './globals.js';

type Node = CommandNode<unknown>;
type Row = readonly [left: string, right: string];

/** The help page of a command, of a family, or of the program. */
export function v2Help(node: Node): string {
  const { summary, description, examples = [] } = node.declaration;
  const isProgram = node.parent === undefined;
  const flags: FlagTable = { ...node.flags, ...HELP_FLAG, ...(isProgram && VERSION_FLAG) };
  const commands = node.children.map(({ declaration }): Row => [declaration.name, declaration.summary]);
  const sections = [
    section('NAME', [`${commandWords(node)} - ${summary}`]),
    section('USAGE', [usageLine(node)]),
    ...(description === undefined ? [] : [section('DESCRIPTION', description.split('\n'))]),
    ...(examples.length === 0 ? [] : [section('EXAMPLES', examples)]),
    ...(commands.length === 0
      ? []
      : [section('COMMANDS', columns([...commands, ['help, h', 'Show the help of a command']]))]),
    section(isProgram ? 'GLOBAL OPTIONS' : 'OPTIONS', columns(describeFlags(flags).map(flagRow))),
    ...(isProgram ? [] : [`Run '${lineage(node)[0]?.declaration.name} --help' for the global options.`]),
  ];
  return `${sections.join('\n\n')}\n`;
}

function usageLine(node: Node): string {
  const { name } = lineage(node)[0]?.declaration ?? node.declaration;
  if (node.parent === undefined) return `${name} [global options] command [command options] [arguments...]`;
  const path = commandWords(node).slice(name.length + 1);
  const own = node.children.length > 0 ? 'command [command options] [arguments...]' : node.declaration.usage;
  const options = Object.keys(node.flags).length > 0 ? '[command options]' : '';
  return [name, '[global options]', path, options, own].filter(Boolean).join(' ');
}

function section(title: string, lines: readonly string[]): string {
  return [`${title}:`, ...lines.map((line) => `   ${line}`.trimEnd())].join('\n');
}

function columns(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`);
}

function flagRow({ name, short, placeholder, summary, defaultText, choices }: FlagDescription): Row {
  const value = placeholder === '' ? '' : ` ${placeholder}`;
  const names = [name, ...(short === undefined ? [] : [short])];
  const left = names.map((each) => `${each.length === 1 ? '-' : '--'}${each}${value}`).join(', ');
  const notes = [
    ...(choices.length === 0 ? [] : [`one of ${choices.join(', ')}`]),
    ...(defaultText === '' ? [] : [`default ${defaultText}`]),
  ];
  return [left, notes.length === 0 ? summary : `${summary} (${notes.join('; ')})`];
}
