/** Help pages as plain text of at most 96 columns, or fewer for a narrow terminal. */
import { wrapWords } from '../printers/prose.js';
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
/** A narrower terminal breaks lines itself. */
const MIN_WIDTH = 20;
/** Where the right column of a table would be narrower than this, and than the left one, its texts stand below those of the left one. */
const MIN_RIGHT_WIDTH = 28;
/** Of any right column. */
const MIN_COLUMN_WIDTH = 12;
const GAP = '  ';
const STACKED_INDENT = 8;

/**
 * The help page of a command, of a family, or of the program.
 * @param columns of the terminal that shows it; `undefined` or 0 when there is none or its size is not known
 */
export function commandHelp(node: CommandNode, settings: HelpSettings, columns?: number): string {
  const width = widthFor(columns);
  const [root = node] = lineage(node);
  const { summary, description, examples = [] } = node.declaration;
  const sections = [
    fitted(`${summary}.`, width),
    `Usage:\n${fitted(`  ${usageLine(node)}`, width)}`,
    ...(description === undefined ? [] : [reflow(description, width)]),
    ...(examples.length === 0
      ? []
      : [['Examples:', ...examples.map((line) => exampleLine(line, width))].join('\n')]),
    ...commandSections(node, width),
    ...flagSections(node, width),
    ...(settings.listsGlobalFlagsApart ? [] : flagSection('Global flags', root.flags, width)),
    closingLines(node, settings)
      .map((line) => fitted(line, width))
      .join('\n'),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** The help page of the global flags, for the command `options`. */
export function globalFlagsHelp(root: CommandNode, columns?: number): string {
  const width = widthFor(columns);
  const name = root.declaration.name;
  const rows = describeFlags(root.flags)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((flag) => flagRow(flag, flag.name === 'help' ? [] : [variableName(flag.name)]));
  const introduction = [
    `Every command of ${name} accepts these flags, before or after its name. The environment`,
    'variable in parentheses sets the same option; setting both is an error unless',
    'ETCDCTL_FLAGS_WIN=true lets the flag win. A profile has values for the others.',
  ];
  return [
    width < WIDTH ? reflow(introduction.join('\n'), width) : introduction.join('\n'),
    '',
    ...table(rows, width),
    '',
  ].join('\n');
}

/** The last column of a terminal stays free: some begin a new line there. */
function widthFor(columns: number | undefined): number {
  return columns ? Math.min(WIDTH, Math.max(MIN_WIDTH, columns - 1)) : WIDTH;
}

/** The line, which is wrapped only for a narrow terminal. Further lines are indented more than the first one. */
function fitted(line: string, width: number): string {
  if (width === WIDTH || line.length <= width) return line;
  const indent = ' '.repeat(line.length - line.trimStart().length);
  const further = indent === '' ? '' : `${indent}${GAP}`;
  return wrapWords(line.trimStart(), width - further.length)
    .map((part, index) => (index === 0 ? indent : further) + part)
    .join('\n');
}

/** Comments are wrapped for a narrow terminal; commands are not, so that they can be copied. */
function exampleLine(line: string, width: number): string {
  if (line === '') return '';
  if (width === WIDTH || !line.startsWith('# ')) return `${GAP}${line}`;
  const prefix = `${GAP}# `;
  const lines = wrapWords(line.slice(2), width - prefix.length);
  return lines.map((each) => prefix + each).join('\n');
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
function commandSections(node: CommandNode, tableWidth: number): string[] {
  if (node.children.length === 0) return [];
  const width = Math.max(...node.children.map((child) => child.declaration.name.length));
  const list = (title: string, group: CommandGroup | undefined): string[] => {
    const members = node.children.filter((child) => child.declaration.group === group);
    if (members.length === 0) return [];
    const rows = members.map(
      ({ declaration }) => [declaration.name.padEnd(width), declaration.summary] as const,
    );
    return [[`${title}:`, ...table(rows, tableWidth)].join('\n')];
  };
  const groups = Object.entries(COMMAND_GROUPS) as [CommandGroup, string][];
  return [...groups.flatMap(([group, title]) => list(title, group)), ...list('Commands', undefined)];
}

/** The command's own flags, then those of its families. */
function flagSections(node: CommandNode, width: number): string[] {
  return lineage(node)
    .slice(1)
    .reverse()
    .flatMap((each) =>
      flagSection(each === node ? 'Flags' : `Flags of '${commandWords(each)}'`, each.flags, width),
    );
}

function flagSection(title: string, flags: FlagTable, width: number): string[] {
  const rows = describeFlags(flags).map((flag) => flagRow(flag, []));
  return rows.length === 0 ? [] : [[`${title}:`, ...table(rows, width)].join('\n')];
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
function table(rows: readonly Row[], width: number): string[] {
  const leftWidth = Math.max(...rows.map(([left]) => left.length));
  const rightWidth = width - leftWidth - 2 * GAP.length;
  const minWidth = Math.max(MIN_COLUMN_WIDTH, Math.min(MIN_RIGHT_WIDTH, leftWidth));
  if (rightWidth < minWidth && width < WIDTH) return rows.flatMap((row) => stacked(row, width));
  const indent = ' '.repeat(leftWidth + 2 * GAP.length);
  return rows.flatMap(([left, right]) => {
    const [first = '', ...others] = wrapWords(right, rightWidth);
    return [GAP + left.padEnd(leftWidth) + GAP + first, ...others.map((line) => indent + line)];
  });
}

function stacked([left, right]: Row, width: number): string[] {
  const indent = Math.min(STACKED_INDENT, Math.floor(width / 4));
  return [GAP + left.trim(), ...wrapWords(right, width - indent).map((line) => ' '.repeat(indent) + line)];
}

/** Wraps paragraphs of prose. Empty lines and indented lines, which are examples, are not changed. */
function reflow(text: string, width: number): string {
  const isProse = (line: string | undefined) => line !== undefined && line !== '' && !line.startsWith(' ');
  const paragraphs: string[] = [];
  for (const line of text.split('\n')) {
    const last = paragraphs.at(-1);
    if (isProse(last) && isProse(line)) paragraphs.splice(-1, 1, `${last} ${line}`);
    else paragraphs.push(line);
  }
  return paragraphs.flatMap((each) => (isProse(each) ? wrapWords(each, width) : [each])).join('\n');
}
