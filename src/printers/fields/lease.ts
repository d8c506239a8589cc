import type { ResponseHeader } from '../../model/messages/header.js';
import { writeTo } from '../byte-writer.js';
import type { PrinterOptions, Renderers, Sink } from '../printer.js';
import { leaseIdText, renderHeader, writeField, writeHeader, writeQuotedField } from './field.js';

export const leaseRenderers = {
  'lease-grant': renderLease,
  'lease-revoke': renderHeader,
  'lease-keep-alive': renderLease,

  'lease-time-to-live': ({ response }, sink, options) =>
    writeTo(sink, (writer) => {
      writeHeader(writer, response.header, options);
      writeField(writer, 'ID', leaseIdText(response.id, options));
      writeField(writer, 'TTL', response.ttl);
      writeField(writer, 'GrantedTTL', response.grantedTtl);
      for (const key of response.keys) writeQuotedField(writer, 'Key', key);
    }),

  'lease-list': ({ response }, sink, options) =>
    writeTo(sink, (writer) => {
      writeHeader(writer, response.header, options);
      for (const { id } of response.leases) writeField(writer, 'ID', leaseIdText(id, options));
    }),
} satisfies Partial<Renderers>;

interface LeaseMessage {
  readonly header?: ResponseHeader | undefined;
  readonly id: bigint;
  readonly ttl: bigint;
}

function renderLease(
  { response }: { readonly response: LeaseMessage },
  sink: Sink,
  options: PrinterOptions,
): void {
  writeTo(sink, (writer) => {
    writeHeader(writer, response.header, options);
    writeField(writer, 'ID', leaseIdText(response.id, options));
    writeField(writer, 'TTL', response.ttl);
  });
}
