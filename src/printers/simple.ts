import { bytesFromText } from '../model/bytes.js';
import type { KeyValue } from '../model/messages.js';
import { type ByteWriter, writeTo } from './byte-writer.js';
import { renderSnapshotSaved, renderText } from './format-independent.js';
import type { Renderers } from './printer.js';

/**
 * The format for people and shell pipes: raw bytes, one key or value a line
 * (ctlv3/command/printer_simple.go, 3.7.1).
 */
export const renderers: Renderers = {
  put: ({ response }, sink, { hex }) =>
    writeTo(sink, (writer) => {
      writer.ascii('OK\n');
      if (response.prevKv !== undefined) writeKeyValue(writer, response.prevKv, { hex });
    }),

  range: ({ response, view }, sink, { hex }) =>
    writeTo(sink, (writer) => {
      for (const kv of response.kvs) writeKeyValue(writer, kv, { hex, valuesOnly: view.valuesOnly });
    }),

  'delete-range': ({ response }, sink, { hex }) =>
    writeTo(sink, (writer) => {
      writer.decimal(response.deleted).newline();
      for (const kv of response.prevKvs) writeKeyValue(writer, kv, { hex });
    }),

  'endpoint-health': ({ endpoints }, sink) => {
    for (const { endpoint, took, error } of endpoints) {
      if (error === '') {
        sink.out(bytesFromText(`${endpoint} is healthy: successfully committed proposal: took = ${took}\n`));
      } else {
        sink.err(`${endpoint} is unhealthy: failed to commit proposal: ${error}\n`);
      }
    }
  },

  'snapshot-saved': renderSnapshotSaved,
  text: renderText,
};

interface KeyValueStyle {
  readonly hex: boolean;
  readonly valuesOnly?: boolean;
}

function writeKeyValue(writer: ByteWriter, kv: KeyValue, { hex, valuesOnly = false }: KeyValueStyle): void {
  if (hex) {
    if (!valuesOnly) writer.escapedHex(kv.key).newline();
    writer.escapedHex(kv.value).newline();
  } else {
    if (!valuesOnly) writer.bytes(kv.key).newline();
    writer.bytes(kv.value).newline();
  }
}
