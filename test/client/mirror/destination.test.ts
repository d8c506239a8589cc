import { describe, expect, it } from 'vitest';
import { Destination } from '../../../src/client/mirror/destination.js';
import { toPut } from '../../../src/client/mirror/mirror.js';
import { ServerError } from '../../../src/model/errors.js';
import type { TxnRequest, TxnResponse } from '../../../src/model/messages/kv.js';
import { OldGarbage } from '../../../src/runtime/collect-garbage.js';

const nothing = new Uint8Array(0);
const writes = [
  toPut({ key: Buffer.from('k'), value: Buffer.from('v') }, { prefix: nothing, replacement: nothing }),
];
const unavailable = new ServerError('away', 'Unavailable');

type Answer = Error | { readonly succeeded: boolean; readonly revision: number };

/** A destination with these responses, and the requests that it received: the revision in the comparisons of each. */
function scripted(answers: readonly Answer[], garbage?: OldGarbage) {
  const guards: (bigint | undefined)[] = [];
  const notices: string[] = [];
  const kv = {
    async txn({ compare }: TxnRequest): Promise<TxnResponse> {
      const answer = answers[guards.length];
      guards.push(compare[0]?.targetUnion.value as bigint | undefined);
      if (answer === undefined) throw new Error('asked too often');
      if (answer instanceof Error) throw answer;
      const header = { clusterId: 0n, memberId: 0n, revision: BigInt(answer.revision), raftTerm: 0n };
      return { header, succeeded: answer.succeeded, responses: [] };
    },
  };
  const { signal } = new AbortController();
  const context = {
    signal,
    sleep: async () => undefined,
    notice: (line: string) => void notices.push(line),
  };
  return { destination: new Destination(kv, context, garbage), guards, notices };
}

describe('the destination of a mirror', () => {
  it('writes existing keys at the second attempt, with the revision of the first response', async () => {
    const { destination, guards } = scripted([
      { succeeded: false, revision: 40 },
      { succeeded: true, revision: 41 },
      { succeeded: true, revision: 42 },
    ]);
    await destination.apply(writes);
    await destination.apply(writes);
    expect(guards).toEqual([1n, 41n, 42n]);
  });

  it('collects garbage after each 16 MiB of values, and after 32,000 writes', async () => {
    let collections = 0;
    const answers = Array.from({ length: 50 }, (_, index) => ({ succeeded: true, revision: index + 1 }));
    const garbage = new OldGarbage(() => collections++);
    const { destination } = scripted(answers, garbage);
    const mapping = { prefix: nothing, replacement: nothing };
    const large = [toPut({ key: Buffer.from('k'), value: Buffer.alloc(2 ** 20) }, mapping)];
    for (let count = 0; count < 20; count++) await destination.apply(large);
    expect(collections).toBe(1);
    const many = Array.from({ length: 8_000 }, () => writes[0] as (typeof writes)[0]);
    for (let count = 0; count < 4; count++) await destination.apply(many);
    expect(collections).toBe(2);
  });

  it('repeats a write whose response was lost, so that the lost write cannot undo it', async () => {
    const { destination, guards, notices } = scripted([
      { succeeded: true, revision: 10 },
      unavailable,
      unavailable,
      { succeeded: false, revision: 12 },
      { succeeded: true, revision: 13 },
    ]);
    await destination.apply(writes);
    await destination.apply(writes);
    expect(guards).toEqual([1n, 11n, 11n, 11n, 13n]);
    expect(notices).toEqual([
      'destination: away: the write will be made again',
      'destination: it answers again',
    ]);
  });

  it('writes without comparisons for a user without read permission, and does not repeat such writes', async () => {
    const denied = new ServerError('etcdserver: permission denied', 'PermissionDenied');
    const { destination, guards } = scripted([denied, { succeeded: true, revision: 2 }, unavailable]);
    await destination.apply(writes);
    await expect(destination.apply(writes)).rejects.toMatchObject({
      message: 'away',
      reasons: [expect.stringContaining('is not retried')],
    });
    expect(guards).toEqual([1n, undefined, undefined]);
  });

  it('writes without comparisons when they make the request too large', async () => {
    const tooLarge = new ServerError('etcdserver: request is too large', 'InvalidArgument');
    const ok = { succeeded: true, revision: 2 };
    const { destination, guards } = scripted([tooLarge, ok, ok]);
    await destination.apply(writes);
    await destination.apply(writes);
    expect(guards).toEqual([1n, undefined, 3n]);
  });

  it('passes on other errors', async () => {
    const full = new ServerError('etcdserver: mvcc: database space exceeded', 'ResourceExhausted');
    await expect(scripted([full]).destination.apply(writes)).rejects.toBe(full);
  });
});
