import { describe, expect, it } from 'vitest';
import { ignoresProxy, proxyFor } from '../../src/transport/proxy.js';

const SETTING = 'http://proxy:3128';
const PROXY = { host: 'proxy', port: '3128' };

describe('the proxy', () => {
  it.each([
    ['http://proxy:3128', PROXY],
    ['proxy:3128', PROXY],
    ['http://proxy', { host: 'proxy', port: '80' }],
    ['http://us%40er:pass@proxy:3128', { ...PROXY, credentials: 'us@er:pass' }],
    ['http://us%er:pass@proxy:3128', undefined],
    ['https://proxy', { host: 'proxy', port: '443', isSecure: true }],
    ['user@proxy:3128', { ...PROXY, credentials: 'user:' }],
    ['user:@proxy:3128', { ...PROXY, credentials: 'user:' }],
    [':pass@proxy:3128', { ...PROXY, credentials: ':pass' }],
    ['http://user:p%25%3A@proxy:3128', { ...PROXY, credentials: 'user:p%:' }],
    ['http://user:p/w@proxy:3128', undefined],
    ['http://user:p#w@proxy:3128', undefined],
    ['http://[::2]:3128', { host: '::2', port: '3128' }],
    [undefined, undefined],
  ])('that the setting %j names is %j', (setting, proxy) => {
    expect(proxyFor({ host: 'etcd', port: '2379' }, setting)).toEqual(proxy);
  });
});

it('says that a setting is ignored only where it would be used', () => {
  const server = { host: 'etcd', port: '2379' };
  const settings = ['http://user:100%@proxy:3128', SETTING, undefined];
  expect(settings.map((setting) => ignoresProxy(server, setting))).toEqual([true, false, false]);
  expect(ignoresProxy(server, settings[0], 'etcd')).toBe(false);
  expect(ignoresProxy({ host: 'localhost', port: '2379' }, settings[0])).toBe(false);
});

describe('no proxy is used', () => {
  it.each(['localhost', '127.0.0.1', '127.9.9.9', '::1'])('for this machine: %s', (host) => {
    expect(proxyFor({ host, port: '2379' }, SETTING)).toBeUndefined();
  });

  it.each([
    ['10.1.2.3', '10.0.0.0/8'],
    ['10.1.2.3', 'a, 10.1.2.3 ,b'],
    ['10.1.2.3', '10.1.2.3:2379'],
    ['10.1.2.3', '*'],
    ['fd00::7', 'fd00::/8'],
    ['fd00::7', 'fd00::7'],
    ['fd00::7', '[fd00::7]:2379'],
    ['etcd.example.org', 'example.org'],
    ['etcd.example.org', '.example.org'],
    ['etcd.example.org', '*.example.org'],
    ['etcd.example.org', 'ETCD.example.org:2379'],
    ['example.org', 'example.org'],
  ])('for %s with NO_PROXY=%s', (host, noProxy) => {
    expect(proxyFor({ host, port: '2379' }, SETTING, noProxy)).toBeUndefined();
  });

  it.each([
    ['10.1.2.3', ''],
    ['10.1.2.3', '11.0.0.0/8'],
    ['10.1.2.3', '10.0.0.0/80'],
    ['10.1.2.3', '10.1.2.3:2380'],
    ['10.1.2.3', '3'],
    ['fd00::7', '10.0.0.0/8'],
    ['example.org', '.example.org'],
    ['example.org', '*.example.org'],
    ['example.org', 'ample.org'],
    ['example.org', 'example.org:80'],
    ['example.org', ':2379'],
    ['example.org', ',,'],
  ])('but not for %s, by %s', (host, exceptions) => {
    expect(proxyFor({ host, port: '2379' }, SETTING, exceptions)).toEqual(PROXY);
  });
});
