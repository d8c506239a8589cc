import { describe, expect, it } from 'vitest';
import { copyBatches } from '../../../src/client/mirror/mirror.js';
import type { KeyValue } from '../../../src/model/messages/kv.js';

const mapping = { prefix: Buffer.from('a/'), replacement: Buffer.from('b/') };

function pairs(count: number, valueBytes = 1): KeyValue[] {
  return Array.from({ length: count }, (_, index) => ({
    key: Buffer.from(`a/${index}`),
    value: Buffer.alloc(valueBytes, 'v'),
    createRevision: 1n,
    modRevision: 1n,
    version: 1n,
    lease: 0n,
  }));
}

/** The keys of the batches of a range of two pages. */
async function batches(first: KeyValue[], second: KeyValue[], maxWrites: number): Promise<string[][]> {
  async function* rest() {
    yield { kvs: second, more: false };
  }
  const response = { kvs: first, more: false, count: BigInt(first.length) };
  const found: string[][] = [];
  for await (const batch of copyBatches({ response, rest: rest() }, { mapping, maxWrites })) {
    found.push(batch.map(({ request }) => Buffer.from(request.value.key).toString()));
  }
  return found;
}

describe('the batches of the initial copy', () => {
  it('have all keys in order, with the maximum number of writes', async () => {
    expect(await batches(pairs(5), pairs(1), 2)).toEqual([['b/0', 'b/1'], ['b/2', 'b/3'], ['b/4'], ['b/0']]);
  });

  it('have the default maximum of servers when there is no limit', async () => {
    expect((await batches(pairs(300), [], 0)).map((batch) => batch.length)).toEqual([128, 128, 44]);
  });

  it('stay far below the request limit of servers, except for a single large key', async () => {
    expect((await batches(pairs(4, 200_000), [], 128)).map((batch) => batch.length)).toEqual([2, 2]);
    expect((await batches(pairs(2, 1_000_000), [], 128)).map((batch) => batch.length)).toEqual([1, 1]);
  });
});
