import { CommandError } from '../model/errors.js';

/** Half of a surrogate pair: the escape of a byte that is not UTF-8 (`go/bytes.ts`). */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * User names, role names and passwords are strings in etcd's messages, unlike keys, which are bytes.
 * @throws CommandError with the message of grpc-go, which cannot marshal a string that is not UTF-8
 */
export function rejectInvalidUtf8(...names: readonly string[]): void {
  if (!names.some((name) => LONE_SURROGATE.test(name))) return;
  throw new CommandError(
    'rpc error: code = Internal desc = grpc: error while marshaling: string field contains invalid UTF-8',
    { reasons: ['user names, role names and passwords must be valid UTF-8'] },
  );
}
