import { bytesFromText } from '../../go/bytes.js';
import { prefixEnd } from '../../model/key-range.js';
import { type Permission, PermissionType } from '../../model/messages/auth.js';
import { type ByteWriter, writeTo } from '../byte-writer.js';
import type { Renderers, Sink } from '../printer.js';

export const authRenderers = {
  'auth-status': ({ response }, sink) => {
    writeLine(sink, `Authentication Status: ${response.enabled}`);
    writeLine(sink, `AuthRevision: ${response.authRevision}`);
  },

  'user-add': ({ user }, sink) => writeLine(sink, `User ${user} created`),
  'user-get': ({ user, response }, sink) => {
    writeLine(sink, `User: ${user}`);
    writeLine(sink, ['Roles:', ...response.roles].join(' '));
  },
  'user-list': ({ response }, sink) => writeLines(sink, response.users),
  'user-delete': ({ user }, sink) => writeLine(sink, `User ${user} deleted`),
  'user-change-password': (_, sink) => writeLine(sink, 'Password updated'),
  'user-grant-role': ({ user, role }, sink) => writeLine(sink, `Role ${role} is granted to user ${user}`),
  'user-revoke-role': ({ user, role }, sink) => writeLine(sink, `Role ${role} is revoked from user ${user}`),

  'role-add': ({ role }, sink) => writeLine(sink, `Role ${role} created`),
  'role-get': ({ role, response }, sink) =>
    writeTo(sink, (writer) => {
      writer.bytes(bytesFromText(`Role ${role}\n`));
      // Some servers list no permissions for root, which has all of them.
      const perm = role === 'root' && response.perm.length === 0 ? [EVERYTHING] : response.perm;
      writer.ascii('KV Read:\n');
      writePermissions(writer, perm, PermissionType.read);
      writer.ascii('KV Write:\n');
      writePermissions(writer, perm, PermissionType.write);
    }),
  'role-list': ({ response }, sink) => writeLines(sink, response.roles),
  'role-delete': ({ role }, sink) => writeLine(sink, `Role ${role} deleted`),
  'role-grant-permission': ({ role }, sink) => writeLine(sink, `Role ${role} updated`),
  'role-revoke-permission': ({ role, key, rangeEnd }, sink) =>
    writeTo(sink, (writer) => {
      if (rangeEnd.length === 0) writer.ascii('Permission of key ').bytes(key);
      else writeRange(writer.ascii('Permission of range '), key, rangeEnd);
      writer.bytes(bytesFromText(` is revoked from role ${role}\n`));
    }),
} satisfies Partial<Renderers>;

function writeLine(sink: Sink, line: string): void {
  sink.out(bytesFromText(`${line}\n`));
}

function writeLines(sink: Sink, lines: readonly string[]): void {
  for (const line of lines) writeLine(sink, line);
}

const EVERYTHING: Permission = {
  permType: PermissionType.readWrite,
  key: new Uint8Array(0),
  rangeEnd: Buffer.of(0),
};

function writePermissions(
  writer: ByteWriter,
  permissions: readonly Permission[],
  permType: PermissionType,
): void {
  for (const permission of permissions) {
    const grants = permission.permType === permType || permission.permType === PermissionType.readWrite;
    if (grants) writePermission(writer, permission);
  }
}

function writePermission(writer: ByteWriter, { key, rangeEnd }: Permission): void {
  writer.ascii('\t');
  if (rangeEnd.length === 0) writer.bytes(key);
  else {
    writeRange(writer, key, rangeEnd);
    if (key.length > 0 && Buffer.compare(prefixEnd(key), rangeEnd) === 0) {
      writer.ascii(' (prefix ').bytes(key).ascii(')');
    }
  }
  writer.newline();
}

/** etcdctl closes no bracket after an open end. */
function writeRange(writer: ByteWriter, key: Uint8Array, rangeEnd: Uint8Array): void {
  writer.ascii('[').bytes(key).ascii(', ');
  if (rangeEnd.length === 1 && rangeEnd[0] === 0) writer.ascii('<open ended>');
  else writer.bytes(rangeEnd).ascii(')');
}
