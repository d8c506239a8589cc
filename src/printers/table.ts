import { bytesFromText } from '../model/bytes.js';
import { renderSnapshotSaved, renderText, unsupported } from './format-independent.js';
import type { Renderers } from './printer.js';
import { drawTable } from './text-table.js';

/**
 * Boxes for what describes the cluster; keys and values are refused (ctlv3/command/printer_table.go,
 * 3.7.1).
 */
export const renderers: Renderers = {
  put: unsupported('table'),
  range: unsupported('table'),
  'delete-range': unsupported('table'),

  'endpoint-health': ({ endpoints }, sink) => {
    const rows = endpoints.map(({ endpoint, isHealthy, took, error }) => [
      endpoint,
      String(isHealthy),
      took,
      error,
    ]);
    sink.out(bytesFromText(drawTable(['ENDPOINT', 'HEALTH', 'TOOK', 'ERROR'], rows)));
  },

  'snapshot-saved': renderSnapshotSaved,
  text: renderText,
};
