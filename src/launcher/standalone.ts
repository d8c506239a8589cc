/** The entry of the standalone executable, which contains its compiled code. */
import { readFileSync } from 'node:fs';
import { runProcess } from '../process.js';
import { signalsInMask } from '../term/signals.js';

// The packages for Debian and for RPM install it under names with `-ts`. A regular expression, because loading node:path takes longer than
// parsing the command line.
const isEtcdutl = /(?:^|\/)etcdutl(?:-ts)?$/.test(process.argv0);
runProcess(isEtcdutl ? 'etcdutl' : 'etcdctl', process, { ignoredSignals }).then(() => process.exit());

/** The signals that were ignored when the process was started. Bun keeps them ignored until a listener is added. */
function ignoredSignals(): NodeJS.Signals[] {
  try {
    const [, mask = '0'] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
    return signalsInMask(mask);
  } catch {
    return [];
  }
}
