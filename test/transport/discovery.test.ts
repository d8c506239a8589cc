import type { SrvRecord } from 'node:dns';
import { expect, test } from 'vitest';
import { type DiscoveryDependencies, discoverEndpoints } from '../../src/transport/discovery.js';

const record = (name: string, port: number, priority = 0, weight = 0): SrvRecord => ({
  name,
  port,
  priority,
  weight,
});

function sources(
  zone: Record<string, SrvRecord[]>,
  random = () => 0.5,
): DiscoveryDependencies & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async resolveSrv(name) {
      asked.push(name);
      const records = zone[name];
      if (!records) throw Object.assign(new Error(`querySrv ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
      return records;
    },
    nameServers: () => ['10.0.0.53'],
    random,
  };
}

const ZONE = {
  '_etcd-client-ssl._tcp.example.com': [record('infra0.example.com', 2379)],
  '_etcd-client._tcp.example.com': [record('infra1.example.com', 2379)],
};

async function discover(zone: Record<string, SrvRecord[]>, changes = {}) {
  const warnings: string[] = [];
  const options = { domain: 'example.com', insecure: false, ...changes };
  const endpoints = await discoverEndpoints(options, (line) => warnings.push(line), sources(zone));
  return { endpoints, warnings };
}

test('endpoints without TLS are dropped with a warning', async () => {
  expect(await discover(ZONE)).toEqual({
    endpoints: ['https://infra0.example.com.:2379'],
    warnings: ['ignoring discovered insecure endpoint "http://infra1.example.com.:2379"'],
  });
});

test('endpoints without TLS are kept with `insecure`, after those with TLS', async () => {
  expect(await discover(ZONE, { insecure: true })).toEqual({
    endpoints: ['https://infra0.example.com.:2379', 'http://infra1.example.com.:2379'],
    warnings: [],
  });
});

test('the service name is part of both lookups', async () => {
  const names = sources({ '_etcd-client-ssl-blue._tcp.example.com': [] });
  const options = { domain: 'example.com', serviceName: 'blue', insecure: false };
  expect(await discoverEndpoints(options, () => {}, names)).toEqual([]);
  expect(names.asked).toEqual([
    '_etcd-client-ssl-blue._tcp.example.com',
    '_etcd-client-blue._tcp.example.com',
  ]);
});

test('one failed lookup is not an error, two are', async () => {
  const { '_etcd-client-ssl._tcp.example.com': secure } = ZONE;
  expect((await discover({ '_etcd-client-ssl._tcp.example.com': secure })).endpoints).toHaveLength(1);
  await expect(discover({})).rejects.toMatchObject({
    name: 'CommandError',
    message:
      'dns lookup errors: lookup _etcd-client-ssl._tcp.example.com on 10.0.0.53:53: no such host and lookup _etcd-client._tcp.example.com on 10.0.0.53:53: no such host',
  });
});

test('records are sorted by priority, then randomly by weight', async () => {
  const lots = [0.5, 0.5, 0.5];
  const names = sources(
    {
      '_etcd-client-ssl._tcp.example.com': [
        record('c', 1, 20, 0),
        record('b', 1, 10, 1),
        record('a', 1, 10, 9),
      ],
    },
    () => lots.shift() ?? 0,
  );
  expect(await discoverEndpoints({ domain: 'example.com', insecure: false }, () => {}, names)).toEqual([
    'https://a.:1',
    'https://b.:1',
    'https://c.:1',
  ]);
});
