import type { CommandContext } from '../../../cli/context.js';
import { connectToOne } from '../../../client/maintenance/connected-members.js';
import { sleep } from '../../../model/abort-signal.js';
import type { Client } from '../../../model/services.js';
import { monotonicMs } from '../../../runtime/monotonic-clock.js';
import { ask, callWithin, withoutEndpoint } from './answer.js';
import type { Answer, Place, Trouble } from './observation.js';

/** An address with the client for further questions; without one, no client could be made. */
export interface OpenPlace {
  readonly place: Place;
  readonly client: Client | undefined;
}

export interface Look {
  readonly context: CommandContext;
  readonly limitMs: number;
}

/** After the first failed attempt to connect, others may succeed within this time. */
const GRACE_MS = 600;

/** Asks one address for its status and members, for its certificate and for its metrics, all at the same time. */
export async function lookAtPlace(
  endpoint: string,
  timesGiven: number,
  { context, limitMs }: Look,
): Promise<OpenPlace> {
  const { signal: outer, inspector } = context;
  // Certificate and metrics get the shorter limit of a call: the reason for a missing answer comes from the member's status.
  const limits = { limitMs: callWithin(limitMs, outer).timeoutMs, outer };
  const [certificate, metrics, answers] = await Promise.all([
    ask((signal) => inspector.presentedCertificate(endpoint, signal), limits),
    ask((signal) => inspector.metrics(endpoint, signal), limits),
    askMember(endpoint, { context, limitMs }),
  ]);
  const { client, ...asked } = answers;
  const presented = 'trouble' in certificate ? certificate : present(certificate.value);
  return {
    client,
    place: { endpoint, timesGiven, metrics, ...asked, ...(presented && { certificate: presented }) },
  };
}

function present<Value>(value: Value | undefined): { readonly value: Value } | undefined {
  return value === undefined ? undefined : { value };
}

type MemberAnswers = Pick<Place, 'status' | 'members'> & { readonly client: Client | undefined };

async function askMember(endpoint: string, { context, limitMs }: Look): Promise<MemberAnswers> {
  const began = monotonicMs();
  const failed = new FirstFailure(context.signal);
  const limits = () => ({
    limitMs: limitMs - (monotonicMs() - began),
    outer: context.signal,
    interruption: failed.trouble,
  });
  const reporting = {
    endpoints: context.endpoints,
    connect: (...[endpoints, options]: Parameters<CommandContext['connect']>) =>
      context.connect(endpoints, options, failed),
  };
  const connected = await ask(() => connectToOne([endpoint], reporting), limits());
  if ('trouble' in connected) return { client: undefined, status: connected };
  const client = connected.value;
  const callMs = limits().limitMs;
  const [status, members] = await Promise.all([
    ask((signal) => client.maintenance.status({}, callWithin(callMs, signal)), limits()),
    ask((signal) => client.cluster.memberList({ linearizable: false }, callWithin(callMs, signal)), limits()),
  ]);
  return { client, status: betterReason(status, members), members };
}

/** A call whose deadline has passed says what the endpoint is waiting for; one that was interrupted here does not. */
function betterReason<Value>(answer: Answer<Value>, other: Answer<unknown>): Answer<Value> {
  if (!('trouble' in answer) || !('trouble' in other)) return answer;
  return answer.trouble.kind === 'silent' && other.trouble.kind === 'unreachable' ? other : answer;
}

/** Why the endpoint cannot be connected to, when the first attempts have failed. */
class FirstFailure {
  readonly trouble: Promise<Trouble>;
  #report: (reasons: readonly string[]) => void = () => undefined;

  constructor(signal: AbortSignal) {
    const reported = new Promise<readonly string[]>((resolve) => {
      this.#report = resolve;
    });
    this.trouble = reported.then(async ([reason = 'there is no connection']) => {
      await sleep(GRACE_MS, signal);
      return { kind: 'unreachable', words: withoutEndpoint(reason) };
    });
    // Nobody may be waiting any more when the command is interrupted.
    this.trouble.catch(() => undefined);
  }

  readonly reportFailures = (reasons: readonly string[]): void => this.#report(reasons);
}
