import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Environment } from '../../src/cli/environment.js';
import type { GlobalFlagValues } from '../../src/cli/global-flags.js';
import { resolveGlobals } from '../../src/cli/globals.js';
import { valueLayers } from '../../src/cli/value-layers.js';

describe('--local', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'local-'));
    const files = {
      'manifests/etcd.yaml':
        'spec: {containers: [{command: [etcd, "--listen-client-urls=https://127.0.0.1:1", --cert-file=/s.crt, --key-file=/s.key, --trusted-ca-file=/ca.crt]}]}',
      'manifests/kube-apiserver.yaml':
        'spec: {containers: [{command: [kube-apiserver, "--etcd-servers=https://10.0.0.1:2"]}]}',
    };
    mkdirSync(join(root, 'etc/kubernetes/manifests'), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, 'etc/kubernetes', name), text);
  });
  afterAll(() => rmSync(root, { recursive: true }));

  async function resolve(given: Partial<GlobalFlagValues>, env: Environment = {}) {
    const lines: string[] = [];
    const warn = (line: string) => lines.push(line);
    const { connection, debugLines } = resolveGlobals(given, env, warn, {
      layers: await valueLayers(given, env, warn),
    });
    const { endpoints, tls } = connection;
    return { lines, debugLines, values: [endpoints[0], tls.caFile, tls.certFile, tls.keyFile] };
  }

  const found = () => ['https://127.0.0.1:1', `${root}/ca.crt`, `${root}/s.crt`, `${root}/s.key`];

  it('gives endpoints and TLS files, by flag and by variable', async () => {
    expect((await resolve({ local: true, root })).values).toEqual(found());
    expect((await resolve({}, { ETCDCTL_LOCAL: 'true', ETCDCTL_ROOT: root })).values).toEqual(found());
  });

  it.each([
    [{ local: false }, {}],
    [{}, { ETCDCTL_LOCAL: 'false' }],
    [{}, { ETCDCTL_LOCAL: '' }],
    [{ root: '/no/such' }, {}],
  ])('is off with %j %j', async (given, env) => {
    expect((await resolve(given, env)).values[0]).toBe('127.0.0.1:2379');
  });

  it('yields to flags and variables, one by one', async () => {
    const local = { local: true, root };
    const [endpoint, ca, cert, key] = found();
    expect((await resolve({ ...local, endpoints: ['a:1'] })).values).toEqual(['a:1', ca, cert, key]);
    expect((await resolve(local, { ETCDCTL_ENDPOINTS: 'a:1' })).values).toEqual(['a:1', ca, cert, key]);
    expect((await resolve({ ...local, cert: 'c' })).values).toEqual([endpoint, ca, 'c', key]);
    expect((await resolve(local, { ETCDCTL_CACERT: 'c', ETCDCTL_KEY: 'k' })).values).toEqual([
      endpoint,
      'c',
      cert,
      'k',
    ]);
  });

  it('may be asked for by a profile, which has precedence', async () => {
    mkdirSync(join(root, 'config/etcdctl'), { recursive: true });
    const profile = ['local: true', `root: ../..`, 'endpoints: [a:1]', 'cert: c'];
    writeFileSync(join(root, 'config/etcdctl/node.yaml'), profile.join('\n'));
    const env = { XDG_CONFIG_HOME: join(root, 'config') };
    const [, ca, , key] = found();
    const cert = join(root, 'config/etcdctl/c');
    expect((await resolve({ profile: 'node' }, env)).values).toEqual(['a:1', ca, cert, key]);
    expect((await resolve({ profile: 'node', local: false }, env)).values).toEqual([
      'a:1',
      undefined,
      cert,
      undefined,
    ]);
  });

  it('says with --debug what it uses and what not', async () => {
    const { lines, debugLines } = await resolve({ local: true, root, debug: true });
    expect(lines).toEqual([
      `--local uses ${root}/etc/kubernetes/manifests/etcd.yaml (kubeadm)`,
      `--local does not use ${root}/etc/kubernetes/manifests/kube-apiserver.yaml (external)`,
    ]);
    expect(debugLines).toContain('ETCDCTL_LOCAL=true (flag)');
    expect(debugLines).toContain(
      `ETCDCTL_KEY=${root}/s.key (--local, ${root}/etc/kubernetes/manifests/etcd.yaml)`,
    );
    expect((await resolve({ local: true, root })).lines).toEqual([]);
  });

  it('is not in the output of --debug without need', async () => {
    const { debugLines } = await resolve({ debug: true });
    expect(debugLines.filter((line) => /LOCAL|ROOT/.test(line))).toEqual([]);
  });

  it('rejects values that do not parse, and a flag beside its variable', async () => {
    await expect(resolve({}, { ETCDCTL_LOCAL: 'maybe' })).rejects.toThrow(
      'invalid value "maybe" for ETCDCTL_LOCAL',
    );
    await expect(resolve({ local: true }, { ETCDCTL_LOCAL: 'true' })).rejects.toThrow('ETCDCTL_LOCAL');
  });
});
