import { missingRequirements } from '../../../scripts/lib/requirements.mjs';

/** Says what to do when what acceptance tests need is not there, instead of letting each of them fail. */
export function setup(): void {
  const isBuilt = process.env.ETCDCTL_UNDER_TEST !== undefined;
  const missing = isBuilt ? missingRequirements('reference') : missingRequirements('build', 'reference');
  if (missing !== undefined) throw new Error(missing);
}
