import type { CallOptions, Client, StreamOptions } from '../../model/services.js';
import {
  AuthDefinition,
  ClusterDefinition,
  KvDefinition,
  LeaseDefinition,
  MaintenanceDefinition,
  WatchDefinition,
} from '../../wire/etcdserver.js';
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
import { type DeepReadonly, type MethodDefinition, type Rpc, toRpc } from './rpc.js';

/** A client whose methods make the calls of etcd's services. */
export function bindServices(caller: Caller): Client {
  return {
    kv: bindService(KvDefinition, KV_POLICIES, caller),
    watch: bindService(WatchDefinition, WATCH_POLICIES, caller),
    lease: bindService(LeaseDefinition, LEASE_POLICIES, caller),
    cluster: bindService(ClusterDefinition, CLUSTER_POLICIES, caller),
    maintenance: bindService(MaintenanceDefinition, MAINTENANCE_POLICIES, caller),
    auth: bindService(AuthDefinition, AUTH_POLICIES, caller),
    close: () => caller.close(),
  };
}

interface ServiceDefinition {
  readonly fullName: string;
  readonly methods: Readonly<Record<string, MethodDefinition>>;
}

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
  service: Definition,
  policies: Readonly<Record<keyof Definition['methods'], RetryPolicy>>,
  caller: Caller,
): { readonly [Name in keyof Definition['methods']]: Bound<Definition['methods'][Name]> } {
  const bound = Object.entries(service.methods).map(([name, method]) => [
    name,
    bindMethod(toRpc(service, method, policies[name as keyof Definition['methods']]), method, caller),
  ]);
  return Object.fromEntries(bound);
}

function bindMethod(rpc: Rpc<unknown, unknown>, method: MethodDefinition, caller: Caller) {
  if (method.requestStream) {
    return (requests: AsyncIterable<unknown>, call?: StreamOptions) => caller.bidi(rpc, requests, call);
  }
  return method.responseStream
    ? (request: unknown, call?: StreamOptions) => caller.serverStream(rpc, request, call)
    : (request: unknown, call?: CallOptions) => caller.unary(rpc, request, call);
}
