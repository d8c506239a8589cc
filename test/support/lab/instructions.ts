import { readFileSync } from 'node:fs';

/** A block of shell commands in a document, and whom the document has run it. */
export interface Block {
  readonly who: string;
  readonly commands: string;
}

/** The blocks below a heading of a file in `docs`: fenced, with `sh` and a word for who runs them. */
export function blocksOf(document: string, heading: string): readonly Block[] {
  const text = readFileSync(new URL(`../../../docs/${document}`, import.meta.url), 'utf8');
  const section = text.split(/^## /m).find((each) => each.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`${document} has no section "${heading}"`);
  const blocks = section.matchAll(/^```sh (\S+)\n(.*?)^```$/gms);
  return Array.from(blocks, ([, who = '', commands = '']) => ({ who, commands }));
}
