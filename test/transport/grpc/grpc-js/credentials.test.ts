import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { parseEndpoint } from '../../../../src/transport/grpc/endpoint.js';
import { ConnectionCredentials } from '../../../../src/transport/grpc/grpc-js/credentials.js';
import type { ReachableAddress } from '../../../../src/transport/grpc/settings.js';

test('no connection is attempted after the channel is closed, and what is connected is destroyed', async () => {
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
  const socket = new Socket();
  await expect(connector.connect(socket)).resolves.toMatchObject({ secure: false });
  closing.abort(new Error('closed'));
  expect(socket.destroyed).toBe(true);
  await expect(connector.waitForReady()).rejects.toThrow('closed');
  await expect(connector.connect(new Socket())).rejects.toThrow('closed');
});
