import type { CallOptions, Client, StreamOptions } from '../../model/services.js';
import type { Caller } from './caller.js';
import {
  AUTH_POLICIES,
  CLUSTER_POLICIES,
  KV_POLICIES,
  LEASE_POLICIES,
  MAINTENANCE_POLICIES,
  type RetryPolicy,
  WATCH_POLICIES,
} from './retry.js';
import { type DeepReadonly, type MethodDefinition, type RpcLoader, toRpc } from './rpc.js';

/** A client whose methods make the calls of etcd's services. The first call to a service loads its codecs. */
export function bindServices(caller: Caller): Client {
  return {
    kv: bindService(caller, {
      policies: KV_POLICIES,
      streams: { rangeStream: 'server' },
      load: async () => (await import('../../wire/packed-key-values.js')).KvDefinition,
    }),
    watch: bindService(caller, {
      policies: WATCH_POLICIES,
      streams: { watch: 'bidi' },
      load: async () => (await import('../../wire/packed-events.js')).WatchDefinition,
    }),
    lease: bindService(caller, {
      policies: LEASE_POLICIES,
      streams: { leaseKeepAlive: 'bidi' },
      load: async () => (await import('../../wire/generated/etcdserverpb/lease.js')).LeaseDefinition,
    }),
    cluster: bindService(caller, {
      policies: CLUSTER_POLICIES,
      streams: {},
      load: async () => (await import('../../wire/generated/etcdserverpb/cluster.js')).ClusterDefinition,
    }),
    maintenance: bindService(caller, {
      policies: MAINTENANCE_POLICIES,
      streams: { snapshot: 'server' },
      load: async () =>
        (await import('../../wire/generated/etcdserverpb/maintenance.js')).MaintenanceDefinition,
    }),
    auth: bindService(caller, { policies: AUTH_POLICIES, streams: {}, load: loadAuth }),
    close: () => caller.close(),
  };
}

/** The call that requests a token. */
export const loadAuthenticate = async () => {
  const definition = await loadAuth();
  return toRpc(definition, definition.methods.authenticate, AUTH_POLICIES.authenticate);
};

async function loadAuth() {
  return (await import('../../wire/generated/etcdserverpb/auth.js')).AuthDefinition;
}

interface ServiceDefinition {
  readonly fullName: string;
  readonly methods: Readonly<Record<string, MethodDefinition>>;
}

/** What is known about a service before its definition is loaded. */
interface Service<Definition extends ServiceDefinition> {
  readonly policies: Readonly<Record<keyof Definition['methods'], RetryPolicy>>;
  readonly streams: StreamsOf<Definition['methods']>;
  load(): Promise<Definition>;
}

/** Who streams, for each method that is not unary; a missing or wrong one is a compile error. */
type StreamsOf<Methods extends ServiceDefinition['methods']> = {
  readonly [Name in keyof Methods as true extends
    | Methods[Name]['requestStream']
    | Methods[Name]['responseStream']
    ? Name
    : never]: Methods[Name]['requestStream'] extends true ? 'bidi' : 'server';
};

/** The signature of a bound method: depends on which side streams. */
type Bound<Method extends MethodDefinition> = Method['requestStream'] extends true
  ? (requests: AsyncIterable<RequestOf<Method>>, call?: StreamOptions) => AsyncIterable<ResponseOf<Method>>
  : Method['responseStream'] extends true
    ? (request: RequestOf<Method>, call?: StreamOptions) => AsyncIterable<ResponseOf<Method>>
    : (request: RequestOf<Method>, call?: CallOptions) => Promise<ResponseOf<Method>>;

type RequestOf<Method> = Method extends { requestType: { fromPartial(partial: infer Partial): unknown } }
  ? DeepReadonly<Partial>
  : never;
type ResponseOf<Method> = Method extends { responseType: { decode(bytes: Uint8Array): infer Response } }
  ? Response
  : never;

/** One function for each method of the service. Their types must fit the service's interface in the model. */
function bindService<Definition extends ServiceDefinition>(
  caller: Caller,
  { policies, streams, load }: Service<Definition>,
): { readonly [Name in keyof Definition['methods']]: Bound<Definition['methods'][Name]> } {
  const bound = Object.entries<RetryPolicy>(policies).map(([name, policy]) => {
    let rpc: ReturnType<RpcLoader<unknown, unknown>> | undefined;
    const loadRpc = () => {
      rpc ??= load().then((service) => toRpc(service, service.methods[name] as MethodDefinition, policy));
      return rpc;
    };
    const stream = (streams as Readonly<Record<string, 'bidi' | 'server'>>)[name];
    return [name, bindMethod(loadRpc, stream, caller)];
  });
  return Object.fromEntries(bound);
}

function bindMethod(
  loadRpc: RpcLoader<unknown, unknown>,
  stream: 'bidi' | 'server' | undefined,
  caller: Caller,
) {
  if (stream === 'bidi') {
    return (requests: AsyncIterable<unknown>, call?: StreamOptions) => caller.bidi(loadRpc, requests, call);
  }
  return stream === 'server'
    ? (request: unknown, call?: StreamOptions) => caller.serverStream(loadRpc, request, call)
    : (request: unknown, call?: CallOptions) => caller.unary(loadRpc, request, call);
}
