import type { ResponseHeader } from '../../model/messages/header.js';
import { JsonObjectWriter } from '../go-json.js';
import type { Renderers, Sink } from '../printer.js';
import { renderHeader, writeArray, writeHeaderFields, writeMessage } from './message.js';

/**
 * Types of the Go client (client/v3/lease.go, 3.7.1): the header's members stand among the response's own, which are
 * always there and named by no common rule.
 */
export const leaseRenderers = {
  'lease-grant': ({ response }, sink) =>
    writeFlatMessage(sink, response.header, (object) => {
      object.member('ID').decimal(response.id);
      object.member('TTL').decimal(response.ttl);
      object.string('Error', response.error);
    }),

  'lease-revoke': renderHeader,

  'lease-keep-alive': ({ response }, sink) =>
    writeFlatMessage(sink, response.header, (object) => {
      object.member('ID').decimal(response.id);
      object.member('TTL').decimal(response.ttl);
    }),

  'lease-time-to-live': ({ response }, sink) =>
    writeFlatMessage(sink, response.header, (object) => {
      object.member('id').decimal(response.id);
      object.member('ttl').decimal(response.ttl);
      object.member('granted-ttl').decimal(response.grantedTtl);
      const { keys } = response;
      if (keys.length === 0) object.member('keys').ascii('null');
      else writeArray(object.member('keys'), keys, (writer, key) => writer.ascii('"').base64(key).ascii('"'));
    }),

  'lease-list': ({ response }, sink) =>
    writeFlatMessage(sink, response.header, (object) => {
      writeArray(object.member('leases'), response.leases, (writer, { id }) => {
        const lease = new JsonObjectWriter(writer);
        lease.member('id').decimal(id);
        lease.end();
      });
    }),
} satisfies Partial<Renderers>;

function writeFlatMessage(
  sink: Sink,
  header: ResponseHeader | undefined,
  work: (object: JsonObjectWriter) => void,
): void {
  writeMessage(sink, (object) => {
    if (header !== undefined) writeHeaderFields(object, header);
    work(object);
  });
}
