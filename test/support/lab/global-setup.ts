import { existsSync } from 'node:fs';
import { loadReference } from '../../../scripts/lib/reference.mjs';

/** Says what to do when what acceptance tests need is not there, instead of letting each of them fail. */
export function setup(): void {
  const built = new URL('../../../dist/npm/main.js', import.meta.url);
  if (process.env.ETCDCTL_UNDER_TEST === undefined && !existsSync(built)) {
    throw new Error('There is no build to test: run `npm run build` first.');
  }
  if (loadReference().length === 0) {
    throw new Error('There is no real etcd to compare with: run `npm run reference` first.');
  }
}
