import { statSync } from 'node:fs';

const READABLE_BY_OTHERS = 0o004;

/** What to say of a private key that everybody on this machine may read; nothing of others. */
export function exposedKeyWarning(file: string | undefined): string | undefined {
  if (!file) return undefined;
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & READABLE_BY_OTHERS) === 0) return undefined;
  return `warning: everybody on this machine can read the private key ${file}: chmod o-rwx protects it`;
}
