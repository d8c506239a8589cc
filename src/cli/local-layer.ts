/** The values of `--local`. Loaded only when it is given. */
import { type LocalEtcd, sourceText } from '../model/local-etcd.js';
import { firstFound, searchRoot } from '../nodes/search.js';
import { GLOBAL_FLAGS, type GlobalFlagValues } from './global-flags.js';
import type { ValueLayer } from './global-values.js';

/**
 * The endpoint and TLS files of the etcd of this node.
 * @param warn gets the other ones that were found, with `--debug`
 * @throws CommandError when none is found or a file is malformed, and a UsageError for a root that does not exist
 */
export async function localLayer(
  { root = GLOBAL_FLAGS.root.defaultValue, debug = false }: Partial<GlobalFlagValues>,
  warn: (line: string) => void,
): Promise<ValueLayer> {
  const search = await searchRoot(root, { stopsAtFirst: !debug });
  const etcd = firstFound(search);
  if (debug) {
    warn(`--local uses ${sourceText(etcd)}`);
    for (const other of search.found.slice(1)) warn(`--local does not use ${sourceText(other)}`);
  }
  return { origin: `--local, ${etcd.source}`, values: valuesOf(etcd) };
}

function valuesOf({ endpoints, caFile, certFile, keyFile }: LocalEtcd): ValueLayer['values'] {
  return {
    endpoints,
    ...(caFile !== undefined && { cacert: caFile }),
    ...(certFile !== undefined && { cert: certFile }),
    ...(keyFile !== undefined && { key: keyFile }),
  };
}
