import { V2ApiError, V2CallError } from '../../model/v2/errors.js';
import type {
  KeyCreateInOrderRequest,
  KeyDeleteRequest,
  KeyGetRequest,
  KeyNode,
  KeyPollRequest,
  KeySetRequest,
  KeysResponse,
} from '../../model/v2/keys.js';
import type { V2Call, V2KeysService } from '../../model/v2/services.js';
import {
  asArray,
  asFlag,
  asInteger,
  asObject,
  asText,
  type JsonObject,
  read,
  requireV2Api,
} from './answers.js';
import type { Action, HttpCluster, WholeAnswer } from './cluster.js';
import { encodeParameters, keyUrl, type Parameters } from './url.js';

const FORM = 'application/x-www-form-urlencoded';

/** `/v2/keys` (client/v2/keys.go of etcd 3.5). */
export function keysService(cluster: HttpCluster): V2KeysService {
  const call = async (action: Action) => toResponse(await cluster.call(action));
  return {
    get: (request, options) => call(getAction(request, options)),
    set: (request, options) => call(setAction(request, options)),
    createInOrder: (request, options) => call(createInOrderAction(request, options)),
    delete: (request, options) => call(deleteAction(request, options)),
    async poll(request, options) {
      const answer = await cluster.open(pollAction(request, options));
      requireV2Api(answer);
      return {
        index: indexOf(answer),
        async response() {
          const text = await answer.body();
          return answer.status === 200 && text === '' ? undefined : toResponse({ ...answer, text });
        },
      };
    },
  };
}

function getAction({ key, recursive, sorted, quorum }: KeyGetRequest, { signal }: V2Call): Action {
  return { method: 'GET', url: (origin) => keyUrl(origin, key, { recursive, sorted, quorum }), signal };
}

function pollAction({ key, recursive, waitIndex }: KeyPollRequest, { signal }: V2Call): Action {
  const query = { wait: true, waitIndex, recursive };
  return { method: 'GET', url: (origin) => keyUrl(origin, key, query), isLongPoll: true, signal };
}

function setAction(request: KeySetRequest, { signal }: V2Call): Action {
  const { key, value, ttlSeconds, previousValue, previousIndex, mustExist } = request;
  const isDirectory = value === undefined;
  const query: Parameters = {
    dir: isDirectory ? true : undefined,
    prevValue: isDirectory ? undefined : previousValue || undefined,
    prevIndex: previousIndex || undefined,
    prevExist: mustExist,
  };
  return {
    method: 'PUT',
    url: (origin) => keyUrl(origin, key, query),
    body: encodeParameters({ value, ttl: ttlSeconds || undefined }),
    contentType: FORM,
    isOneShot: mustExist === false,
    signal,
  };
}

function createInOrderAction(request: KeyCreateInOrderRequest, { signal }: V2Call): Action {
  const { directory, value, ttlSeconds } = request;
  return {
    method: 'POST',
    url: (origin) => keyUrl(origin, directory),
    body: encodeParameters({ value, ttl: ttlSeconds || undefined }),
    contentType: FORM,
    signal,
  };
}

function deleteAction(request: KeyDeleteRequest, { signal }: V2Call): Action {
  const query: Parameters = {
    prevValue: request.previousValue || undefined,
    prevIndex: request.previousIndex || undefined,
    dir: request.directory || undefined,
    recursive: request.recursive || undefined,
  };
  return {
    method: 'DELETE',
    url: (origin) => keyUrl(origin, request.key, query),
    contentType: FORM,
    isOneShot: true,
    signal,
  };
}

function toResponse(answer: WholeAnswer): KeysResponse {
  requireV2Api(answer);
  const { status, text } = answer;
  if (status !== 200 && status !== 201) throw read(answer, toRefusal, invalidJson);
  if (text === '') throw new V2CallError('client: response body is empty');
  const toValue = ({ action, node, prevNode }: JsonObject) => ({
    action: asText(action),
    node: toNode(asObject(node)),
    previousNode: prevNode === undefined || prevNode === null ? undefined : toNode(asObject(prevNode)),
    index: indexOf(answer),
  });
  return read(answer, toValue, invalidJson);
}

function toNode({ key, dir, value, nodes, ttl, expiration, ...indexes }: JsonObject): KeyNode {
  return {
    key: asText(key),
    isDirectory: asFlag(dir),
    value: asText(value),
    nodes:
      nodes === undefined || nodes === null
        ? undefined
        : asArray(nodes).map((child) => toNode(asObject(child))),
    createdIndex: asInteger(indexes.createdIndex),
    modifiedIndex: asInteger(indexes.modifiedIndex),
    expiration: expiration === undefined || expiration === null ? undefined : asText(expiration),
    ttlSeconds: asInteger(ttl),
  };
}

function toRefusal({ errorCode, message, cause, index }: JsonObject): V2ApiError {
  const code = asInteger(errorCode);
  const text = `${code}: ${asText(message)} (${asText(cause)}) [${asInteger(index)}]`;
  return new V2ApiError(text, Number(code));
}

function indexOf({ header }: Pick<WholeAnswer, 'header'>): bigint {
  const text = header('x-etcd-index');
  return /^\d{1,20}$/.test(text) ? BigInt(text) : 0n;
}

function invalidJson(cause: unknown): V2CallError {
  const message =
    'client: response is invalid json. The endpoint is probably not valid etcd cluster endpoint';
  return new V2CallError(message, { cause });
}
