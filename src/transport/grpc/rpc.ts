import { type Encoding, messageEncoder } from '../../wire/encoder.js';
import type { RetryPolicy } from './retry.js';

/** A request as callers pass it: with read-only fields and arrays. */
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

/** A method of a service: its path, how its messages are encoded, and whether it may be retried. */
export interface Rpc<Request, Response> {
  /** The HTTP/2 `:path`: `/etcdserverpb.KV/Range`. */
  readonly path: string;
  readonly policy: RetryPolicy;
  encode(request: Request): Uint8Array;
  /** Byte fields of the response are views into `bytes`. */
  readonly decode: (bytes: Buffer) => Response;
}

/** A method in the generated definitions of src/wire. */
// biome-ignore lint/suspicious/noExplicitAny: stands for the messages of every method
export interface MethodDefinition<Partial = any, Wire = any, Response = any> {
  readonly name: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestType: Encoding<Wire> & { fromPartial(partial: Partial): Wire };
  readonly responseType: { decode(bytes: Uint8Array): Response };
}

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
    // `fromPartial` does not write to the request, although its type allows that.
    encode: (request) => encode(requestType.fromPartial(request as Partial)),
    decode: (bytes) => responseType.decode(bytes),
  };
}
