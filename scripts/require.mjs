// `node scripts/require.mjs [build] [reference]`, run before a script that needs them: installs the npm packages when they are missing
// or differ from package-lock.json, and fails with one sentence when there is no build or no etcd.
import { ensureInstalled, isInstalled } from './lib/install.mjs';
import { missingRequirements } from './lib/requirements.mjs';

const names = /** @type {import('./lib/requirements.mjs').Requirement[]} */ (process.argv.slice(2));
try {
  const missing = missingRequirements(...names);
  if (missing !== undefined) throw new Error(missing);
  if (!isInstalled()) {
    console.log('Installing npm packages (npm ci) ...');
    await ensureInstalled();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
