import { expect, test } from 'vitest';
import { explainConnectionFailure } from '../../../src/transport/tls/connection-failure.js';

const framed = (error: string) => `No connection established. Last error: ${error}. Resolution note: `;

test.each([
  ['Error: connect ECONNREFUSED 127.0.0.1:1', 'connection refused'],
  ['Error: connect EHOSTUNREACH 10.0.0.1:1 - Local (10.0.0.2:4)', 'no route to host'],
  ['Error: connect ENETUNREACH ::1:1', 'network is unreachable'],
  ['Error: connect ETIMEDOUT 10.0.0.1:1', 'connection timed out (i/o timeout)'],
  [
    'Error: C0F7:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:../ssl/record/rec_layer_s3.c:1605:SSL alert number 116\n (2026-01-01T00:00:00.000Z)',
    'the server requires a client certificate: give --cert and --key (remote error: tls: certificate required)',
  ],
  [
    'Error: C0F7:error:0A000412:SSL routines:ssl3_read_bytes:ssl/tls alert bad certificate:../ssl/record/rec_layer_s3.c:1605:SSL alert number 42\n',
    'the server does not accept the client certificate: check --cert and --key (remote error: tls: bad certificate)',
  ],
  [
    'Error: C0F7:error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:../ssl/record/rec_layer_s3.c:1605:SSL alert number 48\n',
    'the server does not accept the client certificate: check --cert and --key (remote error: tls: unknown certificate authority)',
  ],
  [
    'Error: error:1000045c:SSL routines:OPENSSL_internal:TLSV1_ALERT_CERTIFICATE_REQUIRED',
    'the server requires a client certificate: give --cert and --key (remote error: tls: certificate required)',
  ],
  [
    'Error: error:10000418:SSL routines:OPENSSL_internal:TLSV1_ALERT_UNKNOWN_CA',
    'the server does not accept the client certificate: check --cert and --key (remote error: tls: unknown certificate authority)',
  ],
  [
    'Error: error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER',
    'the server does not speak TLS: use http:// and no TLS flags, or the port of its TLS listener (tls: first record does not look like a TLS handshake)',
  ],
  [
    'Error: 8054:error:0A000438:SSL routines:ssl3_read_bytes:tlsv1 alert internal error:../deps/rec_layer_s3.c:1601:SSL alert number 80',
    'the server aborted the TLS handshake (remote error: tls: internal error)',
  ],
  [
    'EPROTO: error:1000042f:SSL routines:OPENSSL_internal:TLSV1_ALERT_INSUFFICIENT_SECURITY',
    'the server aborted the TLS handshake (remote error: tls: insufficient security level)',
  ],
  [
    'Error: 801C:error:0A000458:SSL routines:ssl3_read_bytes:tlsv1 unrecognized name:../deps/rec_layer_s3.c:1601:SSL alert number 112',
    'the server has no certificate for the name that it is asked for (remote error: tls: unrecognized name)',
  ],
  [
    'Error: 800C:error:0A00007B:SSL routines:tls_process_cert_verify:bad signature:../deps/statem_lib.c:545:',
    'the server does not hold the key of the certificate that it shows (tls: invalid signature by the server certificate)',
  ],
  [
    'EPROTO: error:10000072:SSL routines:OPENSSL_internal:BAD_SIGNATURE',
    'the server does not hold the key of the certificate that it shows (tls: invalid signature by the server certificate)',
  ],
  [
    'Error: 00E3:error:0A00017A:SSL routines:tls_process_ske_ecdhe:wrong curve:../deps/statem_clnt.c:2232:',
    'the TLS handshake failed: wrong curve',
  ],
  [
    'EPROTO: error:0c0000be:ASN.1 encoding routines:OPENSSL_internal:WRONG_TAG',
    'the TLS handshake failed: wrong tag',
  ],
  [
    'EPROTO: error:100003e8:SSL routines:OPENSSL_internal:SSLV3_ALERT_CLOSE_NOTIFY',
    'the server ended the TLS handshake: it may expect plaintext (http://) or another client certificate (EOF)',
  ],
  [
    'Error: ECONNRESET: Client network socket disconnected before secure TLS connection was established',
    'the server ended the TLS handshake: it may expect plaintext (http://) or another client certificate (EOF)',
  ],
  [
    'Error: read ECONNRESET',
    'the server ended the TLS handshake: it may expect plaintext (http://) or another client certificate (connection reset by peer)',
  ],
  ['Error: getaddrinfo EAI_AGAIN etcd.example', 'the host name cannot be resolved (no such host)'],
  ['Error: something new (2026-01-01T00:00:00.000Z)', 'something new'],
])('the failure %j is explained', (error, words) => {
  expect(explainConnectionFailure(new Error(framed(error)), { isSecure: true })).toBe(words);
});

test('a name that cannot be resolved is explained', () => {
  expect(
    explainConnectionFailure(new Error('Name resolution failed for target dns:nowhere.invalid:1'), {
      isSecure: false,
    }),
  ).toBe('the host name cannot be resolved (no such host)');
});
