import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { boolFlag } from '../../../cli/flags.js';
import { keepLeaseAlive, type LeaseLoss } from '../../../client/lease-keeper.js';
import { linkSignals } from '../../../model/abort-signal.js';
import { CommandError, type Failure, ServerError } from '../../../model/errors.js';
import type { LeaseKeepAliveResponse } from '../../../model/messages/lease.js';
import type { LeaseService } from '../../../model/services.js';
import { leaseIdHex } from '../../../printers/id.js';
import { leaseIdArgument } from '../../kv/lease-id.js';
import { asConnectionError } from './failures.js';

/** The default dial timeout plus one second (client/v3/lease.go `firstKeepAliveTimeout`). */
const FIRST_RESPONSE_MS = 3000;

interface LeaseKeepAliveOptions {
  readonly id: bigint;
  readonly isOnce: boolean;
}

const flags = {
  once: boolFlag(false, 'renew the lease once and exit'),
};

export function registerLeaseKeepAlive(parent: CommandParent, run = runLeaseKeepAlive): void {
  parent.command({
    name: 'keep-alive',
    usage: '<leaseID>',
    summary: 'Renew a lease until interrupted',
    description:
      'Ends with status 1 when the lease is lost: when the server does not have it, or no server has renewed it for its TTL.',
    examples: [
      'etcdctl lease keep-alive 694d77aa9e38260f',
      '# Renew the lease once',
      'etcdctl lease keep-alive 694d77aa9e38260f --once',
    ],
    flags,
    deadline: 'none',
    result: 'lease-keep-alive',
    toOptions: (args, given): LeaseKeepAliveOptions => ({
      id: leaseIdArgument(args, 'lease keep-alive command needs lease ID as argument'),
      isOnce: given.once,
    }),
    run,
  });
}

export async function runLeaseKeepAlive(
  options: LeaseKeepAliveOptions,
  context: CommandContext,
): Promise<void> {
  const { lease } = await context.connect();
  if (options.isOnce) await keepAliveOnce(lease, options.id, context);
  else await keepAlive(lease, options.id, context);
}

async function keepAliveOnce(lease: LeaseService, id: bigint, context: CommandContext): Promise<void> {
  const last = { text: '', at: 0n };
  const renewal = renewOnce(lease, id, {
    ...context,
    onRetry(error) {
      const text = failureText(error);
      const at = context.clock.now();
      if (text === last.text && at - last.at < REPEAT_NS) return;
      context.notices.line(`${text}; trying again`);
      Object.assign(last, { text, at });
    },
  });
  const response = await renewal.catch((error: unknown) => {
    throw asConnectionError(error);
  });
  await context.emit({ kind: 'lease-keep-alive', response });
}

/** Renews the lease until it is lost, and then fails. (etcdctl ends with 0: whoever relies on the lease would not notice.) */
async function keepAlive(lease: LeaseService, id: bigint, context: CommandContext): Promise<void> {
  const linked = linkSignals(context.signal);
  let printed = Promise.resolve();
  const loss = await keepLeaseAlive(lease, id, {
    clock: context.clock,
    signal: linked.signal,
    firstResponseMs: FIRST_RESPONSE_MS,
    onRenewed(response) {
      printed = printed.then(() => context.emit({ kind: 'lease-keep-alive', response })).catch(linked.abort);
    },
  }).finally(linked.release);
  await printed;
  if (context.format === 'simple') {
    await context.emit({ kind: 'text', text: `lease ${leaseIdHex(id)} expired or revoked.\n` });
  }
  throw lossOf(loss, context.endpoints);
}

function lossOf(loss: LeaseLoss, endpoints: readonly string[]): CommandError {
  if (loss.kind === 'gone') {
    const reasons = ['the server does not know the lease: it has expired, was revoked, or never existed'];
    return new CommandError('the lease is lost', { reasons });
  }
  const { failure } = loss;
  const why = failure ? failureText(failure) : `no response from ${endpoints.join(', ')}`;
  const reasons = [`no server confirmed the lease in time: ${why}`];
  return new CommandError('the lease may be lost', { reasons, ...(failure && { cause: failure }) });
}

function failureText({ reasons, message }: Failure): string {
  return [...reasons, message].join('; ');
}

/** The same failure is printed again after this time. */
const REPEAT_NS = 5_000_000_000n;

/** The pause before a retry. */
const RETRY_MS = 500;

/**
 * Renews a lease once. Calls `onRetry` for errors such as an unreachable server, and retries without a limit (client/v3/lease.go
 * `KeepAliveOnce`, 3.7.1, which retries without a pause). Rejects with a `ServerError` for other errors, which are those of etcd (`no
 * leader` too) and a lease that does not exist, or with the signal's reason.
 */
async function renewOnce(
  { leaseKeepAlive }: Pick<LeaseService, 'leaseKeepAlive'>,
  id: bigint,
  {
    clock,
    signal,
    onRetry,
  }: Pick<CommandContext, 'clock' | 'signal'> & { onRetry(error: ServerError): void },
): Promise<LeaseKeepAliveResponse> {
  for (;;) {
    try {
      const response = await firstOf(leaseKeepAlive(singleRequest({ id }), { signal }));
      if (response.ttl > 0n) return response;
      throw new ServerError('etcdserver: requested lease not found', 'NotFound');
    } catch (error) {
      if (!(error instanceof ServerError && error.canResume && !error.isOfEtcd)) throw error;
      onRetry(error);
    }
    await clock.sleep(RETRY_MS, signal);
  }
}

async function firstOf<Item>(items: AsyncIterable<Item>): Promise<Item> {
  for await (const item of items) return item;
  throw new ServerError('EOF', 'Unknown');
}

async function* singleRequest<Item>(item: Item): AsyncGenerator<Item, void, undefined> {
  yield item;
}
