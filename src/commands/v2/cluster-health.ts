import { boolFlag } from '../../cli/flags.js';
import type { V2CommandParent, V2Context } from '../../cli/v2/command.js';
import { untilInterrupted } from '../../cli/v2/interrupt.js';
import { AlreadyReportedError, UsageError } from '../../model/errors.js';
import { ExitCode } from '../../model/exit-code.js';
import { V2CallError, V2Failure } from '../../model/v2/errors.js';
import type { V2Client, V2Member } from '../../model/v2/services.js';

export interface ClusterHealthOptions {
  readonly isForever: boolean;
}

const PAUSE_MS = 10_000;

export function registerClusterHealth(parent: V2CommandParent, run = runClusterHealth): void {
  parent.command({
    name: 'cluster-health',
    summary: 'Check the health of each member',
    description: 'Exits with status 5 if the cluster is not healthy.',
    examples: ['etcdctl cluster-health'],
    flags: { forever: boolFlag(false, 'repeat the check every 10 seconds until Ctrl-C', { short: 'f' }) },
    callFailure: 'server',
    successor: 'etcdctl endpoint health --cluster',
    toOptions: (_args, { forever }): ClusterHealthOptions => ({ isForever: forever }),
    run,
  });
}

export function runClusterHealth({ isForever }: ClusterHealthOptions, context: V2Context): Promise<void> {
  return isForever ? untilInterrupted(context.signal, () => checkForever(context)) : checkOnce(context);
}

async function checkOnce(context: V2Context): Promise<void> {
  const client = await connect(context);
  const members = await listMembers(client, context);
  const isHealthy = await check(client, members, context);
  if (!isHealthy) throw new AlreadyReportedError(ExitCode.clusterNotHealthy);
}

/** The members are listed once, at the start, as in etcdctl. */
async function checkForever(context: V2Context): Promise<void> {
  const client = await connect(context);
  const members = await listMembers(client, context);
  for (;;) {
    await check(client, members, context);
    await print(context, `\nnext check after ${PAUSE_MS / 1000} second...\n\n`);
    await context.clock.sleep(PAUSE_MS, context.signal);
  }
}

/** Only in this command of etcdctl, unusable TLS files have the status of a server error. */
async function connect(context: V2Context): Promise<V2Client> {
  try {
    return await context.connect({ syncs: false });
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    throw new V2Failure(cause.message, 'server', { cause, reasons: cause.reasons });
  }
}

async function listMembers({ members }: V2Client, context: V2Context): Promise<readonly V2Member[]> {
  try {
    return await members.list({ signal: context.deadline() });
  } catch (error) {
    if (error instanceof V2CallError) {
      await print(context, 'cluster may be unhealthy: failed to list members\n');
    }
    throw error;
  }
}

/** Checks the members and prints the health of each. Returns whether all are healthy. */
async function check(client: V2Client, members: readonly V2Member[], context: V2Context): Promise<boolean> {
  let healthy = 0;
  for (const member of members) if (await checkMember(client, member, context)) healthy++;
  const isHealthy = healthy === members.length;
  const verdict = isHealthy ? 'healthy' : healthy === 0 ? 'unavailable' : 'degraded';
  await print(context, `cluster is ${verdict}\n`);
  return isHealthy;
}

/** Requests the client URLs in order, until one of them responds. */
async function checkMember(
  client: V2Client,
  { id, clientUrls }: V2Member,
  context: V2Context,
): Promise<boolean> {
  if (clientUrls.length === 0) {
    await print(context, `member ${id} is unreachable: no available published client urls\n`);
    return false;
  }
  for (const url of clientUrls) {
    const health = await requestHealth(client, url, context);
    if (typeof health === 'boolean') {
      const word = health ? 'healthy' : 'unhealthy';
      await print(context, `member ${id} is ${word}: got ${word} result from ${url}\n`);
      return health;
    }
    await print(context, `failed to check the health of member ${id} on ${url}: ${health.failure}\n`);
  }
  await print(context, `member ${id} is unreachable: [${clientUrls.join(' ')}] are all unreachable\n`);
  return false;
}

/** A member that accepts the request and does not respond is unreachable after the timeout. etcdctl waits without a limit. */
async function requestHealth(client: V2Client, url: string, context: V2Context) {
  try {
    return await client.health(url, { signal: context.deadline() });
  } catch (error) {
    if (error instanceof V2CallError) return { failure: `Get "${url}/health": ${error.message}` };
    throw error;
  }
}

function print(context: V2Context, text: string): Promise<void> {
  return context.emit({ kind: 'text', text });
}
