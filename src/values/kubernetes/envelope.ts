import type { DecodedValue, Structured } from '../../model/decoded-value.js';
import { Decoding } from './decoding.js';
import { decodeMessage } from './message.js';
import { messageOfKind, metadataOnly } from './schema.js';
import { LENGTH_DELIMITED, type WireField, WireReader } from './wire.js';

/**
 * How an API server stores an object as protobuf (k8s.io/apimachinery, runtime/serializer/protobuf): these four bytes, then a message
 * `Unknown`: the type in field 1 (apiVersion 1, kind 2), the object in field 2, contentEncoding in field 3, contentType in field 4.
 */
const MAGIC = Buffer.from('k8s\0', 'latin1');

const PROTOBUF_TYPES: ReadonlySet<string> = new Set(['', 'application/vnd.kubernetes.protobuf']);

export function isKubernetesProtobuf(value: Uint8Array): boolean {
  return MAGIC.every((byte, at) => value[at] === byte);
}

/** Decodes a value that begins with these four bytes. Damaged ones give what could be read. */
export function decodeKubernetes(value: Uint8Array): DecodedValue {
  const decoding = new Decoding(value);
  const envelope = readEnvelope(decoding);
  const { apiVersion, kind, raw } = envelope;
  const known = messageOfKind(apiVersion, kind);
  const object = new Map<string, Structured>([
    ['apiVersion', apiVersion],
    ['kind', kind],
  ]);
  const isOfOtherForm = envelope.contentEncoding !== '' || !PROTOBUF_TYPES.has(envelope.contentType);
  if (isOfOtherForm) {
    const { contentEncoding, contentType } = envelope;
    const form = `${contentType} ${contentEncoding}`.trim();
    decoding.problem(MAGIC.length, `its contents are of another form: ${form}`);
  } else if (raw !== undefined) {
    const decoded = decodeMessage(decoding, known ?? metadataOnly(), raw);
    for (const [name, member] of decoded) object.set(name, member);
  } else if (decoding.problems.length === 0) {
    decoding.problem(MAGIC.length, 'there is no object in it');
  }
  return {
    encoding: 'kubernetes',
    object: new Map([...object].sort(([a], [b]) => (a < b ? -1 : 1))),
    unknownFields: decoding.unknownFields,
    isUnknownKind: known === undefined,
    problems: decoding.problems,
  };
}

interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: WireField | undefined;
  readonly contentEncoding: string;
  readonly contentType: string;
}

function readEnvelope(decoding: Decoding): Envelope {
  const fields = readFields(decoding, { start: MAGIC.length, end: decoding.bytes.length });
  const type = fields.get(1);
  const typeFields = type === undefined ? new Map() : readFields(decoding, type);
  const text = (field: WireField | undefined) =>
    field === undefined ? '' : decoding.text(field.start, field.end);
  return {
    apiVersion: text(typeFields.get(1)),
    kind: text(typeFields.get(2)),
    raw: fields.get(2),
    contentEncoding: text(fields.get(3)),
    contentType: text(fields.get(4)),
  };
}

/** The fields of a message of which all are length-delimited; the first of each counts. */
function readFields(
  decoding: Decoding,
  { start, end }: { readonly start: number; readonly end: number },
): Map<number, WireField> {
  const fields = new Map<number, WireField>();
  const reader = new WireReader(decoding.bytes, start, end);
  for (let each = reader.next(); each !== undefined; each = reader.next()) {
    if ('fault' in each) decoding.fault(each);
    else if (each.wireType !== LENGTH_DELIMITED || fields.has(each.number)) {
      decoding.problem(each.offset, `field ${each.number} of the envelope is not as expected`);
    } else fields.set(each.number, each);
  }
  return fields;
}
