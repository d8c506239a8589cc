import type { Structured } from '../../model/decoded-value.js';
import type { Decoding } from './decoding.js';
import type { ScalarType } from './schema.js';
import { integerAt, LENGTH_DELIMITED, VARINT, type WireField, WireReader } from './wire.js';

/** The JSON of a field that is no message of the schema: numbers and text, and types whose JSON is not that of their fields. */
export function readScalar(decoding: Decoding, type: ScalarType, wire: WireField): Structured {
  const { start, end } = wire;
  switch (type) {
    case 'text':
      return decoding.text(start, end);
    case 'flag':
      return integerAt(decoding.bytes, wire) !== 0n;
    case 'integer':
      return integerAt(decoding.bytes, wire);
    case 'bytes':
      return decoding.base64(start, end);
    case 'time':
    case 'micro-time':
      return start === end ? null : timeText(decoding, type, wire);
    case 'quantity':
      return textOf(decoding, fieldsOf(decoding, wire).get(1)) ?? '0';
    case 'integer-or-text':
      return integerOrText(decoding, wire);
    case 'json': {
      const raw = fieldsOf(decoding, wire).get(1);
      return raw === undefined ? null : decoding.json(raw.start, raw.end);
    }
    case 'text-list':
      return textList(decoding, wire);
  }
}

const ZEROS: Readonly<Record<ScalarType, Structured>> = {
  text: '',
  flag: false,
  integer: 0n,
  bytes: '',
  time: null,
  'micro-time': null,
  quantity: '0',
  'integer-or-text': 0n,
  json: null,
  'text-list': null,
};

/** What Go writes for a field that is not set. */
export function zeroScalar(type: ScalarType): Structured {
  return ZEROS[type];
}

/** The fields of a small message by their numbers; the last of each counts. */
function fieldsOf(decoding: Decoding, { start, end }: WireField): Map<number, WireField> {
  const fields = new Map<number, WireField>();
  const reader = new WireReader(decoding.bytes, start, end);
  for (let each = reader.next(); each !== undefined; each = reader.next()) {
    if ('fault' in each) decoding.fault(each);
    else fields.set(each.number, each);
  }
  return fields;
}

function textOf(decoding: Decoding, field: WireField | undefined): string | undefined {
  return field?.wireType === LENGTH_DELIMITED ? decoding.text(field.start, field.end) : undefined;
}

function integerOf({ bytes }: Decoding, field: WireField | undefined): bigint {
  return field?.wireType === VARINT ? integerAt(bytes, field) : 0n;
}

const MIN_SECONDS = -62_135_596_800n;
const MAX_SECONDS = 253_402_300_799n;

/** RFC 3339 in UTC. Seconds are field 1, nanoseconds field 2, of which a MicroTime has six digits. */
function timeText(decoding: Decoding, type: 'time' | 'micro-time', wire: WireField): Structured {
  const fields = fieldsOf(decoding, wire);
  const seconds = integerOf(decoding, fields.get(1));
  if (seconds < MIN_SECONDS || seconds > MAX_SECONDS) {
    decoding.problem(wire.start, `the time is out of range: ${seconds} seconds`);
    return seconds;
  }
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  if (type === 'time') return `${whole}Z`;
  const micros = integerOf(decoding, fields.get(2)) / 1000n;
  return `${whole}.${String(micros).padStart(6, '0')}Z`;
}

/** Field 1 says which of the two it is: 0 for the number in field 2, 1 for the text in field 3. */
function integerOrText(decoding: Decoding, wire: WireField): Structured {
  const fields = fieldsOf(decoding, wire);
  const type = integerOf(decoding, fields.get(1));
  if (type !== 0n && type !== 1n)
    decoding.problem(wire.start, `there is no type ${type} of a number or text`);
  return type === 1n ? (textOf(decoding, fields.get(3)) ?? '') : integerOf(decoding, fields.get(2));
}

/** A message around a list of texts, as field 1. */
function textList(decoding: Decoding, { start, end }: WireField): Structured {
  const items: string[] = [];
  const reader = new WireReader(decoding.bytes, start, end);
  for (let each = reader.next(); each !== undefined; each = reader.next()) {
    if ('fault' in each) decoding.fault(each);
    else if (each.number !== 1) decoding.unknown(each.number, each.end - each.start);
    else if (decoding.takes(each.offset)) items.push(textOf(decoding, each) ?? '');
  }
  return items.length === 0 ? null : items;
}
