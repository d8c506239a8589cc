import { bytesFromText, textFromBytes } from '../../go/bytes.js';
import { quoteGo } from '../../go/quote.js';
import type { BucketRecord, RecordedRevision } from '../../model/file-reports.js';
import type { Permission } from '../../model/messages/auth.js';
import { permissionTypeName } from '../enum-names.js';
import { leaseIdHex } from '../id.js';

/** The line that etcd-dump-db prints for the record (tools/etcd-dump-db/backend.go, v3.7.1). */
export function bucketRecordText(record: BucketRecord): string {
  switch (record.kind) {
    case 'raw':
      return pair(record.key, quoteGo(record.value));
    case 'number':
      return pair(record.key, record.value.toString());
    case 'revision':
      return pair(record.key, `{${record.value.main} ${record.value.sub}}`);
    case 'bytes':
      return pair(record.key, `[${record.value.join(' ')}]`);
    case 'change':
      return `rev=${historyKey(record.revision, record.isTombstone)}, value=[${changeText(record)}]`;
    case 'lease': {
      const { id, ttl, remainingTtl } = record;
      return `lease ID=${leaseIdHex(id)}, TTL=${ttl}s, remaining TTL=${remainingTtl}s`;
    }
    case 'role':
      return `role=${quoteGo(record.name)}, keyPermission=[${record.permissions.map(permissionText).join(' ')}]`;
    case 'user':
      return `user=${quoteGo(record.name)}, roles=[${record.roles.map(quoted).join(' ')}], option=${optionsText(record)}`;
  }
}

function pair(key: Uint8Array, value: string): string {
  return `key=${quoteGo(key)}, value=${value}`;
}

function historyKey({ main, sub }: RecordedRevision, isTombstone: boolean): string {
  return `{Revision:{Main:${main} Sub:${sub}} tombstone:${isTombstone}}`;
}

function changeText(record: Extract<BucketRecord, { kind: 'change' }>): string {
  const { key, value, createRevision, modRevision, version } = record;
  return [
    `key ${quoteGo(key)}`,
    `val ${quoteGo(value)}`,
    `created ${createRevision}`,
    `mod ${modRevision}`,
    `ver ${version}`,
  ].join(' | ');
}

/** Go's text form of the message. Builds of etcd-dump-db separate fields by one space or by two; here it is one. */
function permissionText({ permType, key, rangeEnd }: Permission): string {
  const fields: string[] = [];
  if (permType !== 0) fields.push(`permType:${permissionTypeName(permType)}`);
  if (key.length > 0) fields.push(`key:${quoteProtobufText(key)}`);
  if (rangeEnd.length > 0) fields.push(`range_end:${quoteProtobufText(rangeEnd)}`);
  return fields.join(' ');
}

function optionsText({ options }: Extract<BucketRecord, { kind: 'user' }>): string {
  if (options === undefined) return '<nil>';
  return options.noPassword ? 'no_password:true' : '';
}

function quoted(text: string): string {
  return quoteGo(bytesFromText(text));
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is escaped
const ESCAPED = /["\\\x00-\x1f\x7f-\x9f]|[\udc80-\udcff]/gu;

/** Bytes as protobuf's text format quotes them: less is escaped than by Go (protobuf-go v1.36.11, appendString). */
function quoteProtobufText(bytes: Uint8Array): string {
  return `"${textFromBytes(bytes).replace(ESCAPED, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  const [byte = 0, ...more] = bytesFromText(character);
  if (more.length > 0) return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return ESCAPES[character] ?? `\\x${byte.toString(16).padStart(2, '0')}`;
}
