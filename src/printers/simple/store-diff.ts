import { bytesFromText } from '../../go/bytes.js';
import type { KeyValue } from '../../model/messages/kv.js';
import type { KeyDifference, StoreChange, StoreDiff } from '../../model/store-diff.js';
import { ByteWriter } from '../byte-writer.js';
import type { PrinterOptions, Sink } from '../printer.js';
import { shownBytes, shownValue } from '../store-rows.js';

const SIGNS: Readonly<Record<StoreChange, string>> = { added: '+', removed: '-', changed: '~' };

/** The counts, then a line for each key; with values, one or two more lines, indented. */
export async function renderStoreDiff(
  { added, removed, changed, equal, differences }: StoreDiff,
  sink: Sink,
  { hex }: Pick<PrinterOptions, 'hex'>,
): Promise<void> {
  sink.out(`${added} added, ${removed} removed, ${changed} changed, ${equal} equal\n`);
  for await (const part of differences) {
    const writer = new ByteWriter(sink);
    for (const difference of part) writeDifference(writer, difference, hex);
    writer.flush();
    await sink.flush?.();
  }
}

function writeDifference(
  writer: ByteWriter,
  { change, key, before, after }: KeyDifference,
  hex: boolean,
): void {
  writer.ascii(`${SIGNS[change]} `);
  if (hex) writer.escapedHex(key).newline();
  else writer.bytes(bytesFromText(shownBytes(key))).newline();
  writeValue(writer, '  - ', before, hex);
  writeValue(writer, '  + ', after, hex);
}

function writeValue(writer: ByteWriter, sign: string, kv: KeyValue | undefined, hex: boolean): void {
  if (kv === undefined) return;
  writer.ascii(sign);
  if (hex) writer.escapedHex(kv.value).newline();
  else writer.text(shownValue(kv.value)).newline();
}
