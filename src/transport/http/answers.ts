import { V2ApiMissingError, V2CallError } from '../../model/v2/errors.js';
import type { ClusterAnswer, WholeAnswer } from './cluster.js';
import { asObject, type JsonObject, parseExactJson } from './json.js';

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
  return new V2CallError('the answer is not the JSON that a server of the version 2 API gives', { cause });
}
