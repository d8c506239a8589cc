import type { DecodedValue, Encryption } from '../../model/decoded-value.js';
import type { DecodedEvent, DecodedKey, ResultOf } from '../../model/results.js';
import { type ByteWriter, writeTo } from '../byte-writer.js';
import { writeHexDump } from '../hex-dump.js';
import type { Sink } from '../printer.js';
import { writeStructured } from '../structured-json.js';

interface KeyStyle {
  /** Keys are escaped. */
  readonly hex: boolean;
}

/** As `get` prints keys: the name, then the value, each on lines of its own. */
export function renderDecodedValues(
  { keys, valuesOnly }: ResultOf<'decoded-values'>,
  sink: Sink,
  style: KeyStyle,
): void {
  writeTo(sink, (writer) => {
    for (const key of keys) {
      if (!valuesOnly) writeName(writer, key, style);
      writeValue(writer, key.value);
    }
  });
}

/** As `watch` prints events: the type, the previous key and value, then the new ones. */
export function renderDecodedEvents(
  { events }: ResultOf<'decoded-events'>,
  sink: Sink,
  style: KeyStyle,
): void {
  writeTo(sink, (writer) => {
    for (const event of events) writeEvent(writer, event, style);
  });
}

function writeEvent(writer: ByteWriter, event: DecodedEvent, style: KeyStyle): void {
  if (event.type === 'progress') {
    writer.ascii(`progress notify: ${event.revision}\n`);
    return;
  }
  writer.ascii(event.type.toUpperCase()).newline();
  for (const key of [event.previous, event.key]) {
    if (key === undefined) continue;
    writeName(writer, key, style);
    writeValue(writer, key.value);
  }
}

function writeName(writer: ByteWriter, { kv }: DecodedKey, { hex }: KeyStyle): void {
  (hex ? writer.escapedHex(kv.key) : writer.bytes(kv.key)).newline();
}

function writeValue(writer: ByteWriter, value: DecodedValue | undefined): void {
  switch (value?.encoding) {
    case 'kubernetes':
      writeStructured(writer, value.object, 'indented');
      break;
    case 'json':
      writeStructured(writer, value.document, 'indented');
      break;
    case 'text':
      writer.bytes(value.bytes);
      break;
    case 'binary':
      writeHexDump(writer, value.bytes);
      break;
    case 'encrypted':
      writer.text(encryptionText(value.encryption, value.sizeBytes));
      break;
  }
  writer.newline();
}

function encryptionText({ provider, version, keyName, keyId }: Encryption, sizeBytes: number): string {
  if (provider === '') return `encrypted by Kubernetes in an unknown way, ${sizeBytes} bytes`;
  const key = provider === 'kms' ? `plug-in ${keyName}` : `key ${keyName}`;
  const id = keyId === undefined ? '' : `, key id ${keyId}`;
  return `encrypted by Kubernetes: provider ${provider} ${version}, ${key}${id}, ${sizeBytes} bytes`;
}
