import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { parseInt64 } from '../../../go/number.js';
import { GoParseError } from '../../../go/parse-error.js';
import { UsageError } from '../../../model/errors.js';
import type { LeaseGrantRequest } from '../../../model/messages/lease.js';
import { asFailureTo } from './failures.js';

export interface LeaseGrantOptions {
  readonly ttlSeconds: bigint;
}

export function registerLeaseGrant(parent: CommandParent, run = runLeaseGrant): void {
  parent.command({
    name: 'grant',
    usage: '<ttl>',
    summary: 'Grant a lease',
    description: 'The TTL is in seconds. When the lease expires, its keys are deleted.',
    examples: [
      '# Grant a lease of 60 seconds and attach a key to it',
      'etcdctl lease grant 60',
      'etcdctl put session/1 host-a --lease=694d77aa9e38260f',
    ],
    flags: {},
    deadline: 'command-timeout',
    result: 'lease-grant',
    toOptions(args): LeaseGrantOptions {
      const [ttl] = args;
      if (ttl === undefined || args.length > 1) {
        throw new UsageError('lease grant command needs TTL argument');
      }
      return { ttlSeconds: parseTtl(ttl) };
    },
    run,
  });
}

function parseTtl(text: string): bigint {
  try {
    return parseInt64(text, 10);
  } catch (cause) {
    if (!(cause instanceof GoParseError)) throw cause;
    throw new UsageError(`bad TTL (${cause.message})`, 'arguments', {
      cause,
      reasons: ['the TTL must be an integer number of seconds'],
    });
  }
}

/** The request has no id: the server chooses one. */
export function toLeaseGrantRequest({ ttlSeconds }: LeaseGrantOptions): LeaseGrantRequest {
  return { ttl: ttlSeconds };
}

export async function runLeaseGrant(options: LeaseGrantOptions, context: CommandContext): Promise<void> {
  const { lease } = await context.connect();
  const call = lease.leaseGrant(toLeaseGrantRequest(options), { signal: context.signal });
  const response = await call.catch((error: unknown) => {
    throw asFailureTo('grant lease', error);
  });
  await context.emit({ kind: 'lease-grant', response });
}
