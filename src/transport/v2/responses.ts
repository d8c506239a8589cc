import { V2ApiMissingError, V2CallError } from '../../model/v2/errors.js';
import type { BufferedResponse, ClusterResponse } from './cluster.js';

/**
 * Rejects the 404 of a server without the version 2 API. The API's own 404, for a missing key, is JSON.
 * @throws V2ApiMissingError
 */
export function requireV2Api({ status, endpoint, header }: BufferedResponse | ClusterResponse): void {
  if (status === 404 && !header('content-type').startsWith('application/json')) {
    throw new V2ApiMissingError(endpoint);
  }
}

/** Throws a `V2CallError` with client/v2's message unless the status is one of `wanted`. */
export function requireStatus({ status }: BufferedResponse, ...wanted: readonly number[]): void {
  if (!wanted.includes(status)) throw new V2CallError(`unexpected status code ${status}`);
}

/** Parses the response as a JSON object. Throws `invalid` when it is not JSON or has another shape (a TypeError of `toValue`). */
export function read<Value>(
  response: Pick<BufferedResponse, 'text'>,
  toValue: (object: JsonObject) => Value,
  invalid: (cause: unknown) => V2CallError = notJson,
): Value {
  try {
    return toValue(asObject(parseExactJson(response.text)));
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof TypeError) throw invalid(cause);
    throw cause;
  }
}

function notJson(cause: unknown): V2CallError {
  return new V2CallError('the response is not JSON of the version 2 API', { cause });
}

/** Like JSON.parse, but integers of 16 digits or more, which doubles can round, become strings of digits. */
export function parseExactJson(text: string): unknown {
  return JSON.parse(LONG_NUMBER.test(text) ? text.replace(STRING_OR_LONG_NUMBER, quoteNumber) : text);
}

const LONG_NUMBER = /[:,[]\s*-?\d{16}/;
const STRING_OR_LONG_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d{16,}(?![\d.eE])/gs;

function quoteNumber(part: string): string {
  return part.startsWith('"') ? part : `"${part}"`;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** The value as an object; throws a `TypeError` for anything else. */
export function asObject(value: unknown): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new TypeError('not a JSON object');
}

/** A missing value is read as empty, as in Go. Throws a `TypeError` for another type. The same holds for the functions below. */
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

export function asBoolean(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw new TypeError('not a JSON boolean');
}

/** An exact integer, from a value of `parseExactJson`. */
export function asInteger(value: unknown): bigint {
  if (value === undefined || value === null) return 0n;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d{16,}$/.test(value)) return BigInt(value);
  throw new TypeError('not a JSON integer');
}

/** The error for a response whose JSON has the reason in `message`. */
export function serverMessageError(response: BufferedResponse): V2CallError {
  return read(response, ({ message }) => new V2CallError(asText(message)));
}
