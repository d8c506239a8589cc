import type { RangeReader } from '../../src/client/range/page.js';
import { ServerError } from '../../src/model/errors.js';
import {
  type KeyValue,
  type RangeRequest,
  type RangeResponse,
  SortOrder,
} from '../../src/model/messages/kv.js';
import type { KvService } from '../../src/model/services.js';

export interface FakeKvSettings {
  readonly kvs: readonly KeyValue[];
  /** The bounded client refuses responses whose keys and values are larger than this; no limit when absent. */
  readonly maxAnswerBytes?: number;
  /** The numbers of keys in the messages of a stream; the last one is repeated. When absent, the server does not stream. */
  readonly partLengths?: readonly number[];
  /** Called before each call; throws the error with which the call fails. `index` counts all calls from 0. */
  readonly before?: (request: RangeRequest, index: number) => void;
}

export interface Call {
  readonly method: 'range' | 'rangeStream';
  readonly isBounded: boolean;
  readonly request: RangeRequest;
}

export const REVISION = 77n;
const HEADER = { clusterId: 1n, memberId: 2n, revision: REVISION, raftTerm: 3n };

/**
 * Answers ranges as servers do (server/etcdserver/txn/range.go, v3.7.1), in key order only. The header's revision grows with every
 * response.
 */
export class FakeKv {
  readonly calls: Call[] = [];
  #answered = 0;
  readonly #settings: FakeKvSettings;

  constructor(settings: FakeKvSettings) {
    this.#settings = settings;
  }

  get reader(): RangeReader {
    return { bounded: async () => this.#service(true), unbounded: async () => this.#service(false) };
  }

  #service(isBounded: boolean): KvService {
    const service: Pick<KvService, 'range' | 'rangeStream'> = {
      range: async (request) => {
        this.#note({ method: 'range', isBounded, request });
        const response = answerTo(request, this.#settings.kvs);
        if (isBounded) this.#refuseLarge(response.kvs);
        return { ...response, header: { ...HEADER, revision: REVISION + BigInt(this.#answered++) } };
      },
      rangeStream: (request) => this.#stream(request, isBounded),
    };
    return service as KvService;
  }

  async *#stream(request: RangeRequest, isBounded: boolean) {
    this.#note({ method: 'rangeStream', isBounded, request });
    const { partLengths, kvs: stored } = this.#settings;
    if (partLengths === undefined) throw new ServerError('unknown method RangeStream', 'Unimplemented');
    const { kvs, more, count } = answerTo(request, stored);
    let from = 0;
    for (let index = 0; ; index++) {
      const to = from + (partLengths[Math.min(index, partLengths.length - 1)] ?? 1);
      const part = kvs.slice(from, to);
      if (isBounded) this.#refuseLarge(part);
      if (to >= kvs.length) {
        yield { rangeResponse: { header: HEADER, kvs: part, more, count } };
        return;
      }
      yield { rangeResponse: { header: undefined, kvs: part, more: false, count: 0n } };
      from = to;
    }
  }

  #note(call: Call): void {
    this.calls.push(call);
    this.#settings.before?.(call.request, this.calls.length - 1);
  }

  #refuseLarge(kvs: readonly KeyValue[]): void {
    const bytes = kvs.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
    if (bytes > (this.#settings.maxAnswerBytes ?? Number.POSITIVE_INFINITY)) {
      throw new ServerError('grpc: received message larger than max', 'ResourceExhausted');
    }
  }
}

export function answerTo(request: RangeRequest, stored: readonly KeyValue[]): RangeResponse {
  if (request.sortOrder !== undefined && request.sortOrder !== SortOrder.none)
    throw new Error('no orders here');
  const inRange = stored.filter(({ key }) => isWithin(key, request));
  const { limit = 0n } = request;
  const passing = inRange.filter((kv) => passes(kv, request));
  const more = limit > 0n && BigInt(passing.length) > limit;
  const kvs = more ? passing.slice(0, Number(limit)) : passing;
  return {
    header: HEADER,
    kvs: request.countOnly
      ? []
      : kvs.map((kv) => (request.keysOnly ? { ...kv, value: Buffer.alloc(0) } : kv)),
    more: more && !request.countOnly,
    count: BigInt(inRange.length),
  };
}

function isWithin(key: Uint8Array, { key: from, rangeEnd }: RangeRequest): boolean {
  if (rangeEnd === undefined || rangeEnd.length === 0) return Buffer.compare(key, from) === 0;
  const isOpen = rangeEnd.length === 1 && rangeEnd[0] === 0;
  return Buffer.compare(key, from) >= 0 && (isOpen || Buffer.compare(key, rangeEnd) < 0);
}

function passes(kv: KeyValue, request: RangeRequest): boolean {
  const bounds = [
    [request.minModRevision, request.maxModRevision, kv.modRevision],
    [request.minCreateRevision, request.maxCreateRevision, kv.createRevision],
  ] as const;
  return bounds.every(([min = 0n, max = 0n, revision]) => revision >= min && (max === 0n || revision <= max));
}
