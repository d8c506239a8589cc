/** `auto`: whatever a value is. `kubernetes`: a value that no API server has written is a problem. `hex`: a dump of the bytes. */
export const DECODINGS = ['auto', 'kubernetes', 'hex'] as const;
export type DecodingName = (typeof DECODINGS)[number];

/** A number of a JSON document as it is written there: `1.0`, `9007199254740993`, `1e400`. */
export interface NumberText {
  readonly numberText: string;
}

/** Data as JSON has it. Objects are maps, which keep the order of their names and know no special ones. */
export type Structured =
  | null
  | boolean
  | bigint
  | string
  | NumberText
  | readonly Structured[]
  | ReadonlyMap<string, Structured>;

/** What is wrong with a value. */
export interface DecodeProblem {
  /** In bytes from the start of the value. */
  readonly offset: number;
  /** One phrase, with the path of the field where that is known. */
  readonly message: string;
}

/** A field of a message whose schema does not have it. */
export interface UnknownField {
  /** Of the message, such as `spec.containers[0]`; empty for the object. */
  readonly path: string;
  readonly number: number;
  readonly count: number;
  /** The contents of all of these together. */
  readonly sizeBytes: number;
}

/** How a Kubernetes API server has encrypted a value. */
export interface Encryption {
  readonly provider: string;
  /** Empty when the prefix has none. */
  readonly version: string;
  /** The name of the key, or of the plug-in of the provider kms. */
  readonly keyName: string;
  /** The id that the plug-in gave to its key. */
  readonly keyId?: string;
}

/** What is in a value. */
export type DecodedContent =
  | {
      readonly encoding: 'kubernetes';
      readonly object: Structured;
      readonly unknownFields: readonly UnknownField[];
      /** The schema of this kind is not known: of the object only the metadata is there. */
      readonly isUnknownKind: boolean;
    }
  | { readonly encoding: 'json'; readonly document: Structured }
  | { readonly encoding: 'text' | 'binary'; readonly bytes: Uint8Array }
  | { readonly encoding: 'encrypted'; readonly encryption: Encryption; readonly sizeBytes: number };

export type DecodedValue = DecodedContent & {
  /** Empty when nothing is wrong. The content has what could be read. */
  readonly problems: readonly DecodeProblem[];
};
