import { Entry, EntryType } from '../../wire/records.js';
import { type Field, FieldReader } from '../message-fields.js';

/**
 * What an entry of the log asks for (etcdserverpb.InternalRaftRequest, and etcdserverpb.Request for the version 2 store, read at
 * etcd 3.5). Tags are field numbers times eight plus wire type.
 *
 * Requests to the version 2 store stand in the log as they are: an id (1), a method (2), a path (3), and more. All others are
 * messages in which field 2 would be such a request, so that both begin alike: but no method's letters are a message.
 */
const METHOD_OR_REQUEST = 2 * 8 + 2;
const PATH = 3 * 8 + 2;
/** Version 3 only. */
const HEADER = 100 * 8 + 2;
const MEMBER_ATTRIBUTES = 1301 * 8 + 2;

/** Where members say their names and client URLs. */
const MEMBER_PATH = /\/0\/members\/[0-9a-fA-F]{1,16}\/attributes/;

/**
 * The entry as a backup has it: the same, or at the same place in the log one that does nothing, as leaders write them at the
 * beginning of their term. Entries about members go, and those of version 3 unless its data comes along.
 */
export function backupEntry(entry: Entry, withVersion3: boolean): Entry {
  const { type = EntryType.EntryNormal, term, index, data } = entry;
  const isKept = type === EntryType.EntryNormal && (data === undefined || mayStay(data, withVersion3));
  return isKept ? entry : Entry.create({ type: EntryType.EntryNormal, term, index });
}

function mayStay(data: Uint8Array, withVersion3: boolean): boolean {
  const fields = fieldsOf(data);
  // No message at all: not for us to judge.
  if (fields === undefined) return true;
  const request = version2Request(data, fields);
  if (request !== undefined) return !isAboutMember(request);
  const tags = new Set(fields.map(({ tag }) => tag));
  return !tags.has(MEMBER_ATTRIBUTES) && (withVersion3 || !tags.has(HEADER));
}

/** The request to the version 2 store that the entry is, or holds. */
function version2Request(data: Uint8Array, fields: readonly Field[]): Uint8Array | undefined {
  const field = fields.find(({ tag }) => tag === METHOD_OR_REQUEST);
  if (field === undefined) return undefined;
  const contents = data.subarray(field.contents.start, field.contents.end);
  const isRequest = contents.length > 0 && fieldsOf(contents) !== undefined;
  return isRequest ? contents : data;
}

function isAboutMember(request: Uint8Array): boolean {
  const fields = fieldsOf(request) ?? [];
  const text = (tag: number) => {
    const field = fields.find((each) => each.tag === tag);
    return field === undefined
      ? ''
      : Buffer.from(request.subarray(field.contents.start, field.contents.end)).toString('utf8');
  };
  return text(METHOD_OR_REQUEST) === 'PUT' && MEMBER_PATH.test(text(PATH));
}

/** `undefined` when the bytes are no message. */
function fieldsOf(message: Uint8Array): readonly Field[] | undefined {
  const reader = new FieldReader(message, 0, message.length);
  const fields: Field[] = [];
  while (!reader.isAtEnd) {
    const field = reader.next();
    if (field === undefined) return undefined;
    fields.push(field);
  }
  return fields;
}
