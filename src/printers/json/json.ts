import { renderSnapshotSaved, renderText } from '../format-independent.js';
import type { Renderers } from '../printer.js';
import { authRenderers } from './auth.js';
import { clusterRenderers } from './cluster.js';
import { fileRenderers } from './files.js';
import { kvRenderers } from './kv.js';
import { leaseRenderers } from './lease.js';

/**
 * One line of JSON with the names and order of the Go structs: the `json` tags of etcd's api/v3, or of client/v3
 * where etcdctl prints the client's own type. `--hex` changes nothing but members: etcdctl 3.7.1 honours it there
 * only (ctlv3/command/printer_json.go).
 */
export const renderers: Renderers = {
  ...kvRenderers,
  ...leaseRenderers,
  ...clusterRenderers,
  ...authRenderers,
  ...fileRenderers,
  'snapshot-saved': renderSnapshotSaved,
  text: renderText,
};
