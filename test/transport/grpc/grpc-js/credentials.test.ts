import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { parseEndpoint } from '../../../../src/transport/grpc/endpoint.js';
import { ConnectionCredentials } from '../../../../src/transport/grpc/grpc-js/credentials.js';
import type { ReachableAddress } from '../../../../src/transport/grpc/settings.js';

test('no connection is attempted after the channel is closed: Node.js would open it in spite of the signal', async () => {
  const closing = new AbortController();
  const credentials = new ConnectionCredentials({
    security: { kind: 'plaintext' },
    address: parseEndpoint('127.0.0.1:1').address as ReachableAddress,
    proxy: undefined,
    closing: closing.signal,
    onReady: (listener) => listener(),
  });
  const connector = credentials._createSecureConnector(undefined, undefined);
  await connector.waitForReady();
  await expect(connector.connect(new Socket())).resolves.toMatchObject({ secure: false });
  closing.abort(new Error('closed'));
  await expect(connector.waitForReady()).rejects.toThrow('closed');
});
