import type { Member } from '../../model/messages/cluster.js';
import type { EndpointStatus } from '../../model/results.js';
import { type ByteWriter, writeTo } from '../byte-writer.js';
import { alarmTypeName } from '../enum-names.js';
import { unsupported } from '../format-independent.js';
import type { PrinterOptions, Renderers } from '../printer.js';
import { idText, writeField, writeHeader, writeQuotedField, writeTextField } from './field.js';

export const clusterRenderers = {
  'member-add': unsupported('fields'),
  'member-remove': unsupported('fields'),
  'member-update': unsupported('fields'),
  'member-promote': unsupported('fields'),
  'member-list': ({ response }, sink, options) =>
    writeTo(sink, (writer) => {
      writeHeader(writer, response.header, options);
      for (const member of response.members) writeMember(writer, member, options);
    }),

  'endpoint-health': ({ endpoints }, sink) =>
    writeTo(sink, (writer) => {
      for (const { endpoint, isHealthy, took, error } of endpoints) {
        writeQuotedField(writer, 'Endpoint', endpoint);
        writeField(writer, 'Health', isHealthy);
        writeTextField(writer, 'Took', took);
        writeTextField(writer, 'Error', error);
        writer.newline();
      }
    }),
  'endpoint-status': ({ endpoints }, sink, options) =>
    writeTo(sink, (writer) => {
      for (const status of endpoints) writeStatus(writer, status, options);
    }),
  'endpoint-hashkv': ({ endpoints }, sink, options) =>
    writeTo(sink, (writer) => {
      for (const { endpoint, response } of endpoints) {
        writeHeader(writer, response.header, options);
        writeQuotedField(writer, 'Endpoint', endpoint);
        writeField(writer, 'Hash', response.hash);
        writeField(writer, 'HashRevision', response.hashRevision);
        writer.newline();
      }
    }),

  'move-leader': unsupported('fields'),
  downgrade: unsupported('fields'),
  alarm: ({ response }, sink, options) =>
    writeTo(sink, (writer) => {
      writeHeader(writer, response.header, options);
      for (const { memberId, alarm } of response.alarms) {
        writeField(writer, 'MemberID', idText(memberId, options));
        writeField(writer, 'AlarmType', alarmTypeName(alarm));
        writer.newline();
      }
    }),
} satisfies Partial<Renderers>;

function writeMember(writer: ByteWriter, member: Member, options: PrinterOptions): void {
  writeField(writer, 'ID', idText(member.id, options));
  writeQuotedField(writer, 'Name', member.name);
  for (const url of member.peerUrls) writeQuotedField(writer, 'PeerURL', url);
  for (const url of member.clientUrls) writeQuotedField(writer, 'ClientURL', url);
  writeField(writer, 'IsLearner', member.isLearner);
  writer.newline();
}

/** The leader's id is decimal even with `--hex`. */
function writeStatus(
  writer: ByteWriter,
  { endpoint, response }: EndpointStatus,
  options: PrinterOptions,
): void {
  writeHeader(writer, response.header, options);
  writeQuotedField(writer, 'Version', response.version);
  writeQuotedField(writer, 'StorageVersion', response.storageVersion);
  writeField(writer, 'DBSize', response.dbSize);
  writeField(writer, 'DBSizeInUse', response.dbSizeInUse);
  writeField(writer, 'DBSizeQuota', response.dbSizeQuota);
  writeField(writer, 'Leader', response.leader);
  writeField(writer, 'IsLearner', response.isLearner);
  writeField(writer, 'RaftIndex', response.raftIndex);
  writeField(writer, 'RaftTerm', response.raftTerm);
  writeField(writer, 'RaftAppliedIndex', response.raftAppliedIndex);
  writeTextField(writer, 'Errors', `[${response.errors.join(' ')}]`);
  writeQuotedField(writer, 'Endpoint', endpoint);
  writeQuotedField(writer, 'DowngradeTargetVersion', response.downgradeInfo?.targetVersion ?? '');
  writeField(writer, 'DowngradeEnabled', response.downgradeInfo?.enabled ?? false);
  writer.newline();
}
