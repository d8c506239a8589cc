import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { checkCertificate, type KeyPair, mismatch, refuseKey } from './files.js';

/** @throws UsageError when certificate or key are unusable, or do not belong together */
export function checkKeyPair(keyPair: KeyPair): void {
  checkCertificate(keyPair);
  const key = parseKey(keyPair);
  if (new X509Certificate(keyPair.cert).checkPrivateKey(key)) return;
  throw mismatch('tls: private key does not match public key', keyPair);
}

function parseKey({ keyFile, key }: KeyPair): KeyObject {
  try {
    return createPrivateKey(key);
  } catch {
    return refuseKey(keyFile);
  }
}
