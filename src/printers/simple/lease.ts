import { type ByteWriter, writeTo } from '../byte-writer.js';
import { leaseIdHex } from '../id.js';
import type { Renderers } from '../printer.js';

export const leaseRenderers = {
  'lease-grant': ({ response: { id, ttl } }, sink) =>
    sink.out(`lease ${leaseIdHex(id)} granted with TTL(${ttl}s)\n`),

  'lease-revoke': ({ id }, sink) => sink.out(`lease ${leaseIdHex(id)} revoked\n`),

  'lease-keep-alive': ({ response: { id, ttl } }, sink) =>
    sink.out(`lease ${leaseIdHex(id)} keepalived with TTL(${ttl})\n`),

  'lease-time-to-live': ({ response: { id, ttl, grantedTtl, keys }, withKeys }, sink) => {
    const lease = `lease ${leaseIdHex(id)}`;
    if (grantedTtl === 0n && ttl === -1n) {
      sink.out(`${lease} already expired\n`);
      return;
    }
    writeTo(sink, (writer) => {
      writer.ascii(`${lease} granted with TTL(${grantedTtl}s), remaining(${ttl}s)`);
      if (withKeys) writeAttachedKeys(writer, keys);
      writer.newline();
    });
  },

  'lease-list': ({ response: { leases } }, sink) =>
    writeTo(sink, (writer) => {
      writer.ascii(`found ${leases.length} leases\n`);
      for (const { id } of leases) writer.ascii(leaseIdHex(id)).newline();
    }),
} satisfies Partial<Renderers>;

function writeAttachedKeys(writer: ByteWriter, keys: readonly Uint8Array[]): void {
  writer.ascii(', attached keys([');
  for (const [index, key] of keys.entries()) {
    if (index > 0) writer.ascii(' ');
    writer.bytes(key);
  }
  writer.ascii('])');
}
