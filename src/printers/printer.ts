import type { Result, ResultKind, ResultOf } from '../model/results.js';

export const OUTPUT_FORMATS = ['fields', 'json', 'protobuf', 'simple', 'table'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** Where a printer writes. Text is UTF-8; chunks may be of any size, the sink joins small ones. */
export interface Sink {
  out(chunk: string | Uint8Array): void;
  err(text: string): void;
  /** Resolves when the output can take more. Absent where the output always can. */
  flush?(): Promise<void>;
}

export interface PrinterOptions {
  /** `--hex`: keys and values as `\x..`, ids in hexadecimal, where the format honours it. */
  readonly hex: boolean;
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
