// `npm run lockfile`: run it after `npm install` has changed package-lock.json. Asks the registry for each missing integrity.
// Works without node_modules.
import { capture, lastLine } from './lib/command.mjs';
import { npmCommand } from './lib/install.mjs';
import {
  packagesWithoutIntegrity,
  readPackageLock,
  withIntegrities,
  writePackageLock,
} from './lib/package-lock.mjs';

const lock = readPackageLock();
const missing = packagesWithoutIntegrity(lock);
/** @type {Map<string, string>} */
const integrities = new Map();
for (const { folder, name, version } of missing) {
  const [program, ...args] = npmCommand();
  const answer = await capture(program, [...args, 'view', `${name}@${version}`, 'dist.integrity']);
  const integrity = answer.stdout.trim();
  if (answer.ok && /^sha512-[\w+/]{86}==$/.test(integrity)) {
    integrities.set(folder, integrity);
    console.log(`${name}@${version}: ${integrity}`);
  } else {
    console.error(`${name}@${version}: ${lastLine(answer.stderr) || 'the registry gives no SHA-512'}`);
    process.exitCode = 1;
  }
}
if (integrities.size > 0) writePackageLock(withIntegrities(lock, integrities));
console.log(`package-lock.json: ${integrities.size} added, ${missing.length - integrities.size} missing`);
