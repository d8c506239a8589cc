import { renderSnapshotSaved, renderText } from '../format-independent.js';
import type { Renderers } from '../printer.js';
import { authRenderers } from './auth.js';
import { clusterRenderers } from './cluster.js';
import { fileRenderers } from './files.js';
import { kvRenderers } from './kv.js';
import { leaseRenderers } from './lease.js';

/**
 * The format for people and shell pipes: raw bytes, one key or value a line
 * (ctlv3/command/printer_simple.go, 3.7.1).
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
