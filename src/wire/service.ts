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
export interface MethodDefinition<Request, Response> {
  /** As in the .proto file: `RangeStream`. */
  readonly name: string;
  readonly requestType: MessageCodec<Request>;
  readonly requestStream: boolean;
  readonly responseType: MessageCodec<Response>;
  readonly responseStream: boolean;
}

/** A generated service definition: `KvDefinition`, `WatchDefinition`, ... Methods are keyed in camelCase. */
export interface ServiceDefinition {
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
