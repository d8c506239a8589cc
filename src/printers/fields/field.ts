import { bytesFromText } from '../../go/bytes.js';
import { needsNoEscape, quoteGo } from '../../go/quote.js';
import type { ResponseHeader } from '../../model/messages/header.js';
import { type ByteWriter, writeTo } from '../byte-writer.js';
import { idHex, leaseIdHex } from '../id.js';
import type { PrinterOptions, Sink } from '../printer.js';

function startField(writer: ByteWriter, name: string): ByteWriter {
  return writer.ascii('"').ascii(name).ascii('" : ');
}

/** The value as its decimal digits, `true` or `false`, or the text, which must be ASCII. */
export function writeField(
  writer: ByteWriter,
  name: string,
  value: bigint | boolean | number | string,
): void {
  startField(writer, name).ascii(String(value)).newline();
}

/** Any text, without quotes. */
export function writeTextField(writer: ByteWriter, name: string, value: string): void {
  startField(writer, name).bytes(bytesFromText(value)).newline();
}

export function writeQuotedField(writer: ByteWriter, name: string, value: string | Uint8Array): void {
  startField(writer, name);
  writeQuoted(writer, typeof value === 'string' ? bytesFromText(value) : value);
  writer.newline();
}

export function writeQuoted(writer: ByteWriter, value: Uint8Array): void {
  if (needsNoEscape(value)) writer.ascii('"').bytes(value).ascii('"');
  else writer.text(quoteGo(value));
}

/** The value of a field that has the id of a member or cluster. */
export function idText(id: bigint, { hex }: PrinterOptions): string {
  return hex ? idHex(id) : id.toString();
}

/** The value of a field that has the id of a lease. */
export function leaseIdText(id: bigint, { hex }: PrinterOptions): string {
  return hex ? leaseIdHex(id) : id.toString();
}

/** An absent header prints as one of zeros; a zero revision is left out, for calls that have none. */
export function writeHeader(
  writer: ByteWriter,
  header: ResponseHeader | undefined,
  options: PrinterOptions,
): void {
  writeField(writer, 'ClusterID', idText(header?.clusterId ?? 0n, options));
  writeField(writer, 'MemberID', idText(header?.memberId ?? 0n, options));
  if (header !== undefined && header.revision > 0n) writeField(writer, 'Revision', header.revision);
  writeField(writer, 'RaftTerm', header?.raftTerm ?? 0n);
}

/** A response of which only the header is shown. */
export function renderHeader(
  { response }: { readonly response: { readonly header?: ResponseHeader | undefined } },
  sink: Sink,
  options: PrinterOptions,
): void {
  writeTo(sink, (writer) => writeHeader(writer, response.header, options));
}
