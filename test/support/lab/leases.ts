import type { Lab } from './lab.js';
import type { Scene } from './side-by-side.js';

/** A lease that a test has chosen the id of, which etcdctl cannot. */
export interface KnownLease {
  /** Hexadecimal. */
  readonly id: string;
  readonly ttlSeconds: number;
  /** Attached to it. */
  readonly keys?: readonly (string | Uint8Array)[];
}

/** No leases but these. For servers without TLS and users. */
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

/** By the server's gateway from JSON to gRPC. */
async function ask(lab: Lab, path: string, body: object): Promise<unknown> {
  const response = await fetch(`${lab.cluster.endpoints[0]}/v3/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return response.json();
}
