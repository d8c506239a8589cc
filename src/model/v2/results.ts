import type { KeysResponse } from './keys.js';

/** Everything that a version 2 command can print on stdout. Each version 2 printer has an entry for each kind. */
export type V2Result =
  /** A key that was read, set or removed. */
  | { readonly kind: 'key'; readonly response: KeysResponse }
  /** A directory that was created, updated or removed. */
  | { readonly kind: 'directory'; readonly response: KeysResponse }
  /** The keys in a directory. */
  | {
      readonly kind: 'listing';
      readonly response: KeysResponse;
      /** Directories end in a slash. */
      readonly marksDirectories: boolean;
    }
  /** A change that a watch received. */
  | { readonly kind: 'change'; readonly response: KeysResponse; readonly namesKey: boolean }
  /** The same in every format. */
  | { readonly kind: 'text'; readonly text: string };

export type V2ResultKind = V2Result['kind'];
export type V2ResultOf<Kind extends V2ResultKind> = Extract<V2Result, { kind: Kind }>;
