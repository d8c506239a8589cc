/** Error texts of the TLS libraries: OpenSSL in Node.js, BoringSSL in Bun. */

/** Bun's BoringSSL writes TLSV1_ALERT_UNKNOWN_CA where OpenSSL writes `tlsv1 alert unknown ca`. */
export function toOpensslText(message: string): string {
  return message.replaceAll('_', ' ');
}

/** The reason in an error text of OpenSSL or BoringSSL, such as `wrong curve`, without numbers, functions and files. */
export function tlsLibraryReason(message: string): string | undefined {
  const [, reason] = /error:[0-9A-F]{8}:[^:]* routines:[^:]*:([^:.]+)/i.exec(toOpensslText(message)) ?? [];
  if (reason === undefined || /alert close notify/i.test(reason)) return undefined;
  return reason.trim().toLowerCase();
}

/** BoringSSL wants this of each certificate whose key signs a handshake; Go and OpenSSL do not. */
export function isKeyUsageError(message: string): boolean {
  return toOpensslText(message).includes('KEY USAGE BIT INCORRECT');
}

/** What to do about a certificate, the end of a sentence. */
export const MISSING_DIGITAL_SIGNATURE =
  'does not allow its key to sign, which the TLS library of this executable requires: add the key usage digitalSignature, or use the npm package';
