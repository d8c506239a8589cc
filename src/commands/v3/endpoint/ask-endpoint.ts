import type { CommandContext } from '../../../cli/context.js';
import { type Failure, ServerError } from '../../../model/errors.js';
import type { Client } from '../../../model/services.js';

/** What one endpoint gave: its answer, or why there is none. */
export type EndpointAnswer<Response> =
  | { readonly endpoint: string; readonly response: Response }
  | { readonly endpoint: string; readonly failure: Failure };

/**
 * Asks one endpoint over a connection of its own. A call that fails is an answer like any other; a refused login or an unusable
 * certificate rejects, for then the user has to act first.
 */
export async function askEndpoint<Response>(
  endpoint: string,
  context: CommandContext,
  ask: (client: Client) => Promise<Response>,
): Promise<EndpointAnswer<Response>> {
  const client = await context.connect([endpoint]);
  try {
    return { endpoint, response: await ask(client) };
  } catch (failure) {
    if (!(failure instanceof ServerError)) throw failure;
    return { endpoint, failure };
  } finally {
    client.close();
  }
}

/** Says what failed on stderr, `what` being the thing asked for, and gives the answers there are with the last failure. */
export function sortAnswers<Response>(
  answers: readonly EndpointAnswer<Response>[],
  what: string,
  context: CommandContext,
): { answered: { endpoint: string; response: Response }[]; lastFailure: Failure | undefined } {
  const answered: { endpoint: string; response: Response }[] = [];
  let lastFailure: Failure | undefined;
  for (const answer of answers) {
    if ('response' in answer) {
      answered.push(answer);
      continue;
    }
    const { endpoint, failure } = answer;
    lastFailure = failure;
    for (const reason of failure.reasons) context.notices.line(reason);
    context.notices.line(`Failed to get the ${what} of endpoint ${endpoint} (${failure.message})`);
  }
  return { answered, lastFailure };
}
