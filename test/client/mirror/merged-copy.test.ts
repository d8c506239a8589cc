import { describe, expect, it } from 'vitest';
import { mergedBatches } from '../../../src/client/mirror/merged-copy.js';
import type { KeyValue } from '../../../src/model/messages/kv.js';
import { Dice } from '../../support/lab/random/dice.js';

const mapping = { prefix: Buffer.from('a/'), replacement: Buffer.from('copy/') };

type Pairs = Readonly<Record<string, string>>;

function kvs(pairs: Pairs, lease = 0n): KeyValue[] {
  return Object.entries(pairs)
    .sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    .map(([key, value]) => ({
      key: Buffer.from(key),
      value: Buffer.from(value),
      createRevision: 1n,
      modRevision: 1n,
      version: 1n,
      lease,
    }));
}

/** A range in pages of this many keys. */
function paged(all: readonly KeyValue[], pageLength: number) {
  async function* rest() {
    for (let from = pageLength; from < all.length; from += pageLength) {
      yield { kvs: all.slice(from, from + pageLength), more: false };
    }
  }
  const response = { kvs: all.slice(0, pageLength), more: true, count: BigInt(all.length) };
  return { response, rest: rest() };
}

async function writes(source: Pairs, destination: Pairs, { pageLength = 2, lease = 0n } = {}) {
  const found: string[][] = [];
  const batches = mergedBatches(
    paged(kvs(source), pageLength),
    paged(kvs(destination, lease), pageLength + 1),
    { mapping, maxWrites: 3 },
  );
  for await (const { writes: batch } of batches) {
    found.push(
      batch.map(({ request }) => {
        const key = Buffer.from(request.value.key).toString();
        return request.$case === 'requestPut'
          ? `${key}=${Buffer.from(request.value.value ?? '')}`
          : `-${key}`;
      }),
    );
  }
  return found;
}

describe('a copy that makes the destination equal', () => {
  it('puts what is missing or differs, and deletes what the source does not have', async () => {
    const source = { 'a/b': '1', 'a/c': '2', 'a/d': '3' };
    const destination = { 'copy/a': '0', 'copy/b': '1', 'copy/c': 'x', 'copy/e': '5', 'copy/f': '6' };
    expect(await writes(source, destination)).toEqual([
      ['-copy/a', 'copy/c=2'],
      ['copy/d=3'],
      ['-copy/e', '-copy/f'],
    ]);
  });

  it('writes nothing when both are equal, and everything when the destination has leases', async () => {
    expect(await writes({ 'a/b': '1' }, { 'copy/b': '1' })).toEqual([]);
    expect(await writes({ 'a/b': '1' }, { 'copy/b': '1' }, { lease: 4n })).toEqual([['copy/b=1']]);
  });

  it('deletes everything when the source has nothing, in batches of the limit', async () => {
    const destination = { 'copy/1': '', 'copy/2': '', 'copy/3': '', 'copy/4': '' };
    expect(await writes({}, destination, { pageLength: 9 })).toEqual([
      ['-copy/1', '-copy/2', '-copy/3'],
      ['-copy/4'],
    ]);
  });

  it('deletes what lies between two keys of the source while it is read', async () => {
    const between = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`copy/b${index}`, '']));
    const destination = paged(kvs(between), 1000);
    let pages = 0;
    async function* counted() {
      for await (const page of destination.rest) {
        pages++;
        yield page;
      }
    }
    const batches = mergedBatches(
      paged(kvs({ 'a/a': '1', 'a/c': '2' }), 2),
      { ...destination, rest: counted() },
      { mapping, maxWrites: 3 },
    );
    await batches.next();
    expect(pages).toBeLessThan(3);
    let writes = 3;
    for await (const batch of batches) writes += batch.writes.length;
    expect(writes).toBe(5002);
  });

  it('ends with equal keys for random stores, whatever the pages', async () => {
    const dice = new Dice(4);
    const store = (prefix: string) =>
      Object.fromEntries(
        Array.from({ length: dice.below(30) }, () => [`${prefix}${dice.below(40)}`, String(dice.below(3))]),
      );
    for (let round = 0; round < 200; round++) {
      const source = store('a/');
      const destination = new Map(Object.entries(store('copy/')));
      const pageLength = 1 + dice.below(7);
      for (const write of (await writes(source, Object.fromEntries(destination), { pageLength })).flat()) {
        const [key = '', value] = write.split('=');
        if (value === undefined) expect(destination.delete(key.slice(1))).toBe(true);
        else destination.set(key, value);
      }
      const expected = Object.entries(source).map(([key, value]) => [key.replace('a/', 'copy/'), value]);
      expect([...destination].sort()).toEqual(expected.sort());
    }
  });

  it('frees each page of the source after the first when its writes were taken, and not before', async () => {
    const pages = [1, 2, 3].map((number) => kvs({ [`a/${number}`]: `value ${number}` }));
    const freed: number[] = [];
    const page = (number: number) => {
      const free = () => {
        freed.push(number);
        for (const { value } of pages[number] ?? []) value.fill(0);
      };
      return { kvs: Object.assign(pages[number] ?? [], { free }), more: true, count: 3n };
    };
    async function* rest() {
      yield page(1);
      yield page(2);
    }
    const found: string[] = [];
    const batches = mergedBatches({ response: page(0), rest: rest() }, paged([], 1), {
      mapping,
      maxWrites: 1,
    });
    for await (const { writes: batch } of batches) {
      for (const { request } of batch)
        found.push(`${request.$case === 'requestPut' && request.value.value} after ${freed.length} pages`);
    }
    expect(found).toEqual(['value 1 after 0 pages', 'value 2 after 0 pages', 'value 3 after 1 pages']);
    expect(freed).toEqual([1, 2]);
  });
});
