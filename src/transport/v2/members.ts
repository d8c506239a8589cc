import { GoParseError } from '../../go/parse-error.js';
import { V2AttemptError } from '../../model/v2/errors.js';
import type { V2Call, V2Health, V2Member, V2MembersService } from '../../model/v2/services.js';
import { type Action, type BufferedResponse, type HttpCluster, sendFollowingRedirects } from './cluster.js';
import type { Connector } from './connector.js';
import {
  asArray,
  asObject,
  asText,
  asTexts,
  type JsonObject,
  read,
  requireStatus,
  requireV2Api,
  serverMessageError,
} from './responses.js';
import { apiUrl, parseOrigin } from './url.js';

/** `/v2/members` (client/v2/members.go of etcd 3.5). */
export function membersService(cluster: HttpCluster): V2MembersService {
  const call = async (action: Action): Promise<BufferedResponse> => {
    const response = await cluster.call(action);
    requireV2Api(response);
    return response;
  };
  return {
    async list(options) {
      const response = await call(action('GET', [], options));
      requireStatus(response, 200);
      return read(response, ({ members }) => asArray(members).map((member) => toMember(asObject(member))));
    },
    async leader(options) {
      const response = await call(action('GET', ['leader'], options));
      requireStatus(response, 200);
      return read(response, toMember);
    },
    async add(peerUrls, options) {
      const response = await call({
        ...withUrls(action('POST', [], options), peerUrls),
        isUnrepeatable: true,
      });
      requireStatus(response, 201, 409);
      if (response.status === 409) throw serverMessageError(response);
      return read(response, toMember);
    },
    async remove(id, options) {
      requireStatus(await call(action('DELETE', [id], options)), 204, 410);
    },
    async update(id, peerUrls, options) {
      const response = await call(withUrls(action('PUT', [id], options), peerUrls));
      requireStatus(response, 204, 404, 409);
      if (response.status !== 204) throw serverMessageError(response);
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

/** Requests a member's `/health`, as etcdctl's `cluster-health` does. Failures have the messages of Go's net/http. */
export async function fetchHealth(connector: Connector, clientUrl: string, call: V2Call): Promise<V2Health> {
  const text = `${clientUrl}/health`;
  try {
    const { path, ...origin } = parseOrigin(clientUrl);
    const url = { origin: { ...origin, path }, target: `${path}/health` };
    const request = { method: 'GET', headers: {} } as const;
    const limits = { signal: call.signal, headerTimeoutMs: 0 };
    const response = await sendFollowingRedirects(connector, { url, request }, limits);
    return isHealthy(await response.body());
  } catch (error) {
    call.signal.throwIfAborted();
    if (error instanceof V2AttemptError) return { failure: `Get "${text}": ${error.message}` };
    if (error instanceof GoParseError || error instanceof SyntaxError || error instanceof TypeError) {
      return { failure: error.message };
    }
    throw error;
  }
}

/** `health` is a string or a boolean, depending on the server. Throws a `SyntaxError` or `TypeError` for other bodies. */
function isHealthy(body: string): boolean {
  const { health } = asObject(JSON.parse(body));
  return health === 'true' || health === true;
}
