/** The entry of the standalone executable, whose runtime brings compiled code along. */
import { runProcess } from '../process.js';

// Loading node:path for this would take longer than parsing the command line.
const isEtcdutl = /(?:^|\/)etcdutl$/.test(process.argv0);
runProcess(isEtcdutl ? 'etcdutl' : 'etcdctl', process).then(() => process.exit());
