import { afterEach, expect, test, vi } from 'vitest';
import { dialWithBun } from '../../../src/transport/socket/bun-socket.js';
import { type DialTarget, dial } from '../../../src/transport/socket/dial.js';
import { dialWithNode } from '../../../src/transport/socket/node-socket.js';

vi.mock('../../../src/transport/socket/bun.js', () => ({ bun: {} }));
vi.mock('../../../src/transport/socket/bun-socket.js');
vi.mock('../../../src/transport/socket/node-socket.js');

afterEach(() => {
  vi.clearAllMocks();
});

const destination = (more: Partial<DialTarget> = {}): DialTarget => ({
  place: { host: 'etcd.example', port: 1 },
  proxy: undefined,
  security: { kind: 'plaintext' },
  certifiedHost: 'etcd.example',
  ...more,
});

const signal = new AbortController().signal;
const hosts = () => vi.mocked(dialWithBun).mock.calls.map(([, { place }]) => 'host' in place && place.host);

test('where Bun runs, its sockets are used', async () => {
  await dial(destination(), signal);
  expect(hosts()).toEqual(['etcd.example']);
  expect(dialWithNode).not.toHaveBeenCalled();
});

test('by way of a proxy, the sockets of Node.js are used', async () => {
  await dial(destination({ proxy: { host: 'p', port: '1' } as never }), signal);
  expect(dialWithNode).toHaveBeenCalledOnce();
  expect(dialWithBun).not.toHaveBeenCalled();
});

test('a full name that is not known is looked for without its final dot', async () => {
  vi.mocked(dialWithBun).mockRejectedValueOnce(new Error('EAI_AGAIN: getaddrinfo EAI_AGAIN etcd.example.'));
  await dial(destination({ place: { host: 'etcd.example.', port: 1 } }), signal);
  expect(hosts()).toEqual(['etcd.example.', 'etcd.example']);
});

test.each([
  ['etcd.example.', 'ECONNREFUSED: Failed to connect'],
  ['etcd.example', 'ENOTFOUND: getaddrinfo ENOTFOUND etcd.example'],
])('%s is not tried again after %s', async (host, message) => {
  vi.mocked(dialWithBun).mockRejectedValueOnce(new Error(message));
  await expect(dial(destination({ place: { host, port: 1 } }), signal)).rejects.toThrow(message);
  expect(hosts()).toEqual([host]);
});
