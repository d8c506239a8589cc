/**
 * The file of `export`: lines of JSON.
 *
 * 1. `{"kind":"etcdctl-export","schema":1,"clusterId":"…","revision":…,"range":{…},"time":"…"}`
 * 2. for each lease, before the first key that has it: `{"lease":"<hexadecimal>","grantedTtl":…,"ttl":…}`, in seconds; 0: it has expired
 * 3. for each key, in their order: `{"key":…,"value":…,"createRevision":…,"modRevision":…,"version":…,"lease":"…"}`
 * 4. `{"end":{"keys":…,"sha256":"…"}}`: the number of keys, and the SHA-256 of all bytes before this line
 *
 * Keys and values are text when they are valid UTF-8. Other bytes are in `keyBase64` and `valueBase64` instead.
 */
import { isUtf8 } from 'node:buffer';
import { UsageError } from '../../model/errors.js';
import type { KeyRange } from '../../model/key-range.js';
import type { KeyValue } from '../../model/messages/kv.js';
import type { LineBuffer } from './line-buffer.js';

const KIND = 'etcdctl-export';
const SCHEMA = 1;

/** How many leases the reader and the writer of an export remember: the oldest ones are forgotten, and written again when needed. */
export const MAX_KNOWN_LEASES = 50_000;

export interface ExportHeader {
  readonly clusterId: bigint;
  readonly revision: bigint;
  readonly range: KeyRange;
  readonly time: Date;
}

export interface ExportedLease {
  readonly id: bigint;
  /** Seconds; 0: the lease has expired. */
  readonly grantedTtl: bigint;
  readonly ttl: bigint;
}

/** What an import needs of a key. */
export interface ExportedKey {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** 0: none. */
  readonly lease: bigint;
}

export type ExportLine =
  | { readonly kind: 'header' }
  | { readonly kind: 'lease'; readonly lease: ExportedLease }
  | { readonly kind: 'key'; readonly record: ExportedKey }
  | { readonly kind: 'end'; readonly keys: number; readonly sha256: string };

export function addHeader(lines: LineBuffer, { clusterId, revision, range, time }: ExportHeader): void {
  lines
    .text(
      `{"kind":"${KIND}","schema":${SCHEMA},"clusterId":"${clusterId.toString(16)}","revision":${revision},`,
    )
    .text('"range":{')
    .member('key', range.key);
  if (range.rangeEnd !== undefined) lines.text(',').member('rangeEnd', range.rangeEnd);
  lines.text(`},"time":"${time.toISOString()}"}\n`);
}

export function addLease(lines: LineBuffer, { id, grantedTtl, ttl }: ExportedLease): void {
  lines.text(`{"lease":"${id.toString(16)}","grantedTtl":${grantedTtl},"ttl":${ttl}}\n`);
}

export function addKey(lines: LineBuffer, kv: KeyValue): void {
  const { key, value, createRevision, modRevision, version, lease } = kv;
  lines.text('{').member('key', key).text(',').member('value', value);
  lines.text(',"createRevision":').digits(createRevision);
  lines.text(',"modRevision":').digits(modRevision);
  lines.text(',"version":').digits(version);
  if (lease !== 0n) lines.text(`,"lease":"${lease.toString(16)}"`);
  lines.text('}\n');
}

export function endLine(keys: number, sha256: string): string {
  return `{"end":{"keys":${keys},"sha256":"${sha256}"}}\n`;
}

/** A line of the file. Throws a `UsageError` that says what is wrong with it, without its number. */
export function parseLine(bytes: Uint8Array): ExportLine {
  const line = parseObject(bytes);
  if ('kind' in line) return header(line);
  if ('end' in line) return end(line.end);
  if ('key' in line || 'keyBase64' in line) {
    const record = {
      key: bytesOf(line, 'key'),
      value: bytesOf(line, 'value'),
      lease: line.lease === undefined ? 0n : leaseId(line.lease),
    };
    if (record.key.length === 0) throw invalid('the key is empty');
    return { kind: 'key', record };
  }
  if ('lease' in line) {
    const lease = {
      id: leaseId(line.lease),
      grantedTtl: seconds(line.grantedTtl),
      ttl: line.ttl === undefined ? 0n : seconds(line.ttl),
    };
    return { kind: 'lease', lease };
  }
  throw invalid('it has no "key"');
}

type JsonObject = Readonly<Record<string, unknown>>;

function parseObject(bytes: Uint8Array): JsonObject {
  if (!isUtf8(bytes)) throw invalid('it is not UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    throw invalid('it is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('it is not an object');
  return value as JsonObject;
}

function header(line: JsonObject): ExportLine {
  if (line.kind !== KIND) throw invalid('it begins another kind of file');
  if (line.schema !== SCHEMA)
    throw invalid(`its schema is ${String(line.schema)}; this program reads ${SCHEMA}`);
  return { kind: 'header' };
}

function end(value: unknown): ExportLine {
  const { keys, sha256 } = (value ?? {}) as JsonObject;
  if (typeof keys !== 'number' || typeof sha256 !== 'string')
    throw invalid('"end" needs "keys" and "sha256"');
  return { kind: 'end', keys, sha256 };
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function bytesOf(line: JsonObject, name: string): Uint8Array {
  const text = line[name];
  const encoded = line[`${name}Base64`];
  if ((text === undefined) === (encoded === undefined))
    throw invalid(`it needs either "${name}" or "${name}Base64"`);
  if (encoded !== undefined) return base64Bytes(`${name}Base64`, encoded);
  if (typeof text !== 'string') throw invalid(`"${name}" is not text`);
  if (LONE_SURROGATE.test(text)) throw invalid(`"${name}" has half of a character`);
  return Buffer.from(text, 'utf8');
}

function base64Bytes(name: string, encoded: unknown): Uint8Array {
  if (typeof encoded === 'string') {
    const bytes = Buffer.from(encoded, 'base64');
    // Node.js skips what is not base64.
    if (bytes.toString('base64') === encoded) return bytes;
  }
  throw invalid(`"${name}" is not base64`);
}

function leaseId(value: unknown): bigint {
  if (typeof value === 'string' && /^-?[0-9a-f]{1,16}$/.test(value)) {
    return value.startsWith('-') ? -BigInt(`0x${value.slice(1)}`) : BigInt(`0x${value}`);
  }
  throw invalid('"lease" is not a hexadecimal number');
}

function seconds(value: unknown): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  throw invalid('a lease needs "grantedTtl", in seconds');
}

function invalid(why: string): UsageError {
  return new UsageError(why, 'input');
}
