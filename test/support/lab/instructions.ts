import { readFileSync } from 'node:fs';

/** A block of shell commands in a document, and who has to run it. */
export interface Block {
  readonly who: string;
  readonly commands: string;
}

/** The headings of a file in `docs` that have such blocks below them. */
export function instructedSections(document: string): readonly string[] {
  const text = readFileSync(new URL(`../../../docs/${document}`, import.meta.url), 'utf8');
  const headings = text
    .split(/^## /m)
    .slice(1)
    .map((section) => section.slice(0, section.indexOf('\n')));
  return headings.filter((heading) => blocksOf(document, heading).length > 0);
}

/** The fenced code blocks below a heading of a file in `docs`; their info string is `sh` and who runs the block. */
export function blocksOf(document: string, heading: string): readonly Block[] {
  const text = readFileSync(new URL(`../../../docs/${document}`, import.meta.url), 'utf8');
  const section = text.split(/^## /m).find((each) => each.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`${document} has no section "${heading}"`);
  const blocks = section.matchAll(/^```sh (\S+)\n(.*?)^```$/gms);
  return Array.from(blocks, ([, who = '', commands = '']) => ({ who, commands }));
}
