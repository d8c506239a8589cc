import { expect, it } from 'vitest';
import { attemptError } from '../../../src/transport/v2/failure.js';

const attempted = {
  endpoint: 'https://h:1',
  host: 'h:1',
  isSecure: true,
  flagNames: { ca: '--ca-file', cert: '--cert-file', key: '--key-file' },
};
const failure = (message: string, properties: Partial<NodeJS.ErrnoException> = {}) =>
  attemptError(Object.assign(new Error(message), properties), attempted);

it.each([
  [
    'tlsv13 alert certificate required:../ssl/rec_layer_s3.c:1605:SSL alert number 116',
    'certificate required',
  ],
  ['error:1000045c:SSL routines:OPENSSL_internal:TLSV1_ALERT_CERTIFICATE_REQUIRED', 'certificate required'],
  ['error:10000412:SSL routines:OPENSSL_internal:SSLV3_ALERT_BAD_CERTIFICATE', 'bad certificate'],
  ['ssl/tls alert bad certificate:../ssl/record/rec_layer_s3.c:1605:SSL alert number 42', 'bad certificate'],
])('reports %s with the message of Go, and names the flags to check', (message, alert) => {
  expect(failure(message)).toMatchObject({
    message: `remote error: tls: ${alert}`,
    isConnectionFailure: false,
    reasons: [
      expect.stringMatching(/^https:.*: the server .* client certificate: .*--cert-file and --key-file /),
    ],
  });
});

it.each([
  [{ code: 'ECONNRESET' }, 'socket hang up', 'EOF', false],
  [{ code: 'ECONNRESET', syscall: 'read' }, 'x', 'read tcp h:1: read: connection reset by peer', true],
  [{}, 'Socket is closed', 'EOF', false],
  [{}, '00E3:error:0A00017A:SSL routines:ske:wrong curve:../statem_clnt.c:2232:', 'tls: wrong curve', false],
  [
    { code: 'EHOSTUNREACH', syscall: 'connect', address: '::1', port: 1 },
    'x',
    'dial tcp [::1]:1: connect: no route to host',
    true,
  ],
  [
    { code: 'ENOENT', syscall: 'connect', address: 'h:1' },
    'x',
    'dial unix h:1: connect: no such file or directory',
    true,
  ],
])('words %j as Go does', (properties, message, words, isConnectionFailure) => {
  expect(failure(message, properties)).toMatchObject({ message: words, isConnectionFailure });
});
