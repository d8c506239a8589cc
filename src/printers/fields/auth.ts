import { bytesFromText } from '../../go/bytes.js';
import { writeTo } from '../byte-writer.js';
import { permissionTypeName } from '../enum-names.js';
import { unsupported } from '../format-independent.js';
import type { Renderers } from '../printer.js';
import { renderHeader, writeField, writeHeader, writeQuoted, writeQuotedField } from './field.js';

export const authRenderers = {
  'auth-status': unsupported('fields'),

  'user-add': renderHeader,
  'user-get': unsupported('fields'),
  'user-list': unsupported('fields'),
  'user-delete': renderHeader,
  'user-change-password': renderHeader,
  'user-grant-role': renderHeader,
  'user-revoke-role': renderHeader,

  'role-add': renderHeader,
  'role-get': ({ response }, sink, options) =>
    writeTo(sink, (writer) => {
      writeHeader(writer, response.header, options);
      for (const { permType, key, rangeEnd } of response.perm) {
        // Two spaces, as etcdctl has it.
        writeField(writer, 'PermType', ` ${permissionTypeName(permType)}`);
        writeQuotedField(writer, 'Key', key);
        writeQuotedField(writer, 'RangeEnd', rangeEnd);
      }
    }),
  'role-list': ({ response }, sink, options) =>
    writeTo(sink, (writer) => {
      writeHeader(writer, response.header, options);
      writer.ascii('"Roles" :');
      for (const role of response.roles) writeQuoted(writer.ascii(' '), bytesFromText(role));
      writer.newline();
    }),
  'role-delete': renderHeader,
  'role-grant-permission': renderHeader,
  'role-revoke-permission': renderHeader,
} satisfies Partial<Renderers>;
