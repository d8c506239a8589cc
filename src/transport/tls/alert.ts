/** An alert by which a server ends a handshake (RFC 8446 §6). */
export interface Alert {
  readonly number: number;
  /** As Go's crypto/tls prints it. */
  readonly goName: string;
}

/** OpenSSL's and BoringSSL's words for an alert, in lower case, where they are others than Go's. */
const ALERTS: readonly (readonly [number: number, goName: string, opensslName?: string])[] = [
  [10, 'unexpected message'],
  [20, 'bad record MAC', 'bad record mac'],
  [22, 'record overflow'],
  [40, 'handshake failure'],
  [42, 'bad certificate'],
  [43, 'unsupported certificate'],
  [44, 'revoked certificate', 'certificate revoked'],
  [45, 'expired certificate', 'certificate expired'],
  [46, 'unknown certificate', 'certificate unknown'],
  [47, 'illegal parameter'],
  [48, 'unknown certificate authority', 'unknown ca'],
  [49, 'access denied'],
  [50, 'error decoding message', 'decode error'],
  [51, 'error decrypting message', 'decrypt error'],
  [70, 'protocol version not supported', 'protocol version'],
  [71, 'insufficient security level', 'insufficient security'],
  [80, 'internal error'],
  [86, 'inappropriate fallback'],
  [90, 'user canceled', 'user cancelled'],
  [109, 'missing extension'],
  [110, 'unsupported extension'],
  [112, 'unrecognized name'],
  [116, 'certificate required'],
  [120, 'no application protocol'],
];

/** @param text of a TLS library, without underscores */
export function alertIn(text: string): Alert | undefined {
  const number = Number(/alert number (\d+)/i.exec(text)?.[1]);
  const lower = text.toLowerCase();
  const found = ALERTS.find(([code, goName, name = goName]) =>
    Number.isNaN(number) ? lower.includes(`alert ${name}`) : code === number,
  );
  return found && { number: found[0], goName: found[1] };
}
