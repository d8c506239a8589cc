import type { Client } from '../../model/services.js';
import { ClusterDefinition } from '../../wire/cluster.js';
import { KvDefinition } from '../../wire/kv.js';
import { MaintenanceDefinition } from '../../wire/maintenance.js';
import type { Caller } from './caller.js';
import { type Rpc, toRpc } from './rpc.js';

/** The services of etcd as methods of a client. */
export function bindServices(caller: Caller): Client {
  const unary =
    <Request, Response>(rpc: Rpc<Request, Response>) =>
    (request: Request, call?: Parameters<typeof caller.unary>[2]) =>
      caller.unary(rpc, request, call);
  const serverStream =
    <Request, Response>(rpc: Rpc<Request, Response>) =>
    (request: Request, call?: Parameters<typeof caller.serverStream>[2]) =>
      caller.serverStream(rpc, request, call);
  const kv = KvDefinition.methods;
  const cluster = ClusterDefinition.methods;
  const maintenance = MaintenanceDefinition.methods;
  return {
    kv: {
      range: unary(toRpc(KvDefinition, kv.range)),
      rangeStream: serverStream(toRpc(KvDefinition, kv.rangeStream)),
      put: unary(toRpc(KvDefinition, kv.put)),
      deleteRange: unary(toRpc(KvDefinition, kv.deleteRange)),
    },
    cluster: {
      memberList: unary(toRpc(ClusterDefinition, cluster.memberList)),
    },
    maintenance: {
      alarm: unary(toRpc(MaintenanceDefinition, maintenance.alarm)),
      snapshot: serverStream(toRpc(MaintenanceDefinition, maintenance.snapshot)),
    },
    close: () => caller.close(),
  };
}
