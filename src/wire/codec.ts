import { BinaryWriter } from '@bufbuild/protobuf/wire';

/**
 * The parts of a generated codec that a transport uses.
 *
 * `decode` throws (RangeError for truncated input) and copies no bytes: every bytes field is a view into
 * `input`, valid as long as `input` is left unchanged.
 */
export interface MessageCodec<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(input: Uint8Array): Message;
}

/** One rpc, as the generated service definitions hold it. */
interface MethodDefinition<Request, Response> {
  /** As in the .proto file: `RangeStream`. */
  readonly name: string;
  readonly requestType: MessageCodec<Request>;
  readonly requestStream: boolean;
  readonly responseType: MessageCodec<Response>;
  readonly responseStream: boolean;
}

/** A generated service definition: `KvDefinition`, `WatchDefinition`, ... Methods are keyed in camelCase. */
interface ServiceDefinition {
  /** With the package: `etcdserverpb.KV`. */
  readonly fullName: string;
  readonly methods: Readonly<Record<string, MethodDefinition<never, unknown>>>;
}

/** The HTTP/2 path of an rpc: `/etcdserverpb.KV/Range`. */
export function methodPath(
  service: { readonly fullName: string },
  method: { readonly name: string },
): string {
  return `/${service.fullName}/${method.name}`;
}

/** The encoding half of a generated codec. */
export interface Encoding<Message> {
  encode(message: Message, writer?: BinaryWriter): BinaryWriter;
}

/** A writer that has grown beyond this is not kept. */
const KEPT_BYTES = 16 * 1024;

/** Encodes with one writer for all short messages: a new one would grow step by step for each of them. */
export function messageEncoder<Message>({ encode }: Encoding<Message>): (message: Message) => Uint8Array {
  let kept: BinaryWriter | undefined;
  return (message) => {
    const writer = kept ?? new BinaryWriter();
    // What a message that cannot be encoded has left in it is nobody's.
    kept = undefined;
    const bytes = encode(message, writer).finish();
    if (bytes.length <= KEPT_BYTES) kept = writer;
    return bytes;
  };
}
