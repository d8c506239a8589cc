import { GoParseError } from '../../go/parse-error.js';
import { V2AttemptError, V2CallError } from '../../model/v2/errors.js';
import type { V2Call, V2Health, V2Member, V2MembersService } from '../../model/v2/services.js';
import {
  asArray,
  asObject,
  asText,
  asTexts,
  type JsonObject,
  read,
  requireStatus,
  requireV2Api,
} from './answers.js';
import { type Action, type HttpCluster, sendFollowing, type WholeAnswer } from './cluster.js';
import type { Connector } from './connector.js';
import { apiUrl, parseOrigin } from './url.js';

/** `/v2/members` (client/v2/members.go of etcd 3.5). */
export function membersService(cluster: HttpCluster): V2MembersService {
  const call = async (action: Action): Promise<WholeAnswer> => {
    const answer = await cluster.call(action);
    requireV2Api(answer);
    return answer;
  };
  return {
    async list(options) {
      const answer = await call(action('GET', [], options));
      requireStatus(answer, 200);
      return read(answer, ({ members }) => asArray(members).map((member) => toMember(asObject(member))));
    },
    async leader(options) {
      const answer = await call(action('GET', ['leader'], options));
      requireStatus(answer, 200);
      return read(answer, toMember);
    },
    async add(peerUrls, options) {
      const answer = await call(withUrls(action('POST', [], options), peerUrls));
      requireStatus(answer, 201, 409);
      if (answer.status === 409) throw statusOfStreamFailure(answer);
      return read(answer, toMember);
    },
    async remove(id, options) {
      requireStatus(await call(action('DELETE', [id], options)), 204, 410);
    },
    async update(id, peerUrls, options) {
      const answer = await call(withUrls(action('PUT', [id], options), peerUrls));
      requireStatus(answer, 204, 404, 409);
      if (answer.status !== 204) throw statusOfStreamFailure(answer);
    },
  };
}

function action(method: Action['method'], segments: readonly string[], { signal }: V2Call): Action {
  return { method, url: (origin) => apiUrl(origin, 'members', ...segments), signal };
}

function withUrls(base: Action, peerURLs: readonly string[]): Action {
  return { ...base, body: JSON.stringify({ peerURLs }), contentType: 'application/json' };
}

function toMember({ id, name, peerURLs, clientURLs }: JsonObject): V2Member {
  return { id: asText(id), name: asText(name), peerUrls: asTexts(peerURLs), clientUrls: asTexts(clientURLs) };
}

function statusOfStreamFailure(answer: WholeAnswer): V2CallError {
  return read(answer, ({ message }) => new V2CallError(asText(message)));
}

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
