import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { bytesFromText } from '../go/bytes.js';

/** The directories and files without which no layout is found by files alone. */
export const SIGNS: readonly string[] = [
  '/etc/kubernetes',
  '/etc/rancher',
  '/var/lib/rancher',
  '/etc/k0s',
  '/var/lib/k0s',
  '/etc/etcd.env',
];

/** Whether it is worth to load the search: a few looks at the file system, and one at each process. */
export function mayHaveEtcd(root: string): boolean {
  const below = (path: string) => Buffer.from(bytesFromText(root + path));
  return SIGNS.some((path) => existsSync(below(path))) || processIds(below('/proc')).some(runsEtcd);

  function runsEtcd(id: string): boolean {
    try {
      return readFileSync(below(`/proc/${id}/comm`), 'latin1') === 'etcd\n';
    } catch {
      return false;
    }
  }
}

function processIds(directory: Buffer): string[] {
  try {
    return readdirSync(directory, 'utf8').filter((name) => /^[0-9]+$/.test(name));
  } catch {
    return [];
  }
}
