import { describe, expect, test } from 'vitest';
import { parseEndpoint } from '../../../src/transport/grpc/endpoint.js';

function socketAddressOf(target: string) {
  const [, path] = /^unix:(.*)/.exec(target) ?? [];
  if (path !== undefined) return { path };
  const [, host = '', port] = /^dns:\[?(.*?)\]?:(\d+)$/.exec(target) ?? [];
  return { host, port: Number(port) };
}

const reachable = (target: string, authority: string, host: string) => ({
  kind: 'reachable',
  socketAddress: socketAddressOf(target),
  target,
  authority,
  host,
});

describe('endpoints that can be reached', () => {
  test.each([
    ['127.0.0.1:2379', 'as-configured', reachable('dns:127.0.0.1:2379', '127.0.0.1:2379', '127.0.0.1')],
    ['etcd.local:2379', 'as-configured', reachable('dns:etcd.local:2379', 'etcd.local:2379', 'etcd.local')],
    ['http://a:1', 'none', reachable('dns:a:1', 'a:1', 'a')],
    ['https://a:1/', 'required', reachable('dns:a:1', 'a:1', 'a')],
    ['HTTPS://a:443?x#y', 'required', reachable('dns:a:443', 'a:443', 'a')],
    ['https://user:pw@a:1', 'required', reachable('dns:a:1', 'a:1', 'a')],
    ['https://[::1]:2379', 'required', reachable('dns:[::1]:2379', '[::1]:2379', '::1')],
    ['[fe80::1%eth0]:1', 'as-configured', reachable('dns:[fe80::1%eth0]:1', '[fe80::1]:1', 'fe80::1')],
    ['https://[fe80::1%25eth0]:1', 'required', reachable('dns:[fe80::1%eth0]:1', '[fe80::1]:1', 'fe80::1')],
    [
      'https://infra0.example.:1',
      'required',
      reachable('dns:infra0.example.:1', 'infra0.example.:1', 'infra0.example.'),
    ],
    [':2379', 'as-configured', reachable('dns:localhost:2379', 'localhost:2379', 'localhost')],
    ['unix:///run/etcd.sock', 'as-configured', reachable('unix:/run/etcd.sock', 'etcd.sock', 'etcd.sock')],
    ['unixs:///run/localhost:1', 'required', reachable('unix:/run/localhost:1', 'localhost:1', 'localhost')],
    ['unix:run/etcd.sock', 'as-configured', reachable('unix:run/etcd.sock', 'etcd.sock', 'etcd.sock')],
    ['unix://etcd.sock', 'as-configured', reachable('unix:etcd.sock', 'etcd.sock', 'etcd.sock')],
  ])('%s', (text, encryption, address) => {
    expect(parseEndpoint(text)).toEqual({ text, encryption, address });
  });
});

test.each([
  ['127.0.0.1', 'the port is missing: write 127.0.0.1:2379'],
  ['https://host', 'the port is missing: write host:2379'],
  ['[::1]', 'the port is missing: write [::1]:2379'],
  ['host:', 'the port is missing: write host:2379'],
  ['host:http', 'the port "http" is not a number'],
  ['host:1/v3', 'a path has no meaning here: write host:1'],
  ['host:0', 'the port is not between 1 and 65535'],
  ['host:65536', 'the port is not between 1 and 65535'],
  ['a b:1', 'not of the form host:port'],
  ['http:/host:1', 'not of the form host:port: write http://host:1'],
  ['https//host:1', 'not of the form host:port: write https://host:1'],
  ['::1:2379', 'an IPv6 address needs brackets: write [::1]:2379'],
  ['fe80::1%eth0:2379', 'an IPv6 address needs brackets: write [fe80::1%eth0]:2379'],
  ['1:2:3', 'not of the form host:port'],
  ['', 'host and port are missing'],
  ['http://', 'host and port are missing'],
  ['unix://', 'a path to a socket is missing'],
  ['ftp://a:1', 'unknown scheme "ftp": use http://, https://, unix:// or none'],
])('%j cannot be reached: %s', (text, problem) => {
  expect(parseEndpoint(text).address).toEqual({ kind: 'malformed', problem });
});
