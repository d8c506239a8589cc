import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { boolFlag, durationFlag, type FlagValues } from '../../../cli/flags.js';
import { formatDuration } from '../../../go/duration.js';
import { CommandError, ConnectionError, UsageError } from '../../../model/errors.js';
import type { EndpointHealth } from '../../../model/results.js';
import type { Client } from '../../../model/services.js';
import { alarmProblem, probe, withEndpoint } from './probe.js';
import { type EndpointFlags, endpointsInScope } from './scope.js';

export interface EndpointHealthOptions {
  readonly wholeCluster: boolean;
  /** How long to wait for the endpoints to be healthy; 0: not. */
  readonly waitMs: number;
  /** A majority is enough. */
  readonly quorum: boolean;
}

const healthFlags = {
  wait: durationFlag(0, 'wait this long for the endpoints to be healthy', { isAddition: true }),
  quorum: boolFlag(false, 'a majority is enough: of the endpoints, or with --cluster of the voting members', {
    isAddition: true,
  }),
};

export function registerEndpointHealth(parent: CommandParent<EndpointFlags>, run = runEndpointHealth): void {
  parent.command({
    name: 'health',
    summary: 'Check the health of each endpoint',
    description: [
      'Fails if an endpoint is not healthy. With --wait, checks again and again, prints nothing until all are healthy, and fails when',
      'the time is up. An endpoint whose health is unknown, because of authentication or a certificate, is not healthy.',
    ].join('\n'),
    examples: [
      'etcdctl endpoint health --cluster',
      'etcdctl endpoint health --wait 60s',
      'etcdctl endpoint health --cluster --quorum --wait 60s -w json',
    ],
    flags: healthFlags,
    deadline: 'command-timeout',
    result: 'endpoint-health',
    toOptions: (_args, flags) => toEndpointHealthOptions(flags),
    run,
  });
}

export function toEndpointHealthOptions({
  cluster,
  wait,
  quorum,
}: FlagValues<EndpointFlags & typeof healthFlags>): EndpointHealthOptions {
  if (wait < 0) throw new UsageError('--wait must not be negative');
  return { wholeCluster: cluster, waitMs: wait, quorum };
}

export async function runEndpointHealth(
  options: EndpointHealthOptions,
  context: CommandContext,
): Promise<void> {
  const { wholeCluster, waitMs, quorum } = options;
  if (waitMs > 0 || quorum) {
    const { waitForHealth } = await import('./wait-for-health.js');
    return waitForHealth(options, context);
  }
  const endpoints = await endpointsInScope(wholeCluster, context);
  const checked = await Promise.all(endpoints.map((endpoint) => checkEndpoint(endpoint, context)));
  await context.emit({ kind: 'endpoint-health', endpoints: checked.map(({ health }) => health) });
  for (const { health, reasons } of checked) {
    for (const reason of reasons) context.notices.reason(withEndpoint(reason, health.endpoint));
  }
  if (checked.some(({ health }) => !health.isHealthy)) throw new CommandError('unhealthy cluster');
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
  const call = { signal: context.signal };
  const began = context.clock.now();
  const failure = await probe(client, call);
  const took = formatDuration(context.clock.now() - began);
  const problem = failure ?? (await alarmProblem(client, call));
  return {
    health: { endpoint, isHealthy: problem === undefined, took, error: problem?.message ?? '' },
    reasons: problem?.reasons ?? [],
  };
}
