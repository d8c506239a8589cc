import { describe, expect, it } from 'vitest';
import { resolveV2Globals, toV2OutputFormat } from '../../../src/cli/v2/globals.js';

describe('global flags and variables of version 2', () => {
  it('has the defaults of etcdctl 3.5', () => {
    expect(resolveV2Globals({}, {})).toMatchObject({
      endpoints: ['http://127.0.0.1:2379', 'http://127.0.0.1:4001'],
      discovery: undefined,
      user: undefined,
      output: 'simple',
      syncs: true,
      isDebug: false,
      headerTimeoutMs: 2000,
      totalTimeoutMs: 5000,
      dialTimeoutMs: 5000,
    });
  });

  const all = {
    ETCDCTL_ENDPOINTS: 'http://a,http://b',
    ETCDCTL_ENDPOINT: 'http://c',
    ETCDCTL_PEERS: 'http://d',
  };

  it.each([
    [{ endpoints: 'http://x,http://y', endpoint: 'http://z' }, all, ['http://x', 'http://y']],
    [{ endpoint: 'http://z' }, all, ['http://a', 'http://b']],
    [{ endpoint: 'http://z' }, { ETCDCTL_ENDPOINT: 'http://c' }, ['http://z']],
    [{ peers: 'http://z' }, { ETCDCTL_ENDPOINT: 'http://c' }, ['http://c']],
    [{ peers: 'http://z' }, { ETCDCTL_PEERS: 'http://d' }, ['http://z']],
    [{}, { ETCDCTL_PEERS: 'http://d' }, ['http://d']],
    [{ endpoints: '' }, { ETCDCTL_ENDPOINTS: '' }, ['http://127.0.0.1:2379', 'http://127.0.0.1:4001']],
  ])('with the flags %j and the variables %j, the endpoints are %j', (given, env, endpoints) => {
    expect(resolveV2Globals(given, env).endpoints).toEqual(endpoints);
  });

  it('uses the variables for files and user when the flags are empty', () => {
    const env = {
      ETCDCTL_CA_FILE: 'ca',
      ETCDCTL_CERT_FILE: 'cert',
      ETCDCTL_KEY_FILE: 'key',
      ETCDCTL_USERNAME: 'ann:a:b',
    };
    const { tls, user } = resolveV2Globals({ 'cert-file': 'mine' }, env);
    expect(tls).toMatchObject({ caFile: 'ca', certFile: 'mine', keyFile: 'key', serverName: '' });
    expect(user).toEqual({ username: 'ann', password: 'a:b' });
    expect(resolveV2Globals({ username: 'bob' }, env).user).toEqual({ username: 'bob' });
  });

  it('verifies certificates against the discovery domain, unless discovery is insecure', () => {
    const given = { 'discovery-srv': 'example.org' };
    expect(resolveV2Globals(given, { ETCDCTL_DISCOVERY_SRV_NAME: 'two' })).toMatchObject({
      discovery: { domain: 'example.org', serviceName: 'two', insecure: false },
      tls: { serverName: 'example.org' },
    });
    expect(resolveV2Globals(given, { ETCDCTL_INSECURE_DISCOVERY: 'x' })).toMatchObject({
      discovery: { insecure: true },
      tls: { serverName: '' },
    });
  });

  it('limits the dial timeout to 30 seconds', () => {
    expect(resolveV2Globals({ 'total-timeout': 0 }, {}).dialTimeoutMs).toBe(30_000);
    expect(resolveV2Globals({ 'total-timeout': 60_000 }, {}).dialTimeoutMs).toBe(30_000);
  });

  it('rejects unknown output formats', () => {
    expect(toV2OutputFormat('extended')).toBe('extended');
    expect(() => toV2OutputFormat('xml')).toThrow('Unsupported output format: xml');
  });
});
