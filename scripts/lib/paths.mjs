import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** The folder with the real etcd programs; ignored by git. */
export const referenceCache = path.join(root, '.cache', 'reference');

/** The folder with the Go modules that pin the etcd releases to build from source. */
export const referenceModules = path.join(root, 'reference');
