import type { Result, ResultKind, ResultOf } from '../model/results.js';

export const OUTPUT_FORMATS = ['fields', 'json', 'protobuf', 'simple', 'table'] as const;
/** A format of decoded values only: for everything else it is refused as a name that is not known. */
const DECODED_FORMAT = 'yaml';
export type OutputFormat = (typeof OUTPUT_FORMATS)[number] | typeof DECODED_FORMAT;

/** The formats that `--write-out` may name for a result; `undefined`: the command prints none. */
export function formatsOf(kind: ResultKind | undefined): readonly OutputFormat[] {
  const isDecoded = kind === 'decoded-values' || kind === 'decoded-events';
  return isDecoded ? [...OUTPUT_FORMATS, DECODED_FORMAT] : OUTPUT_FORMATS;
}

/** Where a printer writes. Text is UTF-8; chunks may be of any size, the sink joins small ones. */
export interface Sink {
  /**
   * The caller may reuse a chunk of less than 64 KiB after this returns, but not a longer one.
   * @param colour of the palette of the display; control characters in the chunk are escaped before it is applied
   */
  out(chunk: string | Uint8Array, colour?: Colour): void;
  err(text: string): void;
  /** Resolves when the output can take more. Absent where the output always can. */
  flush?(): Promise<void>;
}

export type Colour = (text: string) => string;

/** The colours of results. Each function returns the text unchanged when colours are off. */
export interface ResultPalette {
  readonly goodLabel: Colour;
  readonly warningLabel: Colour;
  readonly failureLabel: Colour;
  readonly heading: Colour;
  readonly bar: Colour;
}

/** What stdout is. */
export interface Display {
  /** The width of the terminal; 0 when its size is not set; `undefined` when stdout is no terminal. */
  readonly columns: number | undefined;
  loadPalette(): Promise<ResultPalette>;
}

export interface PrinterOptions {
  /** `--hex`: keys and values as `\x..`, ids in hexadecimal, where the format honours it. */
  readonly hex: boolean;
  /** `--ids=string`: 64-bit ids and revisions are text in the format json. Absent: numbers. */
  readonly textIds?: boolean;
  /** For pages that a person reads. Machine formats do not depend on it. Absent: no terminal, no colours. */
  readonly display?: Display;
}

/** Writes one result. Returns a promise for a result that is still arriving, page by page. */
export type Renderer<Kind extends ResultKind> = (
  result: ResultOf<Kind>,
  sink: Sink,
  options: PrinterOptions,
) => Promise<void> | void;

/** In the place of a renderer: the format lacks the kind, and this is the error message. */
export interface Unsupported {
  readonly unsupported: string;
}

/** One output format: the compiler asks for an entry for each kind of result. */
export type Renderers = { readonly [Kind in ResultKind]: Renderer<Kind> | Unsupported };

/** Both methods throw an `UnsupportedFormatError` for a kind that the format lacks. */
export interface Printer {
  /** For commands that check the format before they send a request. */
  assertPrints(kind: ResultKind): void;
  print(result: Result, sink: Sink, options: PrinterOptions): Promise<void> | void;
}
