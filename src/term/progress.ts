import { formatByteSize } from '../go/byte-size.js';
import type { Output, StatusLine } from './output.js';
import { type Palette, PLAIN } from './palette.js';
import { visibleText } from './terminal-text.js';

/** Structurally the `Progress` of a command's context. */
export interface ProgressLine {
  update(done: number, total?: number): void;
  stop(): void;
}

export interface ProgressTerminal {
  readonly output: Pick<Output, 'showStatus' | 'endStatus'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly loadPalette: () => Promise<Palette>;
  /** The terminal behind stderr; undefined when it is none. */
  readonly openScreen: () => Screen | undefined;
  /** Monotonic nanoseconds. */
  readonly now: () => bigint;
}

/** A terminal, of which little may be taken for granted: its size can be unknown or change, and nobody may be reading it. */
export interface Screen {
  /** 0 when nobody has set it. */
  readonly columns: number;
  /** What the terminal does not take at once is lost. */
  draw(text: string): void;
}

export type ProgressUnit = 'bytes' | 'count' | 'seconds';

/** What takes less is over before a person wonders. */
const DELAY_MS = 500;
const REDRAW_MS = 100;
/** On fewer columns there is nothing to be read. */
const MIN_COLUMNS = 20;
/** For locales without UTF-8. */
const ASCII_SPINNER = { frames: ['-', '\\', '|', '/'], interval: REDRAW_MS };

const SILENT: ProgressLine = { update: () => undefined, stop: () => undefined };

/**
 * A spinner with what is done and how fast on stderr, from half a second on; nothing at all where that is no terminal on which a line
 * can be overwritten. It is one line without control sequences but for its colour, and leaves stdin and the cursor alone. What was
 * reached stays there when it ends.
 */
export function startProgress(
  label: string,
  terminal: ProgressTerminal,
  unit: ProgressUnit = 'bytes',
): ProgressLine {
  const { env, now } = terminal;
  if (!overwritesLines(env)) return SILENT;
  const screen = terminal.openScreen();
  if (screen === undefined) return SILENT;
  const began = now();
  let text = label;
  let done = 0;
  let total: number | undefined;
  const describeNow = () => {
    if (done > 0) text = `${label}  ${DESCRIPTIONS[unit](done, total, now() - began)}`;
    return text;
  };
  const spinner = new Spinner(screen, terminal, describeNow);
  return {
    update(newDone, newTotal) {
      done = newDone;
      total = newTotal;
    },
    stop: () => spinner.stop(),
  };
}

function overwritesLines({ TERM = '', CI }: ProgressTerminal['env']): boolean {
  return TERM !== '' && TERM !== 'dumb' && CI === undefined;
}

class Spinner implements StatusLine {
  readonly #screen: Screen;
  readonly #terminal: ProgressTerminal;
  readonly #describe: () => string;
  #timer: NodeJS.Timeout;
  #isStopped = false;
  #busy = PLAIN.busy;
  #frame = '';
  #drawnColumns = 0;

  constructor(screen: Screen, terminal: ProgressTerminal, describeNow: () => string) {
    this.#screen = screen;
    this.#terminal = terminal;
    this.#describe = describeNow;
    this.#timer = setTimeout(() => void this.#begin(), DELAY_MS);
    this.#timer.unref();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#terminal.output.endStatus();
  }

  async #begin(): Promise<void> {
    const { env, loadPalette } = this.#terminal;
    const [{ default: ora }, { busy }] = await Promise.all([import('ora'), loadPalette()]);
    // It only says which frame is due: it trusts the terminal's size, and its way of ending on signals would take the place of ours.
    const frames = ora({
      color: false,
      isEnabled: false,
      discardStdin: false,
      hideCursor: false,
      ...(!hasUtf8(env) && { spinner: ASCII_SPINNER }),
    });
    if (this.#isStopped) return;
    this.#busy = busy;
    const show = () => this.#show(frames.frame().trim());
    show();
    this.#timer = setInterval(show, REDRAW_MS);
    this.#timer.unref();
  }

  #show(frame: string): void {
    this.#frame = frame;
    if (this.#screen.columns >= MIN_COLUMNS) this.#terminal.output.showStatus(this);
    else this.#terminal.output.endStatus();
  }

  draw(): void {
    const { text, width } = this.#text();
    this.#screen.draw(`\r${this.#busy(this.#frame)} ${text}${this.#padding(SPINNER_COLUMNS + width)}`);
    this.#drawnColumns = Math.max(this.#drawnColumns, SPINNER_COLUMNS + width);
  }

  /** What was reached stays there. */
  end(): void {
    const { text, width } = this.#text();
    this.#screen.draw(`\r${text}${this.#padding(width)}\n`);
    this.#drawnColumns = 0;
  }

  #text() {
    return cutToWidth(visibleText(this.#describe()), this.#room - SPINNER_COLUMNS);
  }

  /** Covers what is left of a longer text. */
  #padding(columns: number): string {
    return ' '.repeat(Math.max(0, Math.min(this.#drawnColumns, this.#room) - columns));
  }

  /** A character in the last column can begin a new line. */
  get #room(): number {
    return this.#screen.columns - 1;
  }
}

/** Frame and space. */
const SPINNER_COLUMNS = 2;

/** What fits into so many columns. Only ASCII is sure to be one column wide; nothing is wider than two. */
function cutToWidth(text: string, columns: number): { readonly text: string; readonly width: number } {
  let width = 0;
  let cut = '';
  for (const character of text.replaceAll(/[\n\t]/g, ' ')) {
    const columnsOfCharacter = character < '\u007f' ? 1 : 2;
    if (width + columnsOfCharacter > columns) break;
    width += columnsOfCharacter;
    cut += character;
  }
  return { text: cut, width };
}

/** As POSIX has it: the first of these that is not empty decides. */
function hasUtf8({ LC_ALL, LC_CTYPE, LANG }: ProgressTerminal['env']): boolean {
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '');
}

type Describe = (done: number, total: number | undefined, elapsedNs: bigint) => string;

const DESCRIPTIONS: Readonly<Record<ProgressUnit, Describe>> = {
  bytes: describe,
  count: describeCount,
  seconds: (done, total) => (total === undefined ? `${done} s` : `${done} of ${total} s`),
};

/** `4320 of 10000 (43%), 870/s` */
export function describeCount(done: number, total: number | undefined, elapsedNs: bigint): string {
  const rate = `${Math.round(done / (Number(elapsedNs) / 1e9))}/s`;
  if (total === undefined) return `${done}, ${rate}`;
  return `${done} of ${total} (${Math.floor((done / total) * 100)}%), ${rate}`;
}

/** `120 MB of 1.3 GB (9%), 240 MB/s` */
export function describe(doneBytes: number, totalBytes: number | undefined, elapsedNs: bigint): string {
  const rate = `${formatByteSize(Math.round(doneBytes / (Number(elapsedNs) / 1e9)))}/s`;
  const done = formatByteSize(doneBytes);
  if (totalBytes === undefined || totalBytes <= doneBytes) return `${done}, ${rate}`;
  const percent = Math.floor((doneBytes / totalBytes) * 100);
  return `${done} of ${formatByteSize(totalBytes)} (${percent}%), ${rate}`;
}
