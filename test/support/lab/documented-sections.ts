/**
 * Sections of documents in `docs/` whose commands are run as they stand: `##` headings, below them blocks of code. A comment directly
 * above a block says what it is:
 *
 * - `<!-- output -->`: a text block with the output of the commands before it. `…` stands for any text in a line, a line `…` for lines.
 * - `<!-- file: NAME -->`: a file, which is written before the commands after it are run. `~/` is the home directory.
 * - `<!-- jobs -->`: YAML of a CI system. The commands of its jobs (`run`, `script`) are run.
 *
 * `<!-- cluster: WORD -->` below the heading names the cluster that the section needs; see `documented-clusters.ts`.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export type DocumentedBlock =
  | { readonly kind: 'commands'; readonly text: string }
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'file'; readonly name: string; readonly text: string };

export interface DocumentedSection {
  readonly heading: string;
  /** Undefined: the cluster that sections share. */
  readonly cluster: string | undefined;
  readonly blocks: readonly DocumentedBlock[];
}

const BLOCK = /(?:^<!-- (?<note>[^\n]*?) -->\n+)?^```(?<language>\w+)\n(?<text>.*?)^```$/gms;

/** The sections of a file in `docs`. What stands above the first heading has no commands. */
export function documentedSections(document: string): readonly DocumentedSection[] {
  const text = readFileSync(new URL(`../../../docs/${document}`, import.meta.url), 'utf8');
  const [preamble = '', ...sections] = text.split(/^## /m);
  if (preamble.includes('```')) throw new Error(`${document}: a block above the first section`);
  return sections.map((section) => {
    const [, heading = '', body = ''] = /^(.*?)\n(.*)$/s.exec(section) ?? [];
    const [, cluster] = /^<!-- cluster: (\S+) -->$/m.exec(body) ?? [];
    return { heading, cluster, blocks: Array.from(body.matchAll(BLOCK), toBlock).flat() };
  });
}

function toBlock({ groups = {} }: RegExpMatchArray): readonly DocumentedBlock[] {
  const { note = '', language, text = '' } = groups;
  const [, name] = /^file: (\S+)$/.exec(note) ?? [];
  if (name !== undefined) return [{ kind: 'file', name, text }];
  if (language === 'sh') return [{ kind: 'commands', text }];
  if (note === 'jobs') return [{ kind: 'commands', text: jobCommands(parse(text)).join('') }];
  return note === 'output' ? [{ kind: 'output', text }] : [];
}

/** The commands below `run` (GitHub Actions) and `script` (GitLab CI), in their order. */
function jobCommands(node: unknown): readonly string[] {
  if (node === null || typeof node !== 'object') return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'run' || key === 'script'
      ? [value].flat().map((command) => `${String(command).trimEnd()}\n`)
      : jobCommands(value),
  );
}

/** One script that runs the section. The output of each block of commands goes into a file, `outputFile(index of the block)`. */
export function scriptOf(
  { blocks }: DocumentedSection,
  outputFile: (index: number) => string,
  here: (text: string) => string,
): string {
  const parts = blocks.map((block, index) => {
    if (block.kind === 'commands') return `exec >'${outputFile(index)}' 2>&1\n${here(block.text)}`;
    return block.kind === 'file' ? fileScript(block.name, here(block.text)) : '';
  });
  return `set -euo pipefail\n${parts.join('')}`;
}

function fileScript(name: string, text: string): string {
  const file = name.replace(/^~\//, '$HOME/');
  return `mkdir -p "$(dirname "${file}")"\ncat >"${file}" <<'END OF FILE'\n${text}END OF FILE\n`;
}

/** Whether the output of commands is that of the document, which differs in what differs from run to run. */
export function isDocumented(output: string, expected: string): boolean {
  // Servers before 3.6 do not name their version: a line `…` can also stand for none.
  const pattern = stable(expected)
    .split('\n')
    .map((line) => (line === '…' ? '(?:[^]*\\n)?' : `${line.split('…').map(escapeRegExp).join('.*')}\\n`))
    .join('');
  return new RegExp(`^${pattern}$`).test(`${stable(output)}\n`);
}

/** The text without ids, times, sizes, and widths of columns. */
function stable(text: string): string {
  return text
    .trimEnd()
    .replaceAll(/\b[0-9a-f]{12,16}\b/g, 'ID')
    .replaceAll(/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z| UTC|[+-]\d\d:?\d\d)?/g, 'TIME')
    .replaceAll(/\b(\d+(\.\d+)?(ns|µs|ms|h|m|s))+(?!\w)/g, 'DURATION')
    .replaceAll(/\b\d+(\.\d+)? ?([kMG]i?)?B\b/g, 'SIZE')
    .replaceAll(/[-─]{2,}/g, '--')
    .replaceAll(/ +$/gm, '')
    .replaceAll(/ {2,}/g, ' ');
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
