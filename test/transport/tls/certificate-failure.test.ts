import { expect, test } from 'vitest';
import { TLS_FLAG_NAMES } from '../../../src/transport/connection.js';
import { explainServerCertificate } from '../../../src/transport/tls/certificate-failure.js';
import { PeerCertificateError } from '../../../src/transport/tls/peer.js';

const explain = (message: string) =>
  explainServerCertificate(new PeerCertificateError(message), { flagNames: TLS_FLAG_NAMES });

test('a certificate that is signed by one that is no authority is not said to need another --cacert', () => {
  const message =
    'tls: failed to verify certificate: x509: certificate signed by unknown authority (possibly because of "x509: invalid signature: parent certificate cannot sign this kind of certificate" while trying to verify candidate authority certificate "leaf")';
  expect(explain(message)).toBe(
    `the server's certificate is signed by the certificate "leaf", which may not sign others (it has CA:FALSE or lacks the key usage keyCertSign): have it issued by an authority (${message})`,
  );
});
