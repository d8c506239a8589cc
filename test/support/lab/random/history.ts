import type { RequestOp } from '../../../../src/model/messages/kv.js';
import type { Client } from '../../../../src/model/services.js';
import { connect } from '../../../../src/transport/grpc/connect.js';
import { connectionOptions } from '../../grpc/options.js';
import { Dice } from './dice.js';

const KEYS = Array.from({ length: 24 }, (_, index) =>
  Buffer.from(`${'abc'[index % 3]}/${'xyz'[index % 2]}/${index % 8}`),
);
const ODD_KEYS = [
  Buffer.from('\0'),
  Buffer.from('a'),
  Buffer.from('b/ü'),
  Buffer.of(0xff),
  Buffer.of(0xff, 0xff),
];
/** Long enough to outlive a test. */
const TTL_SECONDS = 100_000n;

/** Makes random changes with puts, deletions, transactions and leases. Returns the revision after them. */
export async function changeAtRandom(
  endpoints: readonly string[],
  { seed, changes }: { readonly seed: number; readonly changes: number },
): Promise<bigint> {
  const client = await connect(connectionOptions(endpoints, { callTimeoutMs: 60_000 }));
  try {
    const dice = new Dice(seed);
    const leases = [0n, 0n, 0n, await grant(client), await grant(client)];
    for (let count = 0; count < changes; count++) {
      const success = Array.from({ length: dice.chance(0.2) ? 1 + dice.below(4) : 1 }, (_, index) =>
        randomRequest(dice, leases, index),
      );
      await client.kv.txn({ compare: [], success, failure: [] });
    }
    const { header } = await client.kv.range({ key: Buffer.from('a') });
    return header?.revision ?? 0n;
  } finally {
    client.close();
  }
}

async function grant(client: Client): Promise<bigint> {
  return (await client.lease.leaseGrant({ ttl: TTL_SECONDS, id: 0n })).id;
}

/** The requests of a transaction must not change the same key: each index has keys of its own. */
function randomRequest(dice: Dice, leases: readonly bigint[], index: number): RequestOp {
  const own = [...KEYS, ...ODD_KEYS].filter((_, number) => number % 4 === index);
  const key = dice.pick(own);
  if (dice.chance(0.3)) return { request: { $case: 'requestDeleteRange', value: { key } } };
  const value = dice.chance(0.1)
    ? Buffer.alloc(dice.below(9000), 'large ')
    : Buffer.from(String(dice.below(50)));
  return { request: { $case: 'requestPut', value: { key, value, lease: dice.pick(leases) } } };
}
