/** The entry of the standalone executable, whose runtime brings compiled code along. */
import { basename } from 'node:path';
import { runProcess } from '../process.js';

runProcess(basename(process.argv0) === 'etcdutl' ? 'etcdutl' : 'etcdctl', process).then(() => process.exit());
