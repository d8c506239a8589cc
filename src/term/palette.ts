/**
 * The colours of the program. Each function returns the text unchanged when colours are off.
 *
 * Text is readable on light and dark backgrounds, with the sixteen colours of the usual terminals: yellow and green are backgrounds of black
 * text, because as text they are hard to see on white.
 */
export interface Palette {
  /** Lines that say why something failed. */
  readonly failure: (text: string) => string;
  /** The frames of the spinner. */
  readonly spinner: (text: string) => string;
  /** Single words, as on a badge. */
  readonly goodLabel: (text: string) => string;
  readonly warningLabel: (text: string) => string;
  readonly failureLabel: (text: string) => string;
  readonly heading: (text: string) => string;
  /** Bars beside the numbers that they show. */
  readonly bar: (text: string) => string;
}

const unchanged = (text: string) => text;
export const PLAIN: Palette = {
  failure: unchanged,
  spinner: unchanged,
  goodLabel: unchanged,
  warningLabel: unchanged,
  failureLabel: unchanged,
  heading: unchanged,
  bar: unchanged,
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
    goodLabel: chalk.black.bgGreen,
    warningLabel: chalk.black.bgYellow,
    failureLabel: chalk.bold.red.inverse,
    heading: chalk.bold,
    bar: chalk.green,
  };
}

function wantsColour({ isTTY, env }: ColourOptions): boolean {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  return isTTY && env.TERM !== 'dumb';
}
