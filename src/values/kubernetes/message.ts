import type { Structured } from '../../model/decoded-value.js';
import type { Decoding } from './decoding.js';
import { readScalar, zeroScalar } from './scalars.js';
import type { FieldType, MessageField, MessageType } from './schema.js';
import { LENGTH_DELIMITED, VARINT, type WireField, WireReader } from './wire.js';

/** The values of the fields that were read, by the index of the field. Lists and maps grow with each item. */
type Slots = (Structured | undefined)[];

/** Decodes the message in these bytes of the value. What is malformed is told to the decoding, and what could be read is returned. */
export function decodeMessage(
  decoding: Decoding,
  type: MessageType,
  { start, end }: Pick<WireField, 'start' | 'end'>,
): Map<string, Structured> {
  const slots: Slots = [];
  const reader = new WireReader(decoding.bytes, start, end);
  for (let each = reader.next(); each !== undefined; each = reader.next()) {
    if ('fault' in each) decoding.fault(each);
    else {
      const field = type.byNumber.get(each.number);
      if (field === undefined) decoding.unknown(each.number, each.end - each.start);
      else if (decoding.takes(each.offset)) readField(decoding, field, { wire: each, slots });
    }
  }
  return toObject(decoding, type, slots);
}

function readField(
  decoding: Decoding,
  { type, json, index }: MessageField,
  { wire, slots }: { readonly wire: WireField; readonly slots: Slots },
): void {
  if (json !== '') decoding.enter(json);
  if (type.kind === 'list') {
    const items = (slots[index] ?? []) as Structured[];
    slots[index] = items;
    decoding.enter(items.length);
    const item = readOne(decoding, type.item, wire);
    if (item !== undefined) items.push(item);
    decoding.leave();
  } else if (type.kind === 'map') {
    const entries = (slots[index] ?? new Map()) as Map<string, Structured>;
    slots[index] = entries;
    readEntry(decoding, type.item, { wire, entries });
  } else {
    const value = readOne(decoding, type, wire);
    if (value !== undefined) slots[index] = value;
  }
  if (json !== '') decoding.leave();
}

/** An entry of a map is a message: key 1, value 2. */
function readEntry(
  decoding: Decoding,
  item: FieldType,
  { wire, entries }: { readonly wire: WireField; readonly entries: Map<string, Structured> },
): void {
  if (!isOfWireType(decoding, wire, LENGTH_DELIMITED)) return;
  let key = '';
  let value: Structured | undefined;
  const reader = new WireReader(decoding.bytes, wire.start, wire.end);
  for (let each = reader.next(); each !== undefined; each = reader.next()) {
    if ('fault' in each) decoding.fault(each);
    else if (each.number === 1 && each.wireType === LENGTH_DELIMITED) {
      key = decoding.text(each.start, each.end);
    } else if (each.number === 2) {
      decoding.enter(key);
      value = readOne(decoding, item, each);
      decoding.leave();
    } else decoding.unknown(each.number, each.end - each.start);
  }
  entries.set(key, value === undefined ? zeroOf(decoding, item) : value);
}

function readOne(decoding: Decoding, type: FieldType, wire: WireField): Structured | undefined {
  const isNumber = type.kind === 'scalar' && (type.scalar === 'integer' || type.scalar === 'flag');
  if (!isOfWireType(decoding, wire, isNumber ? VARINT : LENGTH_DELIMITED)) return undefined;
  if (type.kind === 'message') return decodeMessage(decoding, type.message, wire);
  return type.kind === 'scalar' ? readScalar(decoding, type.scalar, wire) : undefined;
}

function isOfWireType(decoding: Decoding, wire: WireField, expected: number): boolean {
  if (wire.wireType === expected) return true;
  decoding.problem(wire.offset, `field ${wire.number} has wire type ${wire.wireType} instead of ${expected}`);
  return false;
}

/** The value of a field that is absent. */
function zeroOf(decoding: Decoding, type: FieldType): Structured {
  if (type.kind === 'message') return toObject(decoding, type.message, []);
  return type.kind === 'scalar' ? zeroScalar(type.scalar) : null;
}

/** The members in the order of their names, as kubectl prints them. */
function toObject(decoding: Decoding, type: MessageType, slots: Slots): Map<string, Structured> {
  decoding.countObject();
  const members = new Map<string, Structured>();
  for (const field of type.fields) {
    const value = memberOf(decoding, field, slots[field.index]);
    if (value === undefined) continue;
    if (field.json !== '') members.set(field.json, value);
    else for (const [name, member] of value as ReadonlyMap<string, Structured>) members.set(name, member);
  }
  return type.hasInline ? sorted(members) : members;
}

/** The JSON of a field; `undefined`: it is left out. */
function memberOf(
  decoding: Decoding,
  { presence, type }: MessageField,
  value: Structured | undefined,
): Structured | undefined {
  if (value === undefined) {
    if (presence === '-') return null;
    return presence === '=' ? zeroOf(decoding, type) : undefined;
  }
  if (type.kind === 'map') return sorted(value as ReadonlyMap<string, Structured>);
  return presence === '~' && isZero(value) ? undefined : value;
}

function isZero(value: Structured): boolean {
  return value === null || value === '' || value === false || value === 0n;
}

function sorted(entries: ReadonlyMap<string, Structured>): Map<string, Structured> {
  return entries.size < 2 ? new Map(entries) : new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}
