import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { formatDuration } from '../../../go/duration.js';
import { CommandError, ConnectionError, Failure, isEtcdError } from '../../../model/errors.js';
import { AlarmAction, AlarmType } from '../../../model/messages/maintenance.js';
import type { EndpointHealth } from '../../../model/results.js';
import type { Client } from '../../../model/services.js';
import { type EndpointFlags, endpointsInScope } from './scope.js';

/** The key of the probe; any key works. A response, even `permission denied`, shows that the member took part in consensus. */
const PROBE_KEY = Buffer.from('health');

const ALARM_NAMES: Readonly<Record<number, string>> = {
  [AlarmType.noSpace]: 'NOSPACE',
  [AlarmType.corrupt]: 'CORRUPT',
};

export interface EndpointHealthOptions {
  readonly wholeCluster: boolean;
}

export function registerEndpointHealth(parent: CommandParent<EndpointFlags>, run = runEndpointHealth): void {
  parent.command({
    name: 'health',
    summary: 'Check the health of each endpoint',
    description: 'Fails if an endpoint is not healthy.',
    examples: ['etcdctl endpoint health --cluster'],
    flags: {},
    deadline: 'command-timeout',
    result: 'endpoint-health',
    toOptions: (_args, flags): EndpointHealthOptions => ({ wholeCluster: flags.cluster }),
    run,
  });
}

export async function runEndpointHealth(
  { wholeCluster }: EndpointHealthOptions,
  context: CommandContext,
): Promise<void> {
  const endpoints = await endpointsInScope(wholeCluster, context);
  const checked = await Promise.all(endpoints.map((endpoint) => checkEndpoint(endpoint, context)));
  await context.emit({ kind: 'endpoint-health', endpoints: checked.map(({ health }) => health) });
  for (const { health, reasons } of checked) {
    for (const reason of reasons) context.notices.reason(withEndpoint(reason, health.endpoint));
  }
  if (checked.some(({ health }) => !health.isHealthy)) throw new CommandError('unhealthy cluster');
}

/** Adds the endpoint to a reason, unless the reason has it already. */
function withEndpoint(reason: string, endpoint: string): string {
  return reason.startsWith(`${endpoint}: `) ? reason : `${endpoint}: ${reason}`;
}

interface CheckedEndpoint {
  readonly health: EndpointHealth;
  readonly reasons: readonly string[];
}

async function checkEndpoint(endpoint: string, context: CommandContext): Promise<CheckedEndpoint> {
  let client: Client;
  try {
    client = await context.connect([endpoint]);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    return { health: { endpoint, isHealthy: false, took: '', error: error.message }, reasons: error.reasons };
  }
  const began = context.clock.now();
  const failure = await probe(client, context.signal);
  const took = formatDuration(context.clock.now() - began);
  const problem = failure ?? (await alarmProblem(client, context.signal));
  return {
    health: { endpoint, isHealthy: problem === undefined, took, error: problem?.message ?? '' },
    reasons: problem?.reasons ?? [],
  };
}

type Problem = Pick<Failure, 'message' | 'reasons'>;

/** Settles with the failure of the probe. `permission denied` is not a failure: the request went through consensus. */
async function probe(client: Client, signal: AbortSignal): Promise<Problem | undefined> {
  try {
    await client.kv.range({ key: PROBE_KEY }, { signal });
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return isEtcdError(error, 'permissionDenied') ? undefined : error;
  }
}

async function alarmProblem(client: Client, signal: AbortSignal): Promise<Problem | undefined> {
  try {
    const { alarms } = await client.maintenance.alarm({ action: AlarmAction.get }, { signal });
    if (alarms.length === 0) return undefined;
    const names = alarms.map(({ alarm }) => `${ALARM_NAMES[alarm] ?? 'UNKNOWN'} `);
    return { message: `Active Alarm(s): ${names.join('')}`, reasons: [] };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { message: 'Unable to fetch the alarm list', reasons: [error.message, ...error.reasons] };
  }
}
