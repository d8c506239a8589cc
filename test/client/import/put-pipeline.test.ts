import { describe, expect, it } from 'vitest';
import { PutPipeline } from '../../../src/client/import/put-pipeline.js';
import { ServerError } from '../../../src/model/errors.js';
import type { TxnRequest } from '../../../src/model/messages/kv.js';
import type { CallOptions } from '../../../src/model/services.js';
import { OldGarbage } from '../../../src/runtime/collect-garbage.js';

const batch = (lastLine: number, keys = 2, sizeBytes = 10) => ({
  puts: Array.from({ length: keys }, (_, index) => ({
    key: Buffer.from(`${lastLine}-${index}`),
    value: Buffer.of(),
  })),
  sizeBytes,
  lastLine,
});

const keysOf = ({ success }: TxnRequest) =>
  success.map(({ request }) => Buffer.from(request.value.key).toString());

/** A server whose transactions are answered by `answer`. */
function server() {
  const waiting: {
    readonly keys: string[];
    readonly resolve: () => void;
    readonly reject: (error: Error) => void;
  }[] = [];
  const calls: (CallOptions | undefined)[] = [];
  const txn = (request: TxnRequest, call?: CallOptions) => {
    calls.push(call);
    return new Promise<never>((resolve, reject) => {
      waiting.push({ keys: keysOf(request), resolve: () => resolve({ succeeded: true } as never), reject });
    });
  };
  return { waiting, calls, pipeline: new PutPipeline({ txn }, new AbortController().signal) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the transactions of an import', () => {
  it('are at most four at a time, and may be repeated', async () => {
    const { waiting, calls, pipeline } = server();
    for (let line = 1; line < 4; line++) await pipeline.add(batch(line));
    const fourth = pipeline.add(batch(4));
    await turn();
    expect([waiting.length, pipeline.keys, pipeline.lastLine]).toEqual([4, 0, 0]);
    waiting[0]?.resolve();
    await fourth;
    expect([pipeline.keys, pipeline.lastLine]).toEqual([2, 1]);
    expect(calls.every((call) => call?.isRepeatable)).toBe(true);
    for (const { resolve } of waiting) resolve();
    await pipeline.drain();
    expect([pipeline.keys, pipeline.lastLine]).toEqual([8, 4]);
  });

  it('are followed by a collection of garbage after each 32,000 keys, or 16 MiB', async () => {
    const signal = new AbortController().signal;
    let collections = 0;
    const garbage = new OldGarbage(() => collections++);
    const pipeline = new PutPipeline({ txn: async () => ({}) as never }, signal, garbage);
    for (let line = 0; line < 258; line++) await pipeline.add(batch(line, 128));
    expect(collections).toBe(1);
    for (let line = 0; line < 32; line++) await pipeline.add(batch(line, 1, 2 ** 19));
    expect(collections).toBe(2);
    await pipeline.drain();
  });

  it('are fewer when they are large', async () => {
    const { waiting, pipeline } = server();
    await pipeline.add(batch(1, 1, 600_000));
    const second = pipeline.add(batch(2, 1, 600_000));
    let isTaken = false;
    void second.then(() => {
      isTaken = true;
    });
    await turn();
    expect([waiting.length, isTaken]).toEqual([2, false]);
    waiting[0]?.resolve();
    await second;
    expect(pipeline.lastLine).toBe(1);
  });

  it('count as written up to the first that has failed', async () => {
    const { waiting, pipeline } = server();
    for (let line = 1; line < 4; line++) await pipeline.add(batch(line));
    const lost = new ServerError('lost', 'Unavailable');
    waiting[2]?.resolve();
    waiting[1]?.reject(lost);
    waiting[0]?.resolve();
    await expect(pipeline.drain()).rejects.toBe(lost);
    await pipeline.settle();
    expect([pipeline.keys, pipeline.lastLine]).toEqual([2, 1]);
  });

  it('are halved when the server rejects them as too large', async () => {
    const { waiting, pipeline } = server();
    await pipeline.add(batch(9, 3));
    const tooLarge = new ServerError('etcdserver: request is too large', 'InvalidArgument');
    waiting[0]?.reject(tooLarge);
    await turn();
    waiting[1]?.reject(tooLarge);
    await turn();
    for (const at of [2, 3, 4]) {
      waiting[at]?.resolve();
      await turn();
    }
    await pipeline.drain();
    expect(waiting.map(({ keys }) => keys)).toEqual([
      ['9-0', '9-1', '9-2'],
      ['9-0', '9-1'],
      ['9-0'],
      ['9-1'],
      ['9-2'],
    ]);
    expect(pipeline.keys).toBe(3);
  });
});
