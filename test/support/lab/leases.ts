import { ask } from './gateway.js';
import type { Lab } from './lab.js';
import type { Scene } from './side-by-side.js';

/** A lease with a given id, which etcdctl cannot grant. */
export interface KnownLease {
  /** Hexadecimal. */
  readonly id: string;
  readonly ttlSeconds: number;
  /** Keys to attach. */
  readonly keys?: readonly (string | Uint8Array)[];
}

/** Exactly these leases. For servers without TLS and auth. */
export function leases(...wanted: readonly KnownLease[]): Scene {
  return {
    name: wanted.length === 0 ? 'no leases' : `leases ${wanted.map(({ id }) => id).join(', ')}`,
    async set(lab) {
      const { leases: present = [] } = (await ask(lab, 'lease/leases', {})) as {
        leases?: readonly { readonly ID: string }[];
      };
      for (const { ID } of present) await ask(lab, 'lease/revoke', { ID });
      for (const lease of wanted) await grant(lab, lease);
      return {};
    },
  };
}

export async function grant(lab: Lab, { id, ttlSeconds, keys = [] }: KnownLease): Promise<void> {
  const lease = `${BigInt(`0x${id}`)}`;
  await ask(lab, 'lease/grant', { ID: lease, TTL: `${ttlSeconds}` });
  for (const key of keys) {
    await ask(lab, 'kv/put', { key: Buffer.from(key).toString('base64'), value: '', lease });
  }
}

export async function revoke(lab: Lab, id: string): Promise<void> {
  await ask(lab, 'lease/revoke', { ID: `${BigInt(`0x${id}`)}` });
}
