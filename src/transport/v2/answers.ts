import { V2ApiMissingError, V2CallError } from '../../model/v2/errors.js';
import type { ClusterAnswer, WholeAnswer } from './cluster.js';

/**
 * Refuses the answer of a server that knows no such path: the version 2 API answers in JSON, also that there is no such key.
 * @throws V2ApiMissingError
 */
export function requireV2Api({ status, endpoint, header }: WholeAnswer | ClusterAnswer): void {
  if (status === 404 && !header('content-type').startsWith('application/json')) {
    throw new V2ApiMissingError(endpoint);
  }
}

/** Throws a `V2CallError` in client/v2's words unless the status is one of those. */
export function requireStatus({ status }: WholeAnswer, ...wanted: readonly number[]): void {
  if (!wanted.includes(status)) throw new V2CallError(`unexpected status code ${status}`);
}

/** Reads the answer's JSON object; what is none, or is of another shape, becomes the given error. */
export function read<Value>(
  answer: Pick<WholeAnswer, 'text'>,
  toValue: (object: JsonObject) => Value,
  invalid: (cause: unknown) => V2CallError = notJson,
): Value {
  try {
    return toValue(asObject(parseExactJson(answer.text)));
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof TypeError) throw invalid(cause);
    throw cause;
  }
}

function notJson(cause: unknown): V2CallError {
  return new V2CallError('the response is not JSON of the version 2 API', { cause });
}

/** A JSON text in which whole numbers of more than 15 digits, which doubles would round, are strings of digits. */
export function parseExactJson(text: string): unknown {
  return JSON.parse(LONG_NUMBER.test(text) ? text.replace(STRING_OR_LONG_NUMBER, quoteNumber) : text);
}

const LONG_NUMBER = /[:,[]\s*-?\d{16}/;
const STRING_OR_LONG_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d{16,}(?![\d.eE])/gs;

function quoteNumber(part: string): string {
  return part.startsWith('"') ? part : `"${part}"`;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** The value as an object; throws a `TypeError` when it is none. */
export function asObject(value: unknown): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new TypeError('not a JSON object');
}

/** What is missing counts as empty, as it does in Go; the same holds below. Throws a `TypeError` for another type. */
export function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw new TypeError('not a JSON string');
}

export function asTexts(value: unknown): string[] {
  return asArray(value).map(asText);
}

export function asArray(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw new TypeError('not a JSON array');
}

export function asFlag(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw new TypeError('not a JSON boolean');
}

/** A whole number, exact (`parseExactJson`). */
export function asInteger(value: unknown): bigint {
  if (value === undefined || value === null) return 0n;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d{16,}$/.test(value)) return BigInt(value);
  throw new TypeError('not a JSON integer');
}
