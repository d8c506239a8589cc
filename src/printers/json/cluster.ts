import type { AlarmMember, HashKvResponse, StatusResponse } from '../../model/messages/maintenance.js';
import type { EndpointHealth } from '../../model/results.js';
import { type ByteWriter, writeTo } from '../byte-writer.js';
import { JsonObjectWriter } from '../go-json.js';
import type { Renderers, Sink } from '../printer.js';
import { renderMembers } from './member.js';
import { renderHeader, writeArray, writeHeader, writeMessage } from './message.js';

export const clusterRenderers = {
  'member-add': renderMembers,
  'member-remove': renderMembers,
  'member-update': renderMembers,
  'member-promote': renderMembers,
  'member-list': renderMembers,

  'endpoint-health': ({ endpoints }, sink) => writeEndpoints(sink, endpoints, writeHealth),
  'endpoint-status': ({ endpoints }, sink) =>
    writeEndpoints(sink, endpoints, (writer, { endpoint, response }) => {
      const object = new JsonObjectWriter(writer).string('Endpoint', endpoint);
      writeStatus(new JsonObjectWriter(object.member('Status')), response);
      object.end();
    }),
  'endpoint-hashkv': ({ endpoints }, sink) =>
    writeEndpoints(sink, endpoints, (writer, { endpoint, response }) => {
      const object = new JsonObjectWriter(writer).string('Endpoint', endpoint);
      writeHashKv(new JsonObjectWriter(object.member('HashKV')), response);
      object.end();
    }),

  'move-leader': renderHeader,
  downgrade: ({ response }, sink) =>
    writeMessage(sink, (object) => {
      writeHeader(object, response.header);
      object.nonEmptyString('version', response.version);
    }),
  alarm: ({ response }, sink) =>
    writeMessage(sink, (object) => {
      writeHeader(object, response.header);
      if (response.alarms.length > 0) writeArray(object.member('alarms'), response.alarms, writeAlarm);
    }),
} satisfies Partial<Renderers>;

/** No endpoint at all is Go's nil slice. */
function writeEndpoints<Endpoint>(
  sink: Sink,
  endpoints: readonly Endpoint[],
  writeEndpoint: (writer: ByteWriter, endpoint: Endpoint) => void,
): void {
  writeTo(sink, (writer) => {
    if (endpoints.length === 0) writer.ascii('null');
    else writeArray(writer, endpoints, writeEndpoint);
    writer.newline();
  });
}

function writeHealth(writer: ByteWriter, { endpoint, isHealthy, took, error }: EndpointHealth): void {
  const object = new JsonObjectWriter(writer).string('endpoint', endpoint);
  object.member('health').ascii(String(isHealthy));
  object.string('took', took).nonEmptyString('error', error).end();
}

function writeStatus(object: JsonObjectWriter, status: StatusResponse): void {
  writeHeader(object, status.header);
  object
    .nonEmptyString('version', status.version)
    .integer('dbSize', status.dbSize)
    .integer('leader', status.leader)
    .integer('raftIndex', status.raftIndex)
    .integer('raftTerm', status.raftTerm)
    .integer('raftAppliedIndex', status.raftAppliedIndex)
    .nonEmptyStrings('errors', status.errors)
    .integer('dbSizeInUse', status.dbSizeInUse)
    .flag('isLearner', status.isLearner)
    .nonEmptyString('storageVersion', status.storageVersion)
    .integer('dbSizeQuota', status.dbSizeQuota);
  if (status.downgradeInfo !== undefined) {
    new JsonObjectWriter(object.member('downgradeInfo'))
      .flag('enabled', status.downgradeInfo.enabled)
      .nonEmptyString('targetVersion', status.downgradeInfo.targetVersion)
      .end();
  }
  object.end();
}

function writeHashKv(object: JsonObjectWriter, hashKv: HashKvResponse): void {
  writeHeader(object, hashKv.header);
  object
    .integer('hash', BigInt(hashKv.hash))
    .integer('compact_revision', hashKv.compactRevision)
    .integer('hash_revision', hashKv.hashRevision)
    .end();
}

function writeAlarm(writer: ByteWriter, { memberId, alarm }: AlarmMember): void {
  new JsonObjectWriter(writer).integer('memberID', memberId).integer('alarm', BigInt(alarm)).end();
}
