import { V2CallError } from '../../model/v2/errors.js';
import type { V2Call, V2Member, V2MembersService } from '../../model/v2/services.js';
import { read, requireStatus, requireV2Api } from './answers.js';
import type { Action, HttpCluster, WholeAnswer } from './cluster.js';
import { asArray, asObject, asText, asTexts, type JsonObject } from './json.js';
import { apiUrl } from './url.js';

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
      if (answer.status === 409) throw refusalOf(answer);
      return read(answer, toMember);
    },
    async remove(id, options) {
      requireStatus(await call(action('DELETE', [id], options)), 204, 410);
    },
    async update(id, peerUrls, options) {
      const answer = await call(withUrls(action('PUT', [id], options), peerUrls));
      requireStatus(answer, 204, 404, 409);
      if (answer.status !== 204) throw refusalOf(answer);
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

function refusalOf(answer: WholeAnswer): V2CallError {
  return read(answer, ({ message }) => new V2CallError(asText(message)));
}
