import type { Lab } from './lab.js';

/** Asks the first member by its gateway from JSON to gRPC, as `kv/put`. For servers without TLS and users. */
export async function ask(lab: Lab, path: string, body: object): Promise<unknown> {
  const response = await fetch(`${lab.cluster.endpoints[0]}/v3/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return response.json();
}
