import type {
  DeleteRangeResponse,
  KeyValue,
  PutResponse,
  RangeResponse,
  ResponseOp,
  TxnResponse,
} from '../../model/messages/kv.js';
import type { Event } from '../../model/messages/watch.js';
import type { ByteWriter } from '../byte-writer.js';
import { JsonObjectWriter } from '../go-json.js';
import type { Renderers } from '../printer.js';
import { type RangeParts, renderRange, writeParts } from '../range-parts.js';
import { writeArray, writeHeader, writeHeaderFields, writeMessage } from './message.js';

export const kvRenderers = {
  put: ({ response }, sink) => writeMessage(sink, (object) => writePut(object, response)),
  range: (result, sink) =>
    renderRange(result, sink, (writer) => {
      const object = new JsonObjectWriter(writer);
      const parts = rangeParts(object, result.response);
      const end = (more: boolean) => {
        parts.end(more);
        object.end();
        writer.newline();
      };
      return { ...parts, end };
    }),
  'delete-range': ({ response }, sink) => writeMessage(sink, (object) => writeDeleteRange(object, response)),
  txn: ({ response }, sink) => writeMessage(sink, (object) => writeTxn(object, response)),

  // The Go client's own type: every member is there, under its Go name.
  watch: ({ response }, sink) =>
    writeMessage(sink, (object) => {
      const header = new JsonObjectWriter(object.member('Header'));
      if (response.header !== undefined) writeHeaderFields(header, response.header);
      header.end();
      if (response.events.length === 0) object.member('Events').ascii('null');
      else writeArray(object.member('Events'), response.events, writeEvent);
      object.member('CompactRevision').decimal(response.compactRevision);
      object.member('Canceled').ascii(String(response.canceled));
      object.member('Created').ascii(String(response.created));
      object.string('CancelReason', response.cancelReason);
    }),
} satisfies Partial<Renderers>;

function writePut(object: JsonObjectWriter, { header, prevKv }: PutResponse): void {
  writeHeader(object, header);
  if (prevKv !== undefined) writeKeyValue(object.member('prev_kv'), prevKv);
}

function writeRange(object: JsonObjectWriter, response: RangeResponse): void {
  writeParts(rangeParts(object, response), response);
}

function rangeParts(object: JsonObjectWriter, { header, count }: RangeResponse): RangeParts {
  let isBegun = false;
  return {
    begin: () => writeHeader(object, header),
    pairs: (kvs) => {
      for (const kv of kvs) {
        writeKeyValue(isBegun ? object.writer.ascii(',') : object.member('kvs').ascii('['), kv);
        isBegun = true;
      }
    },
    end: (more) => {
      if (isBegun) object.writer.ascii(']');
      object.flag('more', more).integer('count', count);
    },
  };
}

function writeDeleteRange(object: JsonObjectWriter, { header, deleted, prevKvs }: DeleteRangeResponse): void {
  writeHeader(object, header);
  object.integer('deleted', deleted);
  writeKeyValues(object, 'prev_kvs', prevKvs);
}

function writeTxn(object: JsonObjectWriter, { header, succeeded, responses }: TxnResponse): void {
  writeHeader(object, header);
  object.flag('succeeded', succeeded);
  if (responses.length > 0) writeArray(object.member('responses'), responses, writeOperation);
}

function writeOperation(writer: ByteWriter, operation: ResponseOp): void {
  const object = new JsonObjectWriter(writer);
  const response = new JsonObjectWriter(object.member('Response'));
  writeOperationResponse(response, operation.response);
  response.end();
  object.end();
}

function writeOperationResponse(object: JsonObjectWriter, response: ResponseOp['response']): void {
  const member = (name: string, write: (object: JsonObjectWriter) => void) => {
    const inner = new JsonObjectWriter(object.member(name));
    write(inner);
    inner.end();
  };
  switch (response?.$case) {
    case 'responseRange':
      member('response_range', (inner) => writeRange(inner, response.value));
      break;
    case 'responsePut':
      member('response_put', (inner) => writePut(inner, response.value));
      break;
    case 'responseDeleteRange':
      member('response_delete_range', (inner) => writeDeleteRange(inner, response.value));
      break;
    case 'responseTxn':
      member('response_txn', (inner) => writeTxn(inner, response.value));
      break;
  }
}

function writeEvent(writer: ByteWriter, { type, kv, prevKv }: Event): void {
  const object = new JsonObjectWriter(writer).integer('type', BigInt(type));
  if (kv !== undefined) writeKeyValue(object.member('kv'), kv);
  if (prevKv !== undefined) writeKeyValue(object.member('prev_kv'), prevKv);
  object.end();
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
