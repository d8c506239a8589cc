import { missingRequirements } from '../../../scripts/lib/requirements.mjs';

/** Fails once, with what to run first, when a requirement of the acceptance tests is missing. */
export function setup(): void {
  const isBuilt = (process.env.ETCDCTL_UNDER_TEST ?? '') !== '';
  const missing = isBuilt ? missingRequirements('reference') : missingRequirements('build', 'reference');
  if (missing !== undefined) throw new Error(missing);
}
