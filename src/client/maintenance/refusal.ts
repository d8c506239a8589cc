/** What a server refuses: the login, or maintenance, which permissions for keys do not allow. A learner refuses both to everybody. */
import { CommandError, ConnectionError, type Failure, isEtcdError, ServerError } from '../../model/errors.js';

/** The server's error when it has refused the user; `undefined` for any other failure. */
export function refusalIn(error: unknown): ServerError | undefined {
  const isLogin = error instanceof ConnectionError;
  const failure = isLogin ? error.cause : error;
  if (!(failure instanceof ServerError && failure.isOfEtcd)) return undefined;
  const isOfUser = (['permissionDenied', 'anonymous', 'unknownUser'] as const).some((name) =>
    isEtcdError(failure, name),
  );
  return isLogin || isOfUser ? failure : undefined;
}

/** Whether the member has refused the call, or the login, because it is a learner. */
export function isRefusedByLearner(error: unknown): boolean {
  return isEtcdError(error instanceof ConnectionError ? error.cause : error, 'notForLearners');
}

/** What to do about it, where the general hint for the server's message does not say it. */
export function refusalHints(refusal: Failure): readonly string[] {
  if (isEtcdError(refusal, 'permissionDenied')) {
    return [
      'the user lacks the role root: give --user with one who has it, or grant it, as root: etcdctl user grant-role NAME root',
    ];
  }
  // Without a login, the name in the certificate is the user.
  if (isEtcdError(refusal, 'unknownUser')) {
    return ['the cluster knows no user with the name (CN) of the client certificate: give --user NAME'];
  }
  return [];
}

/** The error of a command that ends because of it. The general hint is printed for its cause. */
export function refusedError(
  message: string,
  refusal: ServerError,
  reasons: readonly string[] = [],
): CommandError {
  const hints = refusalHints(refusal);
  return new CommandError(message, {
    reasons: [...reasons, ...hints],
    ...(hints.length === 0 && { cause: refusal }),
  });
}
