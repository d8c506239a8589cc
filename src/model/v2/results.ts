import type { KeysResponse } from './keys.js';

/** Everything a version 2 command can have to say on stdout. Each printer of that set has an entry for each kind. */
export type V2Result =
  /** One key and what happened to it. */
  | { readonly kind: 'key'; readonly response: KeysResponse }
  /** A directory that was made, changed or removed. */
  | { readonly kind: 'directory'; readonly response: KeysResponse }
  /** What is in a directory. */
  | {
      readonly kind: 'listing';
      readonly response: KeysResponse;
      /** Directories end in a slash. */
      readonly marksDirectories: boolean;
    }
  /** A change that a watch was told of. */
  | { readonly kind: 'change'; readonly response: KeysResponse; readonly namesKey: boolean }
  /** The same in every format. */
  | { readonly kind: 'text'; readonly text: string };

export type V2ResultKind = V2Result['kind'];
export type V2ResultOf<Kind extends V2ResultKind> = Extract<V2Result, { kind: Kind }>;
