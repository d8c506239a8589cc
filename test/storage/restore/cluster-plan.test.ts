import { describe, expect, it } from 'vitest';
import { checkAdvertisedUrls } from '../../../src/storage/restore/advertised-urls.js';
import { planCluster, rejectDuplicateUrls } from '../../../src/storage/restore/cluster-plan.js';
import { parseInitialCluster, peerUrlsOf } from '../../../src/storage/restore/peer-urls.js';

describe('planCluster', () => {
  it('computes the same ids as etcd', () => {
    const single = planCluster(
      parseInitialCluster('default=http://localhost:2380'),
      'etcd-cluster',
      'default',
    );
    expect(single).toMatchObject({ clusterId: 0xcdf818194e3a8c32n, localId: 0x8e9e05c52164694dn });
    const three = planCluster(
      parseInitialCluster('m1=http://127.0.0.1:24201,m2=http://127.0.0.1:24202,m3=http://127.0.0.1:24203'),
      'tok1',
      'm1',
    );
    expect(three.clusterId).toBe(0x1e4f08ffad9f4ac0n);
    expect(three.localId).toBe(0xfee7fbf52e362f7en);
    expect(three.members.map(({ id, name }) => [id, name])).toEqual([
      [0x67aeadb9c005a765n, 'm2'],
      [0xd90ecec6f5ec0956n, 'm3'],
      [0xfee7fbf52e362f7en, 'm1'],
    ]);
  });

  it('does not depend on the order of the members and URLs', () => {
    const plan = (text: string) => planCluster(parseInitialCluster(text), 't', 'a');
    expect(plan('a=http://h:1,b=http://h:2,a=http://h:0')).toEqual(
      plan(' b=http://h:2,a=http://h:0,a=http://h:1'.trim()),
    );
  });

  it('rejects a missing local member, members with the same id, and duplicate URLs', () => {
    const cluster = parseInitialCluster('a=http://h:1,b=http://h:1');
    expect(() => planCluster(cluster, 't', 'x')).toThrow(
      `couldn't find local name "x" in the initial cluster configuration`,
    );
    expect(() => planCluster(cluster, 't', 'a')).toThrow('member exists with identical ID');
    expect(() => rejectDuplicateUrls(cluster)).toThrow(
      'initial cluster a=http://h:1,b=http://h:1 has duplicate url',
    );
  });
});

describe('peer URLs', () => {
  it.each([
    ['http://h:1', 'http://h:1'],
    [' HTTPS://h:1 ', 'https://h:1'],
    ['http://[::1]:2380', 'http://[::1]:2380'],
    ['unix://path:1', 'unix://path:1'],
    ['http://h:', 'http://h:'],
  ])('%s is normalized to %s', (text, expected) => {
    expect(peerUrlsOf([text])).toEqual([expected]);
  });

  it.each([
    ['http://h', 'URL address does not have the form "host:port": http://h'],
    ['http://h:1/', 'URL must not contain a path: http://h:1/'],
    ['h:1', 'URL scheme must be http, https, unix, or unixs: h:1'],
    ['', 'URL scheme must be http, https, unix, or unixs: '],
    ['127.0.0.1:1', 'parse "127.0.0.1:1": first path segment in URL cannot contain colon'],
    ['http://h:x', 'parse "http://h:x": invalid port ":x" after host'],
  ])('%s is rejected', (text, message) => {
    expect(() => peerUrlsOf([text])).toThrow(message);
  });
});

describe('checkAdvertisedUrls', () => {
  const check = (clusterUrls: string[], advertisedUrls: string[]) =>
    checkAdvertisedUrls({
      name: 'm',
      clusterUrls,
      advertisedUrls,
      resolveHost: async (host) => {
        if (host === 'unknown')
          throw Object.assign(new Error('getaddrinfo ENOTFOUND unknown'), { code: 'ENOTFOUND' });
        return host === 'name' ? '10.0.0.1' : host;
      },
    });

  it('accepts the same text, and different text that resolves to the same addresses', async () => {
    await check(['http://unknown:1'], ['http://unknown:1']);
    await check(['http://name:1'], ['http://10.0.0.1:1']);
  });

  it.each([
    ['http://[2001:DB8::1]:1', 'http://[2001:db8:0:0:0:0:0:1]:1'],
    ['http://[::ffff:10.0.0.1]:1', 'http://10.0.0.1:1'],
    ['http://[::ffff:a00:1]:1', 'http://name:1'],
    ['http://unknown:1', 'http://unknown:1?x'],
    ['http://[fe80:0::1%25lo]:1', 'http://[fe80::1%25lo]:1'],
    ['http://u@10.0.0.1:1', 'http://10.0.0.1:1'],
    ['http://10.0.0.1:0001', 'http://10.0.0.1:1'],
    ['http://10.0.0.1:', 'http://10.0.0.1:0'],
    ['unix:///a', 'unix:///a'],
  ])('treats %s and %s as equal', async (a, b) => {
    await check([a], [b]);
    await check([b], [a]);
  });

  it.each([
    ['http://10.0.0.1:1', 'https://10.0.0.1:1', 'resolved urls: "https://10.0.0.1:1" != "http://10.0.0.1:1"'],
    [
      'http://localhost:1',
      'http://127.0.0.1:1',
      'resolved urls: "http://127.0.0.1:1" != "http://localhost:1"',
    ],
    [
      'http://localhost:1',
      'http://localhost:01',
      'resolved urls: "http://localhost:01" != "http://localhost:1"',
    ],
    ['http://[::1]:1', 'http://[::2]:1', 'resolved urls: "http://[::2]:1" != "http://[::1]:1"'],
    ['http://10.0.0.1:1', 'http://10.0.0.1:65536', 'failed to resolve "http://10.0.0.1:65536" ('],
    ['unix:///a', 'unix:///b', 'resolved urls: "unix:///b" != "unix:///a"'],
  ])('treats %s and %s as different', async (cluster, advertised, message) => {
    await expect(check([cluster], [advertised])).rejects.toThrow(message);
  });

  it.each([
    [
      ['http://a:1', 'http://b:1'],
      ['http://a:1'],
      '--initial-cluster has m=http://b:1 but missing from --initial-advertise-peer-urls=http://a:1 (len(["http://a:1"]) != len(["http://a:1" "http://b:1"]))',
    ],
    [
      ['http://a:1'],
      ['http://a:1', 'http://b:1'],
      '--initial-advertise-peer-urls has http://b:1 but missing from --initial-cluster=m=http://a:1,m=http://b:1',
    ],
    [
      ['http://a:1'],
      ['http://name:1'],
      '--initial-cluster has m=http://a:1 but missing from --initial-advertise-peer-urls=http://name:1 (resolved urls: "http://10.0.0.1:1" != "http://a:1")',
    ],
    [['http://a:1'], ['http://unknown:1'], '(failed to resolve "http://unknown:1" ('],
  ])('rejects lists that differ: %j and %j', async (cluster, advertised, message) => {
    await expect(check(cluster, advertised)).rejects.toThrow(message);
  });
});
