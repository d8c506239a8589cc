import { CommandError } from '../model/errors.js';

/** A half of a surrogate pair: what bytes that are no UTF-8 become in an argument (`model/bytes.ts`). */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Names and passwords of users and names of roles are text to etcd, which a key need not be.
 * @throws CommandError in the words of Go's gRPC, which refuses to send other bytes
 */
export function rejectInvalidUtf8(...names: readonly string[]): void {
  if (!names.some((name) => LONE_SURROGATE.test(name))) return;
  throw new CommandError(
    'rpc error: code = Internal desc = grpc: error while marshaling: string field contains invalid UTF-8',
    { reasons: ['user names, role names and passwords must be valid UTF-8'] },
  );
}
