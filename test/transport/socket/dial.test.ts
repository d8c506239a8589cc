import { expect, test, vi } from 'vitest';
import { dialWithBun } from '../../../src/transport/socket/bun-socket.js';
import type { Destination, Place } from '../../../src/transport/socket/byte-socket.js';
import { dial } from '../../../src/transport/socket/dial.js';
import { dialWithNode } from '../../../src/transport/socket/node-socket.js';
import { TLS_FLAG_NAMES } from '../../../src/transport/tls/flag-names.js';
import { TlsSecurity } from '../../../src/transport/tls/security.js';

vi.mock('../../../src/transport/socket/bun.js', () => ({ bun: {} }));
vi.mock('../../../src/transport/socket/bun-socket.js');
vi.mock('../../../src/transport/socket/node-socket.js');

const tls = (serverName?: string, isVerified = true) =>
  new TlsSecurity({}, { flagNames: TLS_FLAG_NAMES, serverName, isVerified });

async function socketsFor(place: Place, more: Partial<Destination>): Promise<string> {
  vi.clearAllMocks();
  const certifiedHost = 'host' in place ? place.host.replace(/%.*/, '') : '127.0.0.1';
  const destination = { place, proxy: undefined, security: tls(), certifiedHost, ...more };
  await dial(destination, new AbortController().signal);
  const isBun = vi.mocked(dialWithBun).mock.calls.length === 1;
  const isNode = vi.mocked(dialWithNode).mock.calls.length === 1;
  expect(isBun).toBe(!isNode);
  return isBun ? 'Bun' : 'Node.js';
}

test.each<[string, Place, Partial<Destination>, string]>([
  ['a name', { host: 'etcd.example', port: 1 }, {}, 'Bun'],
  ['an address', { host: '127.0.0.1', port: 1 }, {}, 'Bun'],
  ['another name', { host: '127.0.0.1', port: 1 }, { security: tls('etcd.example') }, 'Bun'],
  ['another address', { host: 'etcd.example', port: 1 }, { security: tls('10.0.0.1') }, 'Node.js'],
  ['an address without its zone', { host: 'fe80::1%eth0', port: 1 }, {}, 'Node.js'],
  ['an address at a path', { path: '/s' }, {}, 'Node.js'],
  ['no name at all', { host: 'x', port: 1 }, { security: tls('10.0.0.1', false) }, 'Bun'],
  ['nothing, without TLS', { path: '/s' }, { security: { kind: 'plaintext' } }, 'Bun'],
  ['a name, by way of a proxy', { host: 'x', port: 1 }, { proxy: { host: 'p', port: '1' } }, 'Node.js'],
])('where Bun runs, %s is verified on the right sockets', async (_name, place, more, sockets) => {
  expect(await socketsFor(place, more)).toBe(sockets);
});
