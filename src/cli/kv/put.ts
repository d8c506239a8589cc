import { bytesFromText } from '../../go/bytes.js';
import { UsageError } from '../../model/errors.js';
import type { PutRequest } from '../../model/messages/kv.js';
import { boolFlag, type FlagValues, stringFlag } from '../flags.js';
import { parseLeaseId } from '../lease-id.js';

/** The arguments of `put`, given on the command line or as a request inside a transaction. */
export interface PutOptions {
  readonly key: Uint8Array;
  /** `stdin`: to be read there; `keep`: the key's present value stays. */
  readonly value: Uint8Array | 'stdin' | 'keep';
  readonly lease: bigint;
  readonly prevKv: boolean;
  readonly ignoreLease: boolean;
}

export const putFlags = {
  lease: stringFlag('0', 'ID of the lease to attach to the key, in hexadecimal'),
  'prev-kv': boolFlag(false, 'also print the previous key-value pair'),
  'ignore-value': boolFlag(false, 'keep the current value and change only the lease'),
  'ignore-lease': boolFlag(false, 'keep the current lease and change only the value'),
};

export function toPutOptions(args: readonly string[], given: FlagValues<typeof putFlags>): PutOptions {
  const [key, value] = args;
  if (key === undefined) throw wrongPutArguments();
  if (given['ignore-value'] && value !== undefined) {
    throw new UsageError("put command needs only 1 argument when 'ignore-value' is set");
  }
  return {
    key: bytesFromText(key),
    value: given['ignore-value'] ? 'keep' : value === undefined ? 'stdin' : bytesFromText(value),
    lease: parseLeaseId(given.lease, 'lease ID'),
    prevKv: given['prev-kv'],
    ignoreLease: given['ignore-lease'],
  };
}

/** There is no key, or no value where one was to come from. */
export function wrongPutArguments(reasons: readonly string[] = []): UsageError {
  const message = 'put command needs 1 argument and input from stdin or 2 arguments';
  return new UsageError(message, 'arguments', { reasons });
}

export function toPutRequest(options: PutOptions, value: Uint8Array): PutRequest {
  return {
    key: options.key,
    value,
    lease: options.lease,
    prevKv: options.prevKv,
    ignoreValue: options.value === 'keep',
    ignoreLease: options.ignoreLease,
  };
}
