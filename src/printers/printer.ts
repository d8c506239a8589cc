import type { Result, ResultKind, ResultOf } from '../model/results.js';

export const OUTPUT_FORMATS = ['fields', 'json', 'protobuf', 'simple', 'table'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** Where a printer writes. Text is UTF-8; chunks may be of any size, the sink joins small ones. */
export interface Sink {
  out(chunk: string | Uint8Array): void;
  err(text: string): void;
  /** Settles when the output can take more; a sink that takes everything has none. */
  flush?(): Promise<void>;
}

export interface PrinterOptions {
  /** `--hex`: keys and values as `\x..`, ids in hexadecimal, where the format honours it. */
  readonly hex: boolean;
}

/** Writes one result; settles later only for a result that is still on its way. */
export type Renderer<Kind extends ResultKind> = (
  result: ResultOf<Kind>,
  sink: Sink,
  options: PrinterOptions,
) => Promise<void> | void;

/** Stands where a format has no renderer for a kind, and says so. */
export interface Refusal {
  readonly refusal: string;
}

/** One output format: the compiler asks for an entry for each kind of result. */
export type Renderers = { readonly [Kind in ResultKind]: Renderer<Kind> | Refusal };

/** Both throw an `UnsupportedFormatError` for a kind that the format lacks. */
export interface Printer {
  /** For asking before the work is done. */
  assertPrints(kind: ResultKind): void;
  print(result: Result, sink: Sink, options: PrinterOptions): Promise<void> | void;
}
