import type { Lab } from './lab.js';

/** Calls the first member's JSON gateway, with a path such as `kv/put`. For servers without TLS and auth. */
export async function ask(lab: Lab, path: string, body: object): Promise<unknown> {
  const response = await fetch(`${lab.cluster.endpoints[0]}/v3/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return response.json();
}
