/** The colours of the program. Each function returns the text unchanged when colours are off. */
export interface Palette {
  readonly failure: (text: string) => string;
  /** The frames of the spinner. */
  readonly spinner: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly heading: (text: string) => string;
  readonly faint: (text: string) => string;
}

const unchanged = (text: string) => text;
export const PLAIN: Palette = {
  failure: unchanged,
  spinner: unchanged,
  good: unchanged,
  warning: unchanged,
  heading: unchanged,
  faint: unchanged,
};

/** Colours depend on the stream and on the variables of no-color.org and force-color.org. */
export interface ColourOptions {
  readonly isTTY: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The palette for a stream. chalk is loaded only when colours are on. */
export async function loadPalette({ isTTY, env }: ColourOptions): Promise<Palette> {
  if (!wantsColour({ isTTY, env })) return PLAIN;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return {
    failure: chalk.red,
    spinner: chalk.cyan,
    good: chalk.green,
    warning: chalk.yellow,
    heading: chalk.bold,
    faint: chalk.dim,
  };
}

function wantsColour({ isTTY, env }: ColourOptions): boolean {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  return isTTY && env.TERM !== 'dumb';
}
