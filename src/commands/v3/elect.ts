import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { boolFlag } from '../../cli/flags.js';
import { observeLeaders } from '../../client/concurrency/election.js';
import { awaitHead, keyIsGone } from '../../client/concurrency/queue.js';
import { holdUntilAborted, withSession } from '../../client/concurrency/session.js';
import { bytesFromText } from '../../go/bytes.js';
import { CommandError, isEtcdError, ServerError, UsageError } from '../../model/errors.js';

/** The TTL of the session (client/v3/concurrency/session.go `defaultSessionTTL`). */
const TTL_SECONDS = 60;

const SESSION_EXPIRED = 'elect: session expired';

export interface ElectOptions {
  readonly name: string;
  /** `undefined`: observe without campaigning. */
  readonly proposal: Uint8Array | undefined;
}

const flags = {
  listen: boolFlag(false, 'observe the leaders without campaigning', { short: 'l' }),
};

export function registerElect(parent: CommandParent, run = runElect): void {
  parent.command({
    name: 'elect',
    group: 'concurrency',
    usage: '<election-name> [proposal]',
    summary: 'Campaign in a leader election, or observe it',
    description:
      'When elected, prints the key and the proposal, and remains leader until SIGINT or SIGTERM. Fails when the key is deleted while it waits, and when its lease is lost.',
    examples: [
      'etcdctl elect scheduler host-a',
      '# Print the current leader and each one that follows',
      'etcdctl elect scheduler --listen',
    ],
    flags,
    deadline: 'none',
    result: 'range',
    toOptions(args, given): ElectOptions {
      const [name, proposal] = args;
      if (name === undefined || args.length > 2) {
        throw new UsageError('elect takes one election name argument and an optional proposal argument');
      }
      if (proposal === undefined && !given.listen) {
        throw new UsageError('no proposal argument but -l not set');
      }
      if (proposal !== undefined && given.listen) {
        throw new UsageError('proposal given but -l is set');
      }
      return { name, proposal: proposal === undefined ? undefined : bytesFromText(proposal) };
    },
    run,
  });
}

export async function runElect({ name, proposal }: ElectOptions, context: CommandContext): Promise<void> {
  if (proposal === undefined) await listen(name, context);
  else await campaign(name, proposal, context);
}

const FULL_VIEW = { keysOnly: false, countOnly: false, valuesOnly: false };

/** Waits to be elected, prints the leader key, and remains leader until the signal aborts or the session is lost. */
async function campaign(name: string, value: Uint8Array, context: CommandContext): Promise<void> {
  const { signal, clock, notices } = context;
  const client = await context.connect();
  const lease = {
    ttlSeconds: TTL_SECONDS,
    lostMessage: SESSION_EXPIRED,
    signal,
    clock,
    onUnconfirmed: notices.line,
  };
  await withSession(client, lease, async (session) => {
    const head = await awaitHead(
      client,
      { name, session, value },
      { signal, clock, onInterrupted: notices.line },
    );
    // etcdctl prints nothing then, and believes that it leads.
    if (head.response.kvs.length === 0)
      throw new CommandError(SESSION_EXPIRED, { reasons: [keyIsGone(head)] });
    await context.emit({ kind: 'range', response: head.response, view: FULL_VIEW });
    await holdUntilAborted(signal, session);
  });
}

/** Prints each leader until the signal aborts; then it resolves. */
async function listen(name: string, context: CommandContext): Promise<void> {
  const { signal, clock, notices } = context;
  const client = await context.connect();
  try {
    for await (const response of observeLeaders(client, name, {
      signal,
      clock,
      onInterrupted: notices.line,
    })) {
      await context.emit({ kind: 'range', response, view: FULL_VIEW });
    }
  } catch (error) {
    if (context.signal.aborted) return;
    if (!(error instanceof ServerError)) throw error;
    // etcdctl grants a lease before it observes. These errors already come from that call, with another message.
    if (isEtcdError(error, 'anonymous') || isEtcdError(error, 'unknownToken')) throw error;
    const reasons = [...error.reasons, error.message];
    throw new CommandError('elect: observer lost', { cause: error, reasons });
  }
}
