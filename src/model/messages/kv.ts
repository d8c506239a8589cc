/** Keys and values: mvccpb, and the KV service of etcdserverpb (etcd api/v3). */
import type { KeyValues } from '../key-values.js';
import type { ResponseHeader } from './header.js';

export interface KeyValue {
  readonly key: Uint8Array;
  readonly createRevision: bigint;
  readonly modRevision: bigint;
  /** The number of writes since the key was last created; at least 1 for an existing key. */
  readonly version: bigint;
  readonly value: Uint8Array;
  /** Lease id, 0 for none. */
  readonly lease: bigint;
}

/** Numbers of etcdserverpb.RangeRequest.SortOrder. */
export const SortOrder = { none: 0, ascend: 1, descend: 2 } as const;
export type SortOrder = (typeof SortOrder)[keyof typeof SortOrder];

/** Numbers of etcdserverpb.RangeRequest.SortTarget. */
export const SortTarget = { key: 0, version: 1, create: 2, mod: 3, value: 4 } as const;
export type SortTarget = (typeof SortTarget)[keyof typeof SortTarget];

export interface RangeRequest {
  readonly key: Uint8Array;
  readonly rangeEnd?: Uint8Array;
  readonly limit?: bigint;
  readonly revision?: bigint;
  readonly sortOrder?: SortOrder;
  readonly sortTarget?: SortTarget;
  readonly serializable?: boolean;
  readonly keysOnly?: boolean;
  readonly countOnly?: boolean;
  readonly minModRevision?: bigint;
  readonly maxModRevision?: bigint;
  readonly minCreateRevision?: bigint;
  readonly maxCreateRevision?: bigint;
}

export interface RangeResponse {
  readonly header?: ResponseHeader | undefined;
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
  readonly count: bigint;
}

/** A range as the KV service returns it: the pairs of a long one are decoded while they are iterated. */
export interface ReceivedRange extends Omit<RangeResponse, 'kvs'> {
  readonly kvs: KeyValues;
}

/** One part of a RangeStream response (etcd 3.7). The `kvs` of the parts are in order; the last part has header and totals. */
export interface RangeStreamResponse {
  readonly rangeResponse?: ReceivedRange | undefined;
}

export interface PutRequest {
  readonly key: Uint8Array;
  readonly value?: Uint8Array;
  readonly lease?: bigint;
  readonly prevKv?: boolean;
  readonly ignoreValue?: boolean;
  readonly ignoreLease?: boolean;
}

export interface PutResponse {
  readonly header?: ResponseHeader | undefined;
  readonly prevKv?: KeyValue | undefined;
}

export interface DeleteRangeRequest {
  readonly key: Uint8Array;
  readonly rangeEnd?: Uint8Array;
  readonly prevKv?: boolean;
}

export interface DeleteRangeResponse {
  readonly header?: ResponseHeader | undefined;
  readonly deleted: bigint;
  readonly prevKvs: readonly KeyValue[];
}

/** Numbers of etcdserverpb.Compare.CompareResult. */
export const CompareResult = { equal: 0, greater: 1, less: 2, notEqual: 3 } as const;
export type CompareResult = (typeof CompareResult)[keyof typeof CompareResult];

/** Numbers of etcdserverpb.Compare.CompareTarget. */
export const CompareTarget = { version: 0, create: 1, mod: 2, value: 3, lease: 4 } as const;
export type CompareTarget = (typeof CompareTarget)[keyof typeof CompareTarget];

/** The operand; its field must match the target. */
export type CompareOperand =
  | { readonly $case: 'version' | 'createRevision' | 'modRevision' | 'lease'; readonly value: bigint }
  | { readonly $case: 'value'; readonly value: Uint8Array };

export interface Compare {
  readonly result: CompareResult;
  readonly target: CompareTarget;
  readonly key: Uint8Array;
  readonly rangeEnd?: Uint8Array;
  readonly targetUnion: CompareOperand;
}

export interface RequestOp {
  readonly request:
    | { readonly $case: 'requestRange'; readonly value: RangeRequest }
    | { readonly $case: 'requestPut'; readonly value: PutRequest }
    | { readonly $case: 'requestDeleteRange'; readonly value: DeleteRangeRequest };
}

export interface ResponseOp {
  /** `undefined`: a kind of operation of a newer server. */
  readonly response?:
    | { readonly $case: 'responseRange'; readonly value: RangeResponse }
    | { readonly $case: 'responsePut'; readonly value: PutResponse }
    | { readonly $case: 'responseDeleteRange'; readonly value: DeleteRangeResponse }
    | { readonly $case: 'responseTxn'; readonly value: TxnResponse }
    | undefined;
}

export interface TxnRequest {
  readonly compare: readonly Compare[];
  readonly success: readonly RequestOp[];
  readonly failure: readonly RequestOp[];
}

export interface TxnResponse {
  readonly header?: ResponseHeader | undefined;
  readonly succeeded: boolean;
  readonly responses: readonly ResponseOp[];
}

export interface CompactionRequest {
  readonly revision: bigint;
  readonly physical?: boolean;
}

export interface CompactionResponse {
  readonly header?: ResponseHeader | undefined;
}
