import { GoParseError } from '../../go/parse-error.js';
import { V2AttemptError } from '../../model/v2/errors.js';
import type { V2Call, V2Health } from '../../model/v2/services.js';
import type { Connector } from './connector.js';
import { asObject } from './json.js';
import { sendFollowing } from './redirects.js';
import { parseOrigin } from './url.js';

/** Asks a member's `/health`, as `cluster-health` of etcdctl does; failures are worded as Go's http package does. */
export async function askHealth(connector: Connector, clientUrl: string, call: V2Call): Promise<V2Health> {
  const text = `${clientUrl}/health`;
  try {
    const { path, ...origin } = parseOrigin(clientUrl);
    const url = { origin: { ...origin, path }, target: `${path}/health` };
    const request = { method: 'GET', headers: {} } as const;
    const limits = { signal: call.signal, headerTimeoutMs: 0 };
    const answer = await sendFollowing(connector, { url, request }, limits);
    return isHealthy(await answer.body());
  } catch (error) {
    call.signal.throwIfAborted();
    if (error instanceof V2AttemptError) return { failure: `Get "${text}": ${error.message}` };
    if (error instanceof GoParseError || error instanceof SyntaxError || error instanceof TypeError) {
      return { failure: error.message };
    }
    throw error;
  }
}

/** Servers say it as a text or as a boolean. Throws a `SyntaxError` or `TypeError` for what is no such answer. */
function isHealthy(body: string): boolean {
  const { health } = asObject(JSON.parse(body));
  return health === 'true' || health === true;
}
