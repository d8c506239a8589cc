import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { intFlag } from '../../cli/flags.js';
import { awaitHead, keyIsGone, type QueueHead } from '../../client/concurrency/queue.js';
import { holdUntilAborted, type Session, withSession } from '../../client/concurrency/session.js';
import { textFromBytes } from '../../go/bytes.js';
import { processStateText } from '../../go/process-state.js';
import { linkSignals } from '../../model/abort-signal.js';
import { ChildFailedError, CommandError, type Failure, UsageError } from '../../model/errors.js';
import { SignalReceivedError } from '../../term/signals.js';

/** The TTL of the session when `--ttl` is not above 0 (client/v3/concurrency/session.go `defaultSessionTTL`). */
const DEFAULT_TTL_SECONDS = 60;

/** Go's exit code for a process that a signal ended is -1; as an exit status of this process, it is 255. */
const ENDED_BY_SIGNAL = 255;

export interface LockOptions {
  readonly name: string;
  /** The program to run under the lock, and its arguments; empty: hold the lock until SIGINT or SIGTERM. */
  readonly command: readonly string[];
  readonly ttlSeconds: number;
}

const flags = {
  ttl: intFlag(10, 'TTL of the session in seconds; the lock expires with it if etcdctl dies'),
};

export function registerLock(parent: CommandParent, run = runLock): void {
  parent.command({
    name: 'lock',
    group: 'concurrency',
    usage: '<lockname> [exec-command arg1 arg2 ...]',
    summary: 'Acquire a lock and hold it, optionally while a command runs',
    description: [
      'Without a command, prints the key of the lock and holds it until SIGINT or SIGTERM.',
      'The environment of the command has the key of the lock in ETCD_LOCK_KEY and the revision of the store in ETCD_LOCK_REV.',
      'etcdctl exits with the exit code of the command. If the lock is lost, the command is terminated with SIGTERM, later SIGKILL.',
      'Write -- before a command that has flags.',
    ].join('\n'),
    examples: ['etcdctl lock backup', 'etcdctl lock backup -- tar -cf /backup.tar /data'],
    flags,
    deadline: 'none',
    toOptions(args, given): LockOptions {
      const [name, ...command] = args;
      if (name === undefined) {
        throw new UsageError('lock takes a lock name argument and an optional command to execute');
      }
      return { name, command, ttlSeconds: given.ttl > 0 ? given.ttl : DEFAULT_TTL_SECONDS };
    },
    run,
  });
}

export async function runLock(options: LockOptions, context: CommandContext): Promise<void> {
  const { name, command, ttlSeconds } = options;
  const { signal, clock, notices } = context;
  const client = await context.connect();
  const lease = {
    ttlSeconds,
    lostMessage: 'session expired',
    signal,
    clock,
    onUnconfirmed: notices.line,
  };
  await withSession(client, lease, async (session) => {
    const contender = { name, session, value: new Uint8Array(0) };
    const head = await awaitHead(client, contender, { signal, clock, onInterrupted: notices.line });
    if (head.response.kvs.length === 0) {
      throw new CommandError(head.hasWaited ? 'mutex: session is expired' : 'lock lost on init', {
        reasons: [keyIsGone(head)],
      });
    }
    if (command.length > 0) await runUnderLock(command, { head, session }, context);
    else {
      await context.emit({ kind: 'range', response: head.response, view: FULL_VIEW });
      await holdUntilAborted(signal, session);
    }
  });
}

const FULL_VIEW = { keysOnly: false, countOnly: false, valuesOnly: false };

/**
 * Runs the command under the lock. SIGINT and SIGTERM that only this process receives are not forwarded, as in etcdctl: the lock is
 * released when the command exits. SIGHUP ends the command too, because its terminal is gone. The loss of the lock ends the command.
 */
async function runUnderLock(
  [program = '', ...args]: readonly string[],
  { head, session }: { readonly head: QueueHead; readonly session: Session },
  context: CommandContext,
): Promise<void> {
  const env = { ETCD_LOCK_KEY: textFromBytes(head.key), ETCD_LOCK_REV: `${head.revision}` };
  const { signal } = context;
  const childSignal = linkSignals(session.lost);
  const forwardHangUp = () => isHangUp(signal) && childSignal.abort(signal.reason);
  signal.addEventListener('abort', forwardHangUp);
  forwardHangUp();
  const status = await context.runChild(program, args, { env, signal: childSignal.signal });
  signal.removeEventListener('abort', forwardHangUp);
  childSignal.release();
  if (isHangUp(signal)) throw signal.reason;
  if (session.lost.aborted) {
    const { message, reasons } = session.lost.reason as Failure;
    throw new CommandError(message, {
      reasons: [...reasons, 'the lock was lost: the command was terminated'],
    });
  }
  if (status.exitCode !== 0)
    throw new ChildFailedError(processStateText(status), status.exitCode ?? ENDED_BY_SIGNAL);
}

function isHangUp({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof SignalReceivedError && reason.signal === 'SIGHUP';
}
