import type { ResponseHeader } from '../../model/messages/header.js';
import { type ByteWriter, writeTo } from '../byte-writer.js';
import { JsonObjectWriter } from '../go-json.js';
import type { Sink } from '../printer.js';

/** One object on a line of its own. */
export function writeMessage(sink: Sink, work: (object: JsonObjectWriter) => void): void {
  writeTo(sink, (writer) => {
    const object = new JsonObjectWriter(writer);
    work(object);
    object.end();
    writer.newline();
  });
}

/** The member `header`, left out when the response has none. */
export function writeHeader(object: JsonObjectWriter, header: ResponseHeader | undefined): void {
  if (header !== undefined) writeHeaderFields(new JsonObjectWriter(object.member('header')), header).end();
}

export function writeHeaderFields(object: JsonObjectWriter, header: ResponseHeader): JsonObjectWriter {
  return object
    .integer('cluster_id', header.clusterId)
    .integer('member_id', header.memberId)
    .integer('revision', header.revision)
    .integer('raft_term', header.raftTerm);
}

/** A response that is only its header. */
export function renderHeader(
  { response }: { readonly response: { readonly header?: ResponseHeader | undefined } },
  sink: Sink,
): void {
  writeMessage(sink, (object) => writeHeader(object, response.header));
}

export function writeArray<Item>(
  writer: ByteWriter,
  items: readonly Item[],
  writeItem: (writer: ByteWriter, item: Item) => void,
): void {
  writer.ascii('[');
  for (const [index, item] of items.entries()) {
    if (index > 0) writer.ascii(',');
    writeItem(writer, item);
  }
  writer.ascii(']');
}
