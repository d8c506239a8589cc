// The colours of a usual light and a usual dark terminal: those of the terminal in Visual Studio Code.

/** @typedef {import('./screen.mjs').Style} Style */
/** @typedef {{ background: string, foreground: string, border: string, colors: readonly string[] }} Theme `colors`: the sixteen of a terminal */

/** @type {Readonly<Record<'light' | 'dark', Theme>>} */
export const THEMES = {
  light: {
    background: '#ffffff',
    foreground: '#333333',
    border: '#d0d7de',
    colors: [
      ['#000000', '#cd3131', '#107c10', '#949800', '#0451a5', '#bc05bc', '#0598bc', '#555555'],
      ['#666666', '#cd3131', '#14ce14', '#b5ba00', '#0451a5', '#bc05bc', '#0598bc', '#a5a5a5'],
    ].flat(),
  },
  dark: {
    background: '#1e1e1e',
    foreground: '#cccccc',
    border: '#3c3c3c',
    colors: [
      ['#000000', '#cd3131', '#0dbc79', '#e5e510', '#2472c8', '#bc3fbc', '#11a8cd', '#e5e5e5'],
      ['#666666', '#f14c4c', '#23d18b', '#f5f543', '#3b8eea', '#d670d6', '#29b8db', '#e5e5e5'],
    ].flat(),
  },
};

/**
 * @param {Style} style
 * @param {Theme} theme
 * @returns {{ text: string, background: string }} their colours
 */
export function colorsOf({ color, background, inverse = false }, theme) {
  const pair = [
    (color === undefined ? undefined : theme.colors[color]) ?? theme.foreground,
    (background === undefined ? undefined : theme.colors[background]) ?? theme.background,
  ];
  const [text = '', behind = ''] = inverse ? pair.reverse() : pair;
  return { text, background: behind };
}
