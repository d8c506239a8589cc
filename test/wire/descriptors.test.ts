import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runBuf } from '../../scripts/generate.mjs';

/**
 * The wire format, without the names of fields. A field is `[oneof NAME |optional |repeated |packed ]KIND [TYPE]`,
 * keyed by number; an rpc is `[stream ]REQUEST -> [stream ]RESPONSE`. etcd-descriptors.json has the descriptors of
 * etcd, read through Go's protobuf reflection.
 */
interface Descriptors {
  services: Record<string, Record<string, string>>;
  messages: Record<string, Record<string, string>>;
  enums: Record<string, Record<string, string>>;
}

/** The fields used of google/protobuf/descriptor.proto, as `buf build` writes them in JSON. */
interface FileJson {
  package: string;
  messageType?: MessageJson[];
  enumType?: EnumJson[];
  service?: { name: string; method: MethodJson[] }[];
}
interface MessageJson {
  name: string;
  field?: FieldJson[];
  nestedType?: MessageJson[];
  enumType?: EnumJson[];
  oneofDecl?: { name: string }[];
}
interface FieldJson {
  number: number;
  label: string;
  type: string;
  typeName?: string;
  oneofIndex?: number;
  proto3Optional?: boolean;
  options?: { packed?: boolean };
}
interface EnumJson {
  name: string;
  value: { name: string; number?: number }[];
}
interface MethodJson {
  name: string;
  inputType: string;
  outputType: string;
  clientStreaming?: boolean;
  serverStreaming?: boolean;
}

const unpackable = ['TYPE_MESSAGE', 'TYPE_BYTES', 'TYPE_STRING'];

/** Messages of etcd that are used neither by clients nor in the files of a data directory. */
const leftOut = [
  'etcdserverpb.DowngradeVersionTestRequest',
  'etcdserverpb.LeaseCheckpoint',
  'etcdserverpb.LeaseCheckpointRequest',
  'etcdserverpb.LeaseCheckpointResponse',
  'leasepb.LeaseInternalRequest',
  'leasepb.LeaseInternalResponse',
  'raftpb.Message',
  'raftpb.MessageType',
];

function describeCardinality(field: FieldJson, message: MessageJson): string {
  if (field.proto3Optional) return 'optional ';
  if (field.oneofIndex !== undefined) return `oneof ${message.oneofDecl?.[field.oneofIndex]?.name} `;
  if (field.label !== 'LABEL_REPEATED') return '';
  return unpackable.includes(field.type) || field.options?.packed === false ? 'repeated ' : 'packed ';
}

function describeField(field: FieldJson, message: MessageJson): string {
  const type = field.typeName === undefined ? '' : ` ${field.typeName.slice(1)}`;
  const kind = field.type.slice('TYPE_'.length).toLowerCase();
  return `${describeCardinality(field, message)}${kind}${type}`;
}

function addEnum(into: Descriptors, scope: string, declared: EnumJson): void {
  const values = declared.value.map(({ name, number }) => [String(number ?? 0), name]);
  into.enums[`${scope}.${declared.name}`] = Object.fromEntries(values);
}

function addMessage(into: Descriptors, scope: string, message: MessageJson): void {
  const name = `${scope}.${message.name}`;
  const fields = (message.field ?? []).map((field) => [String(field.number), describeField(field, message)]);
  into.messages[name] = Object.fromEntries(fields);
  for (const nested of message.nestedType ?? []) addMessage(into, name, nested);
  for (const nested of message.enumType ?? []) addEnum(into, name, nested);
}

function describeMethod(method: MethodJson): string {
  const request = `${method.clientStreaming ? 'stream ' : ''}${method.inputType.slice(1)}`;
  const response = `${method.serverStreaming ? 'stream ' : ''}${method.outputType.slice(1)}`;
  return `${request} -> ${response}`;
}

function readOurs(): Descriptors {
  const image = JSON.parse(runBuf(['build', '--output', '-#format=json'])) as { file: FileJson[] };
  const ours: Descriptors = { services: {}, messages: {}, enums: {} };
  for (const file of image.file) {
    for (const message of file.messageType ?? []) addMessage(ours, file.package, message);
    for (const declared of file.enumType ?? []) addEnum(ours, file.package, declared);
    for (const { name, method } of file.service ?? []) {
      const methods = method.map((rpc) => [rpc.name, describeMethod(rpc)]);
      ours.services[`${file.package}.${name}`] = Object.fromEntries(methods);
    }
  }
  return ours;
}

function readEtcds(): Descriptors {
  const file = new URL('etcd-descriptors.json', import.meta.url);
  const { services, messages, enums } = JSON.parse(readFileSync(file, 'utf8')) as Descriptors;
  for (const name of leftOut) {
    delete messages[name];
    delete enums[name];
  }
  return { services, messages, enums };
}

test('services, messages and enums have the names, numbers and types of etcd', () => {
  expect(readOurs()).toEqual(readEtcds());
}, 30_000);
