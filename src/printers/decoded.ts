import { isUtf8 } from 'node:buffer';
import type { DecodedValue, Structured } from '../model/decoded-value.js';
import type { DecodedEvent, DecodedKey, ResultOf } from '../model/results.js';
import { writeTo } from './byte-writer.js';
import type { Sink } from './printer.js';
import { writeStructured } from './structured-json.js';

/** How formats of data show decoded values: docs/schemas/decoded-value.schema.json has the names. */
interface IdStyle {
  /** Revisions and leases are text. */
  readonly textIds?: boolean | undefined;
}

export function renderJsonValues(result: ResultOf<'decoded-values'>, sink: Sink, style: IdStyle): void {
  writeLines(sink, valueDocuments(result, style));
}

export function renderJsonEvents(result: ResultOf<'decoded-events'>, sink: Sink, style: IdStyle): void {
  writeLines(sink, eventDocuments(result, style));
}

/** A document for each key: the key with its revisions and its value, or only the value. */
export function* valueDocuments(
  { keys, valuesOnly }: ResultOf<'decoded-values'>,
  style: IdStyle,
): Generator<Structured> {
  for (const key of keys) yield valuesOnly ? shownValue(key.value) : new Map(keyMembers(key, style));
}

export function* eventDocuments(
  { events }: ResultOf<'decoded-events'>,
  style: IdStyle,
): Generator<Structured> {
  for (const event of events) yield eventDocument(event, style);
}

function eventDocument(event: DecodedEvent, style: IdStyle): Structured {
  const type = event.type.toUpperCase();
  if (event.type === 'progress') {
    return new Map<string, Structured>([
      ['type', type],
      ['revision', idOf(event.revision, style)],
    ]);
  }
  return new Map<string, Structured>([
    ['type', type],
    ...keyMembers(event.key, style),
    ...(event.previous ? [['previous', new Map(keyMembers(event.previous, style))] as const] : []),
  ]);
}

function writeLines(sink: Sink, documents: Iterable<Structured>): void {
  writeTo(sink, (writer) => {
    for (const document of documents) {
      writeStructured(writer, document, 'line');
      writer.newline();
    }
  });
}

type Member = readonly [string, Structured];

function keyMembers({ kv, value }: DecodedKey, style: IdStyle): Member[] {
  const name: Member = isUtf8(kv.key) ? ['key', textOf(kv.key)] : ['keyBase64', base64Of(kv.key)];
  return [
    name,
    ['createRevision', idOf(kv.createRevision, style)],
    ['modRevision', idOf(kv.modRevision, style)],
    ['version', kv.version],
    ['lease', idOf(kv.lease, style)],
    ...(value === undefined ? [] : valueMembers(value)),
  ];
}

function valueMembers(value: DecodedValue): Member[] {
  return [
    ['encoding', value.encoding],
    ['value', shownValue(value)],
    ...(value.encoding === 'encrypted' ? encryptionMembers(value) : []),
    ...(value.encoding === 'kubernetes' ? unknownMembers(value) : []),
    ...(value.problems.length === 0 ? [] : [['problems', value.problems.map(problemObject)] as const]),
  ];
}

/** The value itself; `null` for an encrypted one. */
function shownValue(value: DecodedValue | undefined): Structured {
  switch (value?.encoding) {
    case 'kubernetes':
      return value.object;
    case 'json':
      return value.document;
    case 'text':
      return textOf(value.bytes);
    case 'binary':
      return base64Of(value.bytes);
    default:
      return null;
  }
}

function encryptionMembers({ encryption, sizeBytes }: DecodedValue & { encoding: 'encrypted' }): Member[] {
  const { provider, version, keyName, keyId } = encryption;
  const members: Member[] = [
    ['provider', provider],
    ['version', version],
    ['keyName', keyName],
    ...(keyId === undefined ? [] : [['keyId', keyId] as const]),
    ['sizeBytes', BigInt(sizeBytes)],
  ];
  return [['encryption', new Map(members)]];
}

function unknownMembers({
  unknownFields,
  isUnknownKind,
}: DecodedValue & { encoding: 'kubernetes' }): Member[] {
  const fields = unknownFields.map(
    ({ path, number, count, sizeBytes }) =>
      new Map<string, Structured>([
        ['path', path],
        ['number', BigInt(number)],
        ['count', BigInt(count)],
        ['sizeBytes', BigInt(sizeBytes)],
      ]),
  );
  return [
    ...(isUnknownKind ? [['unknownKind', true] as const] : []),
    ...(fields.length === 0 ? [] : [['unknownFields', fields] as const]),
  ];
}

function problemObject({ offset, message }: DecodedValue['problems'][number]): Structured {
  return new Map<string, Structured>([
    ['offset', BigInt(offset)],
    ['message', message],
  ]);
}

function idOf(id: bigint, { textIds = false }: IdStyle): Structured {
  return textIds ? String(id) : id;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
