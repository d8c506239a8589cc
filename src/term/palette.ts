/** The few colours of the program; each function gives its text back unchanged where there are no colours. */
export interface Palette {
  readonly bad: (text: string) => string;
  /** What moves while a person waits. */
  readonly busy: (text: string) => string;
}

const asIs = (text: string) => text;
export const PLAIN: Palette = { bad: asIs, busy: asIs };

/** What decides about colours: the stream, and the two variables of no-color.org and force-color.org. */
export interface ColourFacts {
  readonly isTTY: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** chalk is only loaded where there is a colour to make. */
export async function loadPalette({ isTTY, env }: ColourFacts): Promise<Palette> {
  if (!wantsColour({ isTTY, env })) return PLAIN;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return { bad: chalk.red, busy: chalk.cyan };
}

function wantsColour({ isTTY, env }: ColourFacts): boolean {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  return isTTY && env.TERM !== 'dumb';
}
