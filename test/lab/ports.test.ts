import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const PORTS_EACH = 400;

/** Chooses ports in a process of its own. */
async function chooseElsewhere(): Promise<number[]> {
  const module = new URL('../../scripts/lib/etcd/ports.mjs', import.meta.url).href;
  const code = `import(${JSON.stringify(module)}).then(async ({ freePorts }) => console.log(JSON.stringify(await freePorts(${PORTS_EACH}))))`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', code]);
  return JSON.parse(stdout);
}

it('two processes never choose the same free port', async () => {
  const chosen = (await Promise.all([chooseElsewhere(), chooseElsewhere()])).flat();
  expect(new Set(chosen).size).toBe(2 * PORTS_EACH);
});
