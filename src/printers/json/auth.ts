import type { Permission } from '../../model/messages/auth.js';
import type { ResponseHeader } from '../../model/messages/header.js';
import type { ByteWriter } from '../byte-writer.js';
import { JsonObjectWriter } from '../go-json.js';
import type { Renderers, Sink } from '../printer.js';
import { renderHeader, writeArray, writeHeader, writeMessage } from './message.js';

export const authRenderers = {
  'auth-status': ({ response }, sink) =>
    writeMessage(sink, (object) => {
      writeHeader(object, response.header);
      object.flag('enabled', response.enabled).integer('authRevision', response.authRevision);
    }),

  'user-add': renderHeader,
  'user-get': renderRoles,
  'user-list': ({ response }, sink) =>
    writeMessage(sink, (object) => {
      writeHeader(object, response.header);
      object.nonEmptyStrings('users', response.users);
    }),
  'user-delete': renderHeader,
  'user-change-password': renderHeader,
  'user-grant-role': renderHeader,
  'user-revoke-role': renderHeader,

  'role-add': renderHeader,
  'role-get': ({ response }, sink) =>
    writeMessage(sink, (object) => {
      writeHeader(object, response.header);
      if (response.perm.length > 0) writeArray(object.member('perm'), response.perm, writePermission);
    }),
  'role-list': renderRoles,
  'role-delete': renderHeader,
  'role-grant-permission': renderHeader,
  'role-revoke-permission': renderHeader,
} satisfies Partial<Renderers>;

interface RolesMessage {
  readonly header?: ResponseHeader | undefined;
  readonly roles: readonly string[];
}

function renderRoles({ response }: { readonly response: RolesMessage }, sink: Sink): void {
  writeMessage(sink, (object) => {
    writeHeader(object, response.header);
    object.nonEmptyStrings('roles', response.roles);
  });
}

function writePermission(writer: ByteWriter, { permType, key, rangeEnd }: Permission): void {
  new JsonObjectWriter(writer)
    .integer('permType', BigInt(permType))
    .bytes('key', key)
    .bytes('range_end', rangeEnd)
    .end();
}
