import { formatByteSize } from '../go/byte-size.js';
import type { Output, StatusLine } from './output.js';
import { type Palette, PLAIN } from './palette.js';
import { escapeControls } from './terminal-text.js';

/** Has the same shape as the `Progress` of a command's context. */
export interface ProgressLine {
  update(done: number, total?: number): void;
  show(text: string): void;
  stop(): void;
}

export interface ProgressTerminal {
  readonly output: Pick<Output, 'showStatus' | 'endStatus'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly loadPalette: () => Promise<Palette>;
  /** The terminal of stderr; undefined when stderr is not a terminal. */
  readonly openScreen: () => Screen | undefined;
  /** Monotonic nanoseconds. */
  readonly now: () => bigint;
}

/** A terminal. Its size can be unknown or change, and it can be stopped. */
export interface Screen {
  /** 0 when the size is not set. */
  readonly columns: number;
  /** Never blocks. Text that the terminal does not take immediately is lost. */
  draw(text: string): void;
}

export type ProgressUnit = 'bytes' | 'count' | 'seconds';

/** A shorter task shows no progress. */
const DELAY_MS = 500;
const REDRAW_MS = 100;
/** A narrower terminal shows no progress. */
const MIN_COLUMNS = 20;
/** For locales without UTF-8. */
const ASCII_SPINNER = { frames: ['-', '\\', '|', '/'], interval: REDRAW_MS };

const SILENT: ProgressLine = {
  update: () => undefined,
  show: () => undefined,
  stop: () => undefined,
};

/**
 * Shows a spinner with the amount done and the rate on stderr after half a second. Does nothing when stderr is not a terminal, when TERM is
 * not set or `dumb`, or in CI. The line has no control sequences except colours. stdin and the cursor are not changed. The last text stays
 * on the screen when the task ends.
 */
export function startProgress(
  label: string,
  terminal: ProgressTerminal,
  unit: ProgressUnit = 'bytes',
): ProgressLine {
  const { env, now } = terminal;
  if (!canOverwriteLines(env)) return SILENT;
  const screen = terminal.openScreen();
  if (screen === undefined) return SILENT;
  const startNs = now();
  let text = label;
  let done = 0;
  let total: number | undefined;
  const describeNow = () => {
    if (done > 0) text = `${label}  ${DESCRIPTIONS[unit](done, total, now() - startNs)}`;
    return text;
  };
  const spinner = new Spinner(screen, terminal, describeNow);
  return {
    update(newDone, newTotal) {
      done = newDone;
      total = newTotal;
    },
    show(newText) {
      done = 0;
      text = newText;
    },
    stop: () => spinner.stop(),
  };
}

function canOverwriteLines({ TERM = '', CI }: ProgressTerminal['env']): boolean {
  return TERM !== '' && TERM !== 'dumb' && CI === undefined;
}

class Spinner implements StatusLine {
  readonly #screen: Screen;
  readonly #terminal: ProgressTerminal;
  readonly #describe: () => string;
  #timer: NodeJS.Timeout;
  #isStopped = false;
  #colour = PLAIN.spinner;
  #frame = '';
  #drawnColumns = 0;

  constructor(screen: Screen, terminal: ProgressTerminal, describeNow: () => string) {
    this.#screen = screen;
    this.#terminal = terminal;
    this.#describe = describeNow;
    this.#timer = setTimeout(() => void this.#start(), DELAY_MS);
    this.#timer.unref();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#terminal.output.endStatus();
  }

  async #start(): Promise<void> {
    const { env, loadPalette } = this.#terminal;
    const [{ default: ora }, { spinner }] = await Promise.all([import('ora'), loadPalette()]);
    // ora only computes the frame. Its own drawing relies on the terminal's size, and its signal handling would replace ours.
    const frames = ora({
      color: false,
      isEnabled: false,
      discardStdin: false,
      hideCursor: false,
      ...(!hasUtf8(env) && { spinner: ASCII_SPINNER }),
    });
    if (this.#isStopped) return;
    this.#colour = spinner;
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
    this.#screen.draw(`\r${this.#colour(this.#frame)} ${text}${this.#padding(SPINNER_COLUMNS + width)}`);
    this.#drawnColumns = Math.max(this.#drawnColumns, SPINNER_COLUMNS + width);
  }

  /** The last text stays on the screen. */
  end(): void {
    const { text, width } = this.#text();
    this.#screen.draw(`\r${text}${this.#padding(width)}\n`);
    this.#drawnColumns = 0;
  }

  #text() {
    return cutToWidth(escapeControls(this.#describe()), this.#maxColumns - SPINNER_COLUMNS);
  }

  /** Spaces that overwrite the rest of a longer previous text. */
  #padding(columns: number): string {
    return ' '.repeat(Math.max(0, Math.min(this.#drawnColumns, this.#maxColumns) - columns));
  }

  /** The last column is not used: a character in it can start a new line. */
  get #maxColumns(): number {
    return this.#screen.columns - 1;
  }
}

/** The frame and a space. */
const SPINNER_COLUMNS = 2;

/** The beginning of the text that fits into the columns. All characters except ASCII count as two columns wide. */
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

/** Whether the locale is UTF-8. As in POSIX, the first of these variables that is not empty decides. */
function hasUtf8({ LC_ALL, LC_CTYPE, LANG }: ProgressTerminal['env']): boolean {
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '');
}

type Describe = (done: number, total: number | undefined, elapsedNs: bigint) => string;

const DESCRIPTIONS: Readonly<Record<ProgressUnit, Describe>> = {
  bytes: describeBytes,
  count: describeCount,
  seconds: (done, total) => (total === undefined ? `${done} s` : `${done} of ${total} s`),
};

/** `4320 of 10000 (43%), 870/s` */
function describeCount(done: number, total: number | undefined, elapsedNs: bigint): string {
  const rate = `${Math.round(done / (Number(elapsedNs) / 1e9))}/s`;
  if (total === undefined) return `${done}, ${rate}`;
  return `${done} of ${total} (${Math.floor((done / total) * 100)}%), ${rate}`;
}

/** `120 MB of 1.3 GB (9%), 240 MB/s` */
function describeBytes(doneBytes: number, totalBytes: number | undefined, elapsedNs: bigint): string {
  const rate = `${formatByteSize(Math.round(doneBytes / (Number(elapsedNs) / 1e9)))}/s`;
  const done = formatByteSize(doneBytes);
  if (totalBytes === undefined || totalBytes <= doneBytes) return `${done}, ${rate}`;
  const percent = Math.floor((doneBytes / totalBytes) * 100);
  return `${done} of ${formatByteSize(totalBytes)} (${percent}%), ${rate}`;
}
