import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { RetryPolicy } from './retry.js';

/** The encoding half of a generated codec. */
interface Encoding<Message> {
  encode(message: Message, writer?: BinaryWriter): BinaryWriter;
}

/** A writer whose buffer has grown beyond this size is not kept. */
const KEPT_BYTES = 16 * 1024;

/** Reuses one writer for all short messages: the buffer of a new writer would grow step by step for each message. */
export function messageEncoder<Message>({ encode }: Encoding<Message>): (message: Message) => Uint8Array {
  let kept: BinaryWriter | undefined;
  return (message) => {
    const writer = kept ?? new BinaryWriter();
    // A writer is not reused after `encode` throws: it contains a part of that message.
    kept = undefined;
    const bytes = encode(message, writer).finish();
    if (bytes.length <= KEPT_BYTES) kept = writer;
    return bytes;
  };
}

/** A request as callers pass it: with read-only fields and arrays. */
export type DeepReadonly<Message> = Message extends
  | Uint8Array
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  ? Message
  : Message extends readonly (infer Item)[]
    ? readonly DeepReadonly<Item>[]
    : { readonly [Field in keyof Message]: DeepReadonly<Message[Field]> };

/** A method of a service: its path, how its messages are encoded, and whether it may be retried. */
export interface Rpc<Request, Response> {
  /** The HTTP/2 `:path`: `/etcdserverpb.KV/Range`. */
  readonly path: string;
  readonly policy: RetryPolicy;
  encode(request: Request): Uint8Array;
  /** Byte fields of the response are views into `bytes`. */
  readonly decode: (bytes: Buffer) => Response;
}

/** Loads the codecs of a method's messages. */
export type RpcLoader<Request, Response> = () => Promise<Rpc<Request, Response>>;

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
): Rpc<DeepReadonly<Partial>, Response> {
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
