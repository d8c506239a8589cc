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
import type { Action, BufferedResponse, HttpCluster } from './cluster.js';
import {
  asArray,
  asBoolean,
  asInteger,
  asObject,
  asText,
  type JsonObject,
  read,
  requireV2Api,
} from './responses.js';
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
      const response = await cluster.open(pollAction(request, options));
      requireV2Api(response);
      return {
        index: indexOf(response),
        async response() {
          const text = await response.body();
          return response.status === 200 && text === '' ? undefined : toResponse({ ...response, text });
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
    isUnrepeatable: true,
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

function toResponse(response: BufferedResponse): KeysResponse {
  requireV2Api(response);
  const { status, text } = response;
  if (status !== 200 && status !== 201) throw read(response, toApiError, invalidJson);
  if (text === '') throw new V2CallError('client: response body is empty');
  const toValue = ({ action, node, prevNode }: JsonObject) => ({
    action: asText(action),
    node: toNode(asObject(node)),
    previousNode: prevNode === undefined || prevNode === null ? undefined : toNode(asObject(prevNode)),
    index: indexOf(response),
  });
  return read(response, toValue, invalidJson);
}

function toNode({ key, dir, value, nodes, ttl, expiration, ...indexes }: JsonObject): KeyNode {
  return {
    key: asText(key),
    isDirectory: asBoolean(dir),
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

function toApiError({ errorCode, message, cause, index }: JsonObject): V2ApiError {
  const code = asInteger(errorCode);
  const text = `${code}: ${asText(message)} (${asText(cause)}) [${asInteger(index)}]`;
  return new V2ApiError(text, Number(code));
}

function indexOf({ header }: Pick<BufferedResponse, 'header'>): bigint {
  const text = header('x-etcd-index');
  return /^\d{1,20}$/.test(text) ? BigInt(text) : 0n;
}

function invalidJson(cause: unknown): V2CallError {
  const message =
    'client: response is invalid json. The endpoint is probably not valid etcd cluster endpoint';
  return new V2CallError(message, { cause });
}
