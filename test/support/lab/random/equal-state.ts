import type { Client } from '../../../../src/model/services.js';
import type { Lab } from '../lab.js';
import type { Scene, SceneValues } from '../side-by-side.js';

const EVERYTHING = { key: Buffer.of(0), rangeEnd: Buffer.of(0) };
const ODD_KEYS = [
  'quo"te',
  'new\nline',
  'tab\there',
  'ünï',
  '日本',
  '<&>',
  'back\\slash',
  'del\u007f',
  ' blanks ',
];
/** Key, value, lease. */
const PUTS: readonly (readonly [string, string, bigint?])[] = [
  ['a', '1'],
  ['ab', '2'],
  ['abc', '3'],
  ['b', '4'],
  ['leased', 'l', 0x1234n],
  ...ODD_KEYS.map((key) => [key, `value of ${key}`] as const),
  ...Array.from(
    { length: 45 },
    (_, index) => [`many/${String(index).padStart(2, '0')}`, `${index}`] as const,
  ),
];

/** A store with a few keys, one lease (1234), two users and two roles, which is reset after a command that changes it. */
export class EqualState {
  readonly #client: Client;
  #isFresh = false;

  constructor(client: Client) {
    this.#client = client;
  }

  /** @param changes whether the command can change the store; @param givesRevision whether to set `{revision}` to the current revision */
  scene({ changes, givesRevision }: { changes: boolean; givesRevision: boolean }): Scene {
    return {
      name: 'some of everything',
      set: async (_lab: Lab): Promise<SceneValues> => {
        if (!this.#isFresh) await this.#make();
        this.#isFresh = !changes;
        if (!givesRevision) return {};
        const { header } = await this.#client.kv.range({ key: Buffer.of(0) });
        return { revision: String(header?.revision ?? 0n) };
      },
    };
  }

  async #make(): Promise<void> {
    const { kv, lease, auth, maintenance } = this.#client;
    const { alarms } = await maintenance.alarm({});
    if (alarms.length > 0) throw new Error('the server has an alarm');
    // Compact once, because the response to a store's first compaction differs from later ones.
    await kv.compact({ revision: 1n }).catch(() => undefined);
    await kv.deleteRange(EVERYTHING);
    for (const { id } of (await lease.leaseLeases({})).leases) await lease.leaseRevoke({ id });
    for (const name of (await auth.userList({})).users) await auth.userDelete({ name });
    for (const role of (await auth.roleList({})).roles) await auth.roleDelete({ role });
    await lease.leaseGrant({ id: 0x1234n, ttl: 6000n });
    const success = PUTS.map(([key, value, leaseId = 0n]) => ({
      request: {
        $case: 'requestPut' as const,
        value: { key: Buffer.from(key), value: Buffer.from(value), lease: leaseId },
      },
    }));
    await kv.txn({ compare: [], success, failure: [] });
    await kv.put({ key: Buffer.from('a'), value: Buffer.from('5') });
    for (const name of ['u1', 'u2']) await auth.userAdd({ name, password: 'pw' });
    for (const name of ['r1', 'r2']) await auth.roleAdd({ name });
    await auth.userGrantRole({ user: 'u1', role: 'r1' });
    const [key, rangeEnd] = [Buffer.from('a'), Buffer.from('b')];
    await auth.roleGrantPermission({ name: 'r1', perm: { permType: 2, key, rangeEnd } });
  }
}
