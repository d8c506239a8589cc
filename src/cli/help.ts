/** Help pages as plain text of at most 96 columns. */
import { COMMAND_GROUPS, type CommandGroup } from './command.js';
import { describeFlags, type FlagDescription } from './command-description.js';
import { type CommandNode, commandWords, lineage } from './command-tree.js';
import { variableName } from './environment.js';
import type { FlagTable } from './flags.js';

export interface HelpSettings {
  /**
   * True: the command `options` lists the global flags with their environment variables.
   * False: every help page lists the global flags, which have no environment variables.
   */
  readonly listsGlobalFlagsApart: boolean;
}

const WIDTH = 96;
const GAP = '  ';

/** The help page of a command, of a family, or of the program. */
export function commandHelp(node: CommandNode, settings: HelpSettings): string {
  const [root = node] = lineage(node);
  const { summary, description, examples = [] } = node.declaration;
  const sections = [
    `${summary}.`,
    `Usage:\n  ${usageLine(node)}`,
    ...(description === undefined ? [] : [reflow(description)]),
    ...(examples.length === 0 ? [] : [['Examples:', ...examples.map(exampleLine)].join('\n')]),
    ...commandSections(node),
    ...flagSections(node),
    ...(settings.listsGlobalFlagsApart ? [] : flagSection('Global flags', root.flags)),
    closingLines(node, settings).join('\n'),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** The help page of the global flags, for the command `options`. */
export function globalFlagsHelp(root: CommandNode): string {
  const name = root.declaration.name;
  const rows = describeFlags(root.flags)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((flag) => flagRow(flag, flag.name === 'help' ? [] : [variableName(flag.name)]));
  return [
    `Every command of ${name} accepts these flags, before or after its name. The environment`,
    'variable in parentheses sets the same option; setting both is an error.',
    '',
    ...table(rows),
    '',
  ].join('\n');
}

function exampleLine(line: string): string {
  return line === '' ? '' : `  ${line}`;
}

function usageLine(node: CommandNode): string {
  const { usage } = node.declaration;
  const words = commandWords(node);
  if (node.children.length > 0) return `${words} <command> [arguments] [flags]`;
  return [words, usage, '[flags]'].filter(Boolean).join(' ');
}

function closingLines(node: CommandNode, settings: HelpSettings): string[] {
  const [root = node] = lineage(node);
  const lines: string[] = [];
  if (node.children.length > 0)
    lines.push(`Run '${commandWords(node)} <command> --help' for the help of a command.`);
  if (settings.listsGlobalFlagsApart) {
    lines.push(`Run '${root.declaration.name} options' for the flags that every command accepts.`);
  }
  return lines;
}

/** The commands of the program, by group; the commands of a family, in one list. */
function commandSections(node: CommandNode): string[] {
  if (node.children.length === 0) return [];
  const width = Math.max(...node.children.map((child) => child.declaration.name.length));
  const list = (title: string, group: CommandGroup | undefined): string[] => {
    const members = node.children.filter((child) => child.declaration.group === group);
    if (members.length === 0) return [];
    const rows = members.map(
      ({ declaration }) => [declaration.name.padEnd(width), declaration.summary] as const,
    );
    return [[`${title}:`, ...table(rows)].join('\n')];
  };
  const groups = Object.entries(COMMAND_GROUPS) as [CommandGroup, string][];
  return [...groups.flatMap(([group, title]) => list(title, group)), ...list('Commands', undefined)];
}

/** The command's own flags, then those of its families. */
function flagSections(node: CommandNode): string[] {
  return lineage(node)
    .slice(1)
    .reverse()
    .flatMap((each) => flagSection(each === node ? 'Flags' : `Flags of '${commandWords(each)}'`, each.flags));
}

function flagSection(title: string, flags: FlagTable): string[] {
  const rows = describeFlags(flags).map((flag) => flagRow(flag, []));
  return rows.length === 0 ? [] : [[`${title}:`, ...table(rows)].join('\n')];
}

type Row = readonly [left: string, right: string];

function flagRow(flag: FlagDescription, more: readonly string[]): Row {
  const short = flag.short === undefined ? '    ' : `-${flag.short}, `;
  const left = `${short}--${flag.name} ${flag.placeholder}`.trimEnd();
  const notes = [
    ...(flag.choices.length === 0 ? [] : [`one of ${flag.choices.join(', ')}`]),
    ...(flag.isRequired ? ['required'] : []),
    ...(flag.defaultText === '' ? [] : [`default ${flag.defaultText}`]),
    ...more,
  ];
  return [left, notes.length === 0 ? flag.summary : `${flag.summary} (${notes.join('; ')})`];
}

/** Lines of two columns, of which the right one is wrapped. */
function table(rows: readonly Row[]): string[] {
  const leftWidth = Math.max(...rows.map(([left]) => left.length));
  const rightWidth = WIDTH - leftWidth - 2 * GAP.length;
  const indent = ' '.repeat(leftWidth + 2 * GAP.length);
  return rows.flatMap(([left, right]) => {
    const [first = '', ...others] = wrap(right, rightWidth);
    return [GAP + left.padEnd(leftWidth) + GAP + first, ...others.map((line) => indent + line)];
  });
}

/** Wraps paragraphs of prose. Empty lines and indented lines, which are examples, are not changed. */
function reflow(text: string): string {
  const isProse = (line: string | undefined) => line !== undefined && line !== '' && !line.startsWith(' ');
  const paragraphs: string[] = [];
  for (const line of text.split('\n')) {
    const last = paragraphs.at(-1);
    if (isProse(last) && isProse(line)) paragraphs.splice(-1, 1, `${last} ${line}`);
    else paragraphs.push(line);
  }
  return paragraphs.flatMap((each) => (isProse(each) ? wrap(each, WIDTH) : [each])).join('\n');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
