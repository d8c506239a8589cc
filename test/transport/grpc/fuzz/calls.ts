import type { Client } from '../../../../src/model/services.js';
import type { CallName } from './recordings.js';

type Call = (client: Client, timeoutMs: number) => Promise<unknown>;

const KEY = { key: Buffer.from('key1') };
/** As many as the recorded watch has, and one more. */
const MAX_RESPONSES = 4;

/** The calls of the recordings. Each resolves with the responses. */
export const CALL: Readonly<Record<CallName, Call>> = {
  get: ({ kv }, timeoutMs) =>
    kv.range({ key: Buffer.from('key'), rangeEnd: Buffer.from('kez') }, { timeoutMs }),
  failure: ({ kv }, timeoutMs) => kv.range({ ...KEY, revision: 100_000n }, { timeoutMs }),
  put: ({ kv }, timeoutMs) => kv.put({ ...KEY, value: Buffer.from('x'), prevKv: true }, { timeoutMs }),
  txn: ({ kv }, timeoutMs) => kv.txn({ compare: [], success: [], failure: [] }, { timeoutMs }),
  memberList: ({ cluster }, timeoutMs) => cluster.memberList({ linearizable: true }, { timeoutMs }),
  status: ({ maintenance }, timeoutMs) => maintenance.status({}, { timeoutMs }),
  keepAlive: ({ lease }, timeoutMs) => collect(lease.leaseKeepAlive(once({ id: 1n }), { timeoutMs })),
  watch: ({ watch }, timeoutMs) =>
    collect(
      watch.watch(andWait({ requestUnion: { $case: 'createRequest', value: KEY } }), {
        timeoutMs,
        requiresLeader: true,
      }),
    ),
  snapshot: ({ maintenance }, timeoutMs) =>
    collect(maintenance.snapshot({}, { timeoutMs }), Number.POSITIVE_INFINITY),
};

async function collect(responses: AsyncIterable<unknown>, max = MAX_RESPONSES): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const response of responses) {
    all.push(response);
    if (all.length === max) break;
  }
  return all;
}

async function* once<Item>(item: Item): AsyncGenerator<Item> {
  yield item;
}

async function* andWait<Item>(item: Item): AsyncGenerator<Item> {
  yield item;
  await new Promise(() => {});
}
