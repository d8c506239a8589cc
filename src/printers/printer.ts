import type { Result, ResultKind, ResultOf } from '../model/results.js';

export const OUTPUT_FORMATS = ['fields', 'json', 'protobuf', 'simple', 'table'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** Where a printer writes. Text is UTF-8; chunks may be of any size, the sink joins small ones. */
export interface Sink {
  out(chunk: string | Uint8Array): void;
  err(text: string): void;
}

export interface PrinterOptions {
  /** `--hex`: keys and values as `\x..`, ids in hexadecimal, where the format honours it. */
  readonly hex: boolean;
}

/** Writes one result. Throws an `UnsupportedFormatError` before the first byte where the format lacks the kind. */
export type Renderer<Kind extends ResultKind> = (
  result: ResultOf<Kind>,
  sink: Sink,
  options: PrinterOptions,
) => void;

/** One output format: the compiler asks for a renderer for each kind of result. */
export type Renderers = { readonly [Kind in ResultKind]: Renderer<Kind> };

export type Printer = (result: Result, sink: Sink, options: PrinterOptions) => void;
