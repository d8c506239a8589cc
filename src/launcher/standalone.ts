/** The entry of the standalone executable, whose runtime brings compiled code along. */
import { readFileSync } from 'node:fs';
import { runProcess } from '../process.js';
import { signalsOfMask } from '../term/signals.js';

// Loading node:path for this would take longer than parsing the command line.
const isEtcdutl = /(?:^|\/)etcdutl$/.test(process.argv0);
runProcess(isEtcdutl ? 'etcdutl' : 'etcdctl', process, { ignoredSignals: ignoredSignals() }).then(() =>
  process.exit(),
);

/** Bun leaves them ignored as long as nobody listens. */
function ignoredSignals(): NodeJS.Signals[] {
  try {
    const [, mask = '0'] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
    return signalsOfMask(mask);
  } catch {
    return [];
  }
}
