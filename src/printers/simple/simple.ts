import { renderBytes, renderSnapshotSaved, renderText } from '../format-independent.js';
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
  // Loaded when they print: every `get` loads this module.
  'local-etcd': async (result, sink) => (await import('./local-etcd.js')).renderLocalEtcd(result, sink),
  'defrag-rolling': async (result, sink) =>
    (await import('./maintenance.js')).renderRollingDefrag(result, sink),
  'member-replacement': async (result, sink) =>
    (await import('./maintenance.js')).renderReplacement(result, sink),
  'local-restore': async (result, sink) =>
    (await import('./maintenance.js')).renderLocalRestore(result, sink),
  'alarm-recovery': async (result, sink) => (await import('./maintenance.js')).renderRecovery(result, sink),
  'store-use': async ({ use }, sink, options) =>
    (await import('./store-use.js')).renderStoreUse(use, sink, options),
  'store-diff': async ({ diff }, sink, options) =>
    (await import('./store-diff.js')).renderStoreDiff(diff, sink, options),
  'decoded-values': async (result, sink, { hex }) =>
    (await import('./decoded.js')).renderDecodedValues(result, sink, { hex }),
  'decoded-events': async (result, sink, { hex }) =>
    (await import('./decoded.js')).renderDecodedEvents(result, sink, { hex }),
  'import-report': async ({ report }, sink) => (await import('./import.js')).renderImportReport(report, sink),
  'import-change': async (result, sink) => (await import('./import.js')).renderImportChange(result, sink),
  'snapshot-saved': renderSnapshotSaved,
  text: renderText,
  bytes: renderBytes,
};
