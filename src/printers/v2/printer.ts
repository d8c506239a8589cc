import type { V2Result, V2ResultKind, V2ResultOf } from '../../model/v2/results.js';
import type { Sink } from '../printer.js';

/** The formats of the version 2 commands' `--output`. */
export const V2_OUTPUT_FORMATS = ['simple', 'extended', 'json'] as const;
export type V2OutputFormat = (typeof V2_OUTPUT_FORMATS)[number];

/** One output format: the compiler asks for an entry for each kind of result. */
export type V2Renderers = {
  readonly [Kind in V2ResultKind]: (result: V2ResultOf<Kind>, sink: Sink) => void;
};

export interface V2Printer {
  print(result: V2Result, sink: Sink): void;
}
