import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** Where the real etcd programs are kept; ignored by git. */
export const referenceCache = path.join(root, '.cache', 'reference');

/** The Go modules that pin the etcd releases built from source. */
export const referenceModules = path.join(root, 'reference');
