import type { KeyValue, ResponseHeader } from '../model/messages.js';
import type { EndpointHealth } from '../model/results.js';
import { type ByteWriter, writeTo } from './byte-writer.js';
import { renderSnapshotSaved, renderText } from './format-independent.js';
import { JsonObjectWriter } from './go-json.js';
import type { Renderers, Sink } from './printer.js';

/**
 * One line of JSON with etcd's field names and order, those of the `json` tags in api/v3. `--hex` changes
 * nothing in these kinds: etcdctl 3.7.1 honours it for members only (ctlv3/command/printer_json.go).
 */
export const renderers: Renderers = {
  put: ({ response }, sink) =>
    writeLine(sink, (object) => {
      writeHeader(object, response.header);
      if (response.prevKv !== undefined) writeKeyValue(object.member('prev_kv'), response.prevKv);
    }),

  range: ({ response }, sink) =>
    writeLine(sink, (object) => {
      writeHeader(object, response.header);
      writeKeyValues(object, 'kvs', response.kvs);
      object.flag('more', response.more).integer('count', response.count);
    }),

  'delete-range': ({ response }, sink) =>
    writeLine(sink, (object) => {
      writeHeader(object, response.header);
      object.integer('deleted', response.deleted);
      writeKeyValues(object, 'prev_kvs', response.prevKvs);
    }),

  'endpoint-health': ({ endpoints }, sink) =>
    writeTo(sink, (writer) => {
      // Go's nil slice.
      if (endpoints.length === 0) writer.ascii('null');
      else writeArray(writer, endpoints, writeHealth);
      writer.newline();
    }),

  'snapshot-saved': renderSnapshotSaved,
  text: renderText,
};

function writeLine(sink: Sink, work: (object: JsonObjectWriter) => void): void {
  writeTo(sink, (writer) => {
    const object = new JsonObjectWriter(writer);
    work(object);
    object.end();
    writer.newline();
  });
}

function writeHeader(object: JsonObjectWriter, header: ResponseHeader | undefined): void {
  if (header === undefined) return;
  new JsonObjectWriter(object.member('header'))
    .integer('cluster_id', header.clusterId)
    .integer('member_id', header.memberId)
    .integer('revision', header.revision)
    .integer('raft_term', header.raftTerm)
    .end();
}

function writeKeyValues(object: JsonObjectWriter, name: string, kvs: readonly KeyValue[]): void {
  if (kvs.length > 0) writeArray(object.member(name), kvs, writeKeyValue);
}

function writeKeyValue(writer: ByteWriter, kv: KeyValue): void {
  new JsonObjectWriter(writer)
    .bytes('key', kv.key)
    .integer('create_revision', kv.createRevision)
    .integer('mod_revision', kv.modRevision)
    .integer('version', kv.version)
    .bytes('value', kv.value)
    .integer('lease', kv.lease)
    .end();
}

function writeHealth(writer: ByteWriter, { endpoint, isHealthy, took, error }: EndpointHealth): void {
  const object = new JsonObjectWriter(writer).string('endpoint', endpoint);
  object.member('health').ascii(String(isHealthy));
  object.string('took', took).nonEmptyString('error', error).end();
}

function writeArray<Item>(
  writer: ByteWriter,
  items: readonly Item[],
  writeItem: (writer: ByteWriter, item: Item) => void,
): void {
  let separator = '[';
  for (const item of items) {
    writeItem(writer.ascii(separator), item);
    separator = ',';
  }
  writer.ascii(']');
}
