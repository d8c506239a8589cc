import type { CommandContext } from '../../../cli/context.js';
import { type Failure, ServerError } from '../../../model/errors.js';
import type { Client } from '../../../model/services.js';

/** The outcome of a call to one endpoint. */
export type EndpointOutcome<Response> =
  | { readonly endpoint: string; readonly response: Response }
  | { readonly endpoint: string; readonly failure: Failure };

/**
 * Makes a call to one endpoint over its own connection. A failed call is a part of the outcome. Rejects when authentication fails or
 * a certificate is unusable: these would fail at every endpoint.
 */
export async function callEndpoint<Response>(
  endpoint: string,
  context: CommandContext,
  call: (client: Client) => Promise<Response>,
): Promise<EndpointOutcome<Response>> {
  const client = await context.connect([endpoint]);
  try {
    return { endpoint, response: await call(client) };
  } catch (failure) {
    if (!(failure instanceof ServerError)) throw failure;
    return { endpoint, failure };
  } finally {
    client.close();
  }
}

/**
 * Prints the failures on stderr, and returns the responses and the last failure.
 * @param what the thing that was requested, for the messages
 */
export function reportFailures<Response>(
  outcomes: readonly EndpointOutcome<Response>[],
  what: string,
  context: CommandContext,
): { responses: { endpoint: string; response: Response }[]; lastFailure: Failure | undefined } {
  const responses: { endpoint: string; response: Response }[] = [];
  let lastFailure: Failure | undefined;
  for (const outcome of outcomes) {
    if ('response' in outcome) {
      responses.push(outcome);
      continue;
    }
    const { endpoint, failure } = outcome;
    lastFailure = failure;
    for (const reason of failure.reasons) context.notices.reason(reason);
    context.notices.line(`Failed to get the ${what} of endpoint ${endpoint} (${failure.message})`);
  }
  return { responses, lastFailure };
}
