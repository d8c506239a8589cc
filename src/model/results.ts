import type { DeleteRangeResponse, PutResponse, RangeResponse } from './messages.js';

/** The health of one endpoint. `took` is a Go duration (`2.5ms`), empty when no request was made. */
export interface EndpointHealth {
  readonly endpoint: string;
  readonly isHealthy: boolean;
  readonly took: string;
  /** Empty when healthy. */
  readonly error: string;
}

/** What a user wants to see of a range. */
export interface RangeView {
  readonly keysOnly: boolean;
  readonly countOnly: boolean;
  readonly valuesOnly: boolean;
}

/** Everything a command can have to say on stdout. Each printer has one renderer for each kind. */
export type Result =
  | { readonly kind: 'put'; readonly response: PutResponse }
  | { readonly kind: 'range'; readonly response: RangeResponse; readonly view: RangeView }
  | { readonly kind: 'delete-range'; readonly response: DeleteRangeResponse }
  | { readonly kind: 'endpoint-health'; readonly endpoints: readonly EndpointHealth[] }
  | { readonly kind: 'snapshot-saved'; readonly path: string; readonly serverVersion: string }
  /** The same in every format: versions, help, completion scripts. */
  | { readonly kind: 'text'; readonly text: string };

export type ResultKind = Result['kind'];
export type ResultOf<Kind extends ResultKind> = Extract<Result, { kind: Kind }>;
