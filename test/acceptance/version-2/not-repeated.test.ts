/** Servers that read a request and then end the connection: what would have a second effect is sent once. */
import type { RequestListener } from 'node:http';
import { expect, it } from 'vitest';
import { type FakeServer, serve } from '../../support/http/fake-servers.js';
import { ourEtcdctl, run } from '../../support/lab/program.js';

/** Answers what is only read, over connections that are kept, and ends the connection after any other request. */
const cutting =
  (clientURLs: readonly string[]): RequestListener =>
  ({ method, socket }, response) => {
    if (method !== 'GET') socket.destroy();
    else response.end(JSON.stringify({ members: [{ id: '1', name: 'm', peerURLs: [], clientURLs }] }));
  };

const written = ({ requests }: FakeServer) => requests.filter(({ method }) => method !== 'GET').length;

it.each<[args: readonly string[], each: number[]]>([
  [
    ['mk', '--in-order', '/dir', 'v'],
    [1, 0],
  ],
  [
    ['mk', '/k', 'v'],
    [1, 0],
  ],
  [
    ['rm', '/k'],
    [1, 0],
  ],
  [
    ['member', 'add', 'm', 'http://127.0.0.1:1'],
    [1, 0],
  ],
  // A second execution has no second effect, or its condition fails.
  [
    ['set', '/k', 'v'],
    [1, 1],
  ],
  [
    ['set', '/k', 'v', '--swap-with-value', 'old'],
    [1, 1],
  ],
])('%j', async (args, each) => {
  const urls: string[] = [];
  const servers = [await serve(cutting(urls)), await serve(cutting(urls))];
  urls.push(...servers.map(({ url }) => url));
  const { code, stdout } = await run(ourEtcdctl(), ['--endpoints', urls.join(','), ...args], {
    env: { ETCDCTL_API: '2' },
  });
  expect(servers.map(written)).toEqual(each);
  // The connection on which the members were asked for their URLs is used again.
  expect(servers[0]?.connections).toBe(1);
  expect(code).not.toBe(0);
  expect(stdout.toString()).toBe('');
});
