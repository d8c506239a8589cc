/** Says that `--local` would find TLS files. Loaded only after a connection has failed. */
import type { LocalEtcd } from '../model/local-etcd.js';
import { endpointPort } from './endpoint-list.js';
import { GLOBAL_FLAGS } from './global-flags.js';

/**
 * A sentence if this node has TLS files for its etcd; none otherwise. Never rejects.
 * @param endpoints those that cannot be used. A process of etcd counts only if it listens on the port of one of them: other
 * processes, such as those of tests, have nothing to do with the failure. The default endpoint stands for any process.
 */
export async function localHint(root: string, endpoints: readonly string[]): Promise<string[]> {
  const isDefault = endpoints.join() === GLOBAL_FLAGS.endpoints.defaultValue.join();
  const ports = endpoints.map(endpointPort);
  const isConcerned = ({ layout, endpoints: [own = ''] }: LocalEtcd) =>
    layout !== 'process' || isDefault || ports.includes(endpointPort(own));
  try {
    const { searchRoot } = await import('../nodes/search.js');
    const { found } = await searchRoot(root);
    const withTls = found.filter(({ caFile, certFile }) => caFile !== undefined || certFile !== undefined);
    const first = withTls.find(isConcerned);
    if (first === undefined) return [];
    return [`this node has TLS files for etcd, found in ${first.source}: --local uses them`];
  } catch {
    return [];
  }
}
