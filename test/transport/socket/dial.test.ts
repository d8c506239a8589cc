import { afterEach, expect, test, vi } from 'vitest';
import { dialWithBun } from '../../../src/transport/socket/bun-socket.js';
import { type DialOptions, dial } from '../../../src/transport/socket/dial.js';
import { dialWithNode } from '../../../src/transport/socket/node-socket.js';

vi.mock('../../../src/transport/socket/bun.js', () => ({ bun: {} }));
vi.mock('../../../src/transport/socket/bun-socket.js');
vi.mock('../../../src/transport/socket/node-socket.js');

afterEach(() => {
  vi.clearAllMocks();
});

const dialOptions = (more: Partial<DialOptions> = {}): DialOptions => ({
  address: { host: 'etcd.example', port: 1 },
  proxy: undefined,
  security: { kind: 'plaintext' },
  expectedHost: 'etcd.example',
  ...more,
});

const signal = new AbortController().signal;
const hosts = () =>
  vi.mocked(dialWithBun).mock.calls.map(([, { address }]) => 'host' in address && address.host);

test('on Bun, its sockets are used', async () => {
  await dial(dialOptions(), signal);
  expect(hosts()).toEqual(['etcd.example']);
  expect(dialWithNode).not.toHaveBeenCalled();
});

test('through a proxy, the sockets of Node.js are used', async () => {
  await dial(dialOptions({ proxy: { host: 'p', port: '1' } as never }), signal);
  expect(dialWithNode).toHaveBeenCalledOnce();
  expect(dialWithBun).not.toHaveBeenCalled();
});

test('an absolute name that cannot be resolved is tried without its final dot', async () => {
  vi.mocked(dialWithBun).mockRejectedValueOnce(new Error('EAI_AGAIN: getaddrinfo EAI_AGAIN etcd.example.'));
  await dial(dialOptions({ address: { host: 'etcd.example.', port: 1 } }), signal);
  expect(hosts()).toEqual(['etcd.example.', 'etcd.example']);
});

test.each([
  ['etcd.example.', 'ECONNREFUSED: Failed to connect'],
  ['etcd.example', 'ENOTFOUND: getaddrinfo ENOTFOUND etcd.example'],
])('%s is not tried again after %s', async (host, message) => {
  vi.mocked(dialWithBun).mockRejectedValueOnce(new Error(message));
  await expect(dial(dialOptions({ address: { host, port: 1 } }), signal)).rejects.toThrow(message);
  expect(hosts()).toEqual([host]);
});
