import type { DeleteRangeResponse, PutResponse, RangeResponse } from './messages.js';

/** The health of one endpoint. `took` is a Go duration (`2.5ms`), empty when no request was made. */
export interface EndpointHealth {
  readonly endpoint: string;
  readonly isHealthy: boolean;
  readonly took: string;
  /** Empty when healthy. */
  readonly error: string;
}

/** Everything a command can have to say on stdout. Each printer has one renderer for each kind. */
export type Result =
  | { readonly kind: 'put'; readonly response: PutResponse }
  | { readonly kind: 'range'; readonly response: RangeResponse; readonly valuesOnly: boolean }
  | { readonly kind: 'delete-range'; readonly response: DeleteRangeResponse }
  | { readonly kind: 'endpoint-health'; readonly endpoints: readonly EndpointHealth[] }
  | { readonly kind: 'snapshot-saved'; readonly path: string; readonly serverVersion: string };

export type ResultKind = Result['kind'];
export type ResultOf<Kind extends ResultKind> = Extract<Result, { kind: Kind }>;
