import { type Encoding, messageEncoder } from '../../wire/encoder.js';
import type { RetryPolicy } from './retry.js';

/** A request as callers hand it over: fields may be missing, arrays be read-only. */
export type Readable<Message> = Message extends
  | Uint8Array
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  ? Message
  : Message extends readonly (infer Item)[]
    ? readonly Readable<Item>[]
    : { readonly [Field in keyof Message]: Readable<Message[Field]> };

/** One kind of call: where it goes, how its messages become bytes, whether it may be repeated. */
export interface Rpc<Request, Response> {
  /** Of HTTP/2: `/etcdserverpb.KV/Range`. */
  readonly path: string;
  readonly policy: RetryPolicy;
  encode(request: Request): Uint8Array;
  /** The response's byte fields are views into the bytes. */
  readonly decode: (bytes: Buffer) => Response;
}

/** A method of the generated definitions of src/wire. */
// biome-ignore lint/suspicious/noExplicitAny: stands for the messages of every method
export interface MethodDefinition<Partial = any, Wire = any, Response = any> {
  readonly name: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestType: Encoding<Wire> & { fromPartial(partial: Partial): Wire };
  readonly responseType: { decode(bytes: Uint8Array): Response };
}

/** From the generated definitions of src/wire. */
export function toRpc<Partial, Wire, Response>(
  service: { readonly fullName: string },
  definition: MethodDefinition<Partial, Wire, Response>,
  policy: RetryPolicy,
): Rpc<Readable<Partial>, Response> {
  const { requestType, responseType } = definition;
  const encode = messageEncoder(requestType);
  return {
    path: `/${service.fullName}/${definition.name}`,
    policy,
    // `fromPartial` only reads; its types do not say so.
    encode: (request) => encode(requestType.fromPartial(request as Partial)),
    decode: (bytes) => responseType.decode(bytes),
  };
}
