import {
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServiceError,
  type UntypedHandleCall,
} from '@grpc/grpc-js';
import {
  AuthDefinition,
  ClusterDefinition,
  KvDefinition,
  LeaseDefinition,
  MaintenanceDefinition,
  WatchDefinition,
} from '../../../src/wire/etcdserver.js';
import type { MessageCodec } from '../message-codec.js';

const SERVICES = [
  KvDefinition,
  WatchDefinition,
  ClusterDefinition,
  MaintenanceDefinition,
  AuthDefinition,
  LeaseDefinition,
];

/** Handlers by path, such as `KV/Range`; methods without one fail with Unimplemented. */
export type Handlers = Readonly<Record<string, UntypedHandleCall>>;

export interface ServerPair {
  readonly cert: string;
  readonly key: string;
  /** PEM; if given, clients must have a certificate signed by this CA. */
  readonly clientCa?: string;
}

/** A gRPC server in this process with etcd's services, implemented by the test's handlers. */
export class FakeEtcd {
  private constructor(
    readonly port: number,
    readonly stop: () => void,
  ) {}

  static async start(
    handlers: Handlers,
    options: { tls?: ServerPair; host?: string } = {},
  ): Promise<FakeEtcd> {
    const server = new Server({ 'grpc.max_receive_message_length': -1 });
    for (const service of SERVICES) server.addService(...toGrpc(service, handlers));
    const { tls, host = '127.0.0.1' } = options;
    const credentials = tls
      ? ServerCredentials.createSsl(
          tls.clientCa ? Buffer.from(tls.clientCa) : null,
          [{ cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }],
          tls.clientCa !== undefined,
        )
      : ServerCredentials.createInsecure();
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`${host}:0`, credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
    });
    return new FakeEtcd(port, () => server.forceShutdown());
  }

  get endpoint(): string {
    return `127.0.0.1:${this.port}`;
  }
}

/** The error for a handler to fail a call with. */
export function status(code: number, details: string): ServiceError {
  return Object.assign(new Error(details), { code, details, metadata: new Metadata() });
}

/** A handler that responds with the function's result, or with the error that it throws. */
export function unary<Request, Response>(
  answer: (request: Request, metadata: Metadata) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => answer(call.request, call.metadata))
      .then(
        (response) => callback(null, response),
        (error: ServiceError) => callback(error),
      );
  };
}

export type StreamHandler = handleServerStreamingCall<unknown, unknown>;
export type BidiHandler = handleBidiStreamingCall<unknown, unknown>;

type Definitions = Record<string, MethodDefinition<unknown, unknown>>;

function toGrpc(
  service: {
    readonly fullName: string;
    readonly methods: Readonly<
      Record<
        string,
        {
          readonly name: string;
          readonly requestType: unknown;
          readonly responseType: unknown;
          readonly requestStream: boolean;
          readonly responseStream: boolean;
        }
      >
    >;
  },
  handlers: Handlers,
): [Definitions, Record<string, UntypedHandleCall>] {
  const definitions: Definitions = {};
  const chosen: Record<string, UntypedHandleCall> = {};
  for (const method of Object.values(service.methods)) {
    const path = `/${service.fullName}/${method.name}`;
    const request = method.requestType as MessageCodec<unknown>;
    const response = method.responseType as MessageCodec<unknown> & {
      fromPartial(partial: unknown): unknown;
    };
    definitions[method.name] = {
      path,
      requestStream: method.requestStream,
      responseStream: method.responseStream,
      requestSerialize: (message) => Buffer.from(request.encode(message).finish()),
      requestDeserialize: (bytes) => request.decode(bytes),
      responseSerialize: (message) => Buffer.from(response.encode(response.fromPartial(message)).finish()),
      responseDeserialize: (bytes) => response.decode(bytes),
    };
    const handler = handlers[path.replace('/etcdserverpb.', '')];
    if (handler) chosen[method.name] = handler;
  }
  return [definitions, chosen];
}
