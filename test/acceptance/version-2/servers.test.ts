import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, references, startLab } from '../../support/lab/lab.js';
import { ourEtcdctl, type Program, run } from '../../support/lab/program.js';
import { ENABLE_V2, v2Etcdctl, v2References, version2 } from '../../support/lab/version-2.js';

async function observe(program: Program, args: readonly string[]) {
  const { code, stdout, stderr } = await run(program, args, { env: version2.env });
  return { code, stdout: stdout.toString(), stderr: stderr.toString() };
}

describe.each(references)('version 2, etcd $version without its API', (reference) => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ reference });
  });
  afterAll(() => lab?.stop());

  it.each([
    ['get /a', 'etcdctl get'],
    ['ls', 'etcdctl get --prefix --keys-only'],
    ['set /a b', 'etcdctl put'],
    ['mk --in-order /a b', 'etcdctl put'],
    ['rm /a', 'etcdctl del'],
    ['watch /a', 'etcdctl watch'],
    ['exec-watch echo /a', 'etcdctl watch <key> -- <command>'],
    ['cluster-health', 'etcdctl endpoint health --cluster'],
    ['member list', 'etcdctl member list'],
    ['member remove 1234', 'etcdctl member remove'],
    ['user list', 'etcdctl user list'],
    ['role add x', 'etcdctl role add'],
    ['auth enable', 'etcdctl auth enable'],
    ['--no-sync get /a', 'etcdctl get'],
    ['--no-sync user get x', 'etcdctl user get'],
  ])('is reported in one sentence: %s, with the replacement %s', async (line, successor) => {
    const args = [...version2.flags(lab), ...line.split(' ')];
    const real = await observe(v2Etcdctl(), args);
    const ours = await observe(ourEtcdctl(), args);
    const { endpoints } = lab.cluster;
    expect(ours).toEqual({
      ...real,
      stderr: `${real.stderr.startsWith('Error:  ') ? 'Error:  ' : ''}the server at ${endpoints[0]} does not serve the version 2 API: etcd 3.6 and later do not have it, older servers need --enable-v2; use '${successor}' with ETCDCTL_API=3\n`,
    });
  });
});

describe.each(v2References)('version 2, with failing members, etcd $version', (reference) => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ reference, members: 3, extraArgs: ENABLE_V2 });
    await run(v2Etcdctl(), [...version2.flags(lab), 'set', '/a', 'one'], { env: version2.env });
  });
  afterAll(() => lab?.stop());

  /** The result of cluster-health with sorted lines, because members are listed in the order of their ids. */
  const health = async (program: Program) => {
    const { code, stdout, stderr } = await observe(program, [...version2.flags(lab), 'cluster-health']);
    return { code, stdout: stdout.split('\n').sort(), stderr };
  };

  it('uses the other endpoints when one is down', async () => {
    await lab.cluster.kill(0);
    await lab.cluster.serving();
    for (const args of [
      ['get', '/a'],
      ['--no-sync', 'get', '/a'],
      ['set', '/a', 'one'],
      ['mk', '/a/below', 'x'],
    ]) {
      const line = [...version2.flags(lab), ...args];
      const ours = await observe(ourEtcdctl(), line);
      // mk is sent only once, to an endpoint of the member list, which can be the one that is down.
      if (args[0] !== 'mk') expect(ours).toEqual({ code: 0, stdout: 'one\n', stderr: '' });
      else expect(ours.code).toBe(4);
    }
  });

  it('reports a cluster with a member that is down as degraded', async () => {
    const real = await health(v2Etcdctl());
    expect(real.stdout).toContain('cluster is degraded');
    expect(await health(ourEtcdctl())).toEqual(real);
  });

  it('uses another member when one accepts the request and does not answer', async () => {
    await lab.cluster.restart(0);
    await lab.cluster.serving();
    lab.cluster.pause(0);
    try {
      await lab.cluster.serving();
      const flags = ['--timeout', '500ms', ...version2.flags(lab), '--no-sync'];
      expect(await observe(ourEtcdctl(), [...flags, 'get', '/a'])).toMatchObject({
        code: 0,
        stdout: 'one\n',
      });
      const [, second = ''] = lab.cluster.endpoints;
      const alone = ['--total-timeout', '1s', '--endpoints', second, 'cluster-health'];
      const { code, stdout } = await observe(ourEtcdctl(), alone);
      expect(code).toBe(5);
      // No comparison: the real etcdctl waits forever.
      expect(stdout).toMatch(/failed to check the health of member .*: context deadline exceeded\n/);
      expect(stdout).toMatch(/cluster is degraded\n$/);
    } finally {
      lab.cluster.resume(0);
    }
  });

  it('reports a cluster as unavailable when no member can be reached', async () => {
    for (const index of [0, 1, 2]) await lab.cluster.kill(index);
    const args = ['--endpoints', lab.cluster.endpoints[0] ?? '', 'cluster-health'];
    expect(await observe(ourEtcdctl(), args)).toEqual(await observe(v2Etcdctl(), args));
  });
});

describe.each(v2References)('version 2 over TLS, etcd $version', (reference) => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ reference, profile: 'tls', extraArgs: ENABLE_V2 });
  });
  afterAll(() => lab?.stop());

  const words = () => {
    const { pki, cluster } = lab;
    if (pki === undefined) throw new Error('a lab with TLS has certificates');
    const [endpoint = ''] = cluster.endpoints;
    return { endpoint, pki };
  };

  it('reads keys with flags, and with variables only', async () => {
    const { endpoint, pki } = words();
    const env = {
      ...version2.env,
      ETCDCTL_ENDPOINTS: endpoint,
      ETCDCTL_CA_FILE: pki.caCert,
      ETCDCTL_CERT_FILE: pki.client.cert,
      ETCDCTL_KEY_FILE: pki.client.key,
    };
    for (const args of [['set', '/a', 'one'], ['get', '/a'], ['member', 'list'], ['cluster-health']]) {
      const [real, ours] = await Promise.all(
        [v2Etcdctl(), ourEtcdctl()].map((program) => run(program, args, { env })),
      );
      expect(ours).toEqual(real);
      expect(ours?.code).toBe(0);
    }
  });

  it('reports why a server is not trusted, and which flag helps', async () => {
    const { endpoint, pki } = words();
    const files = ['--cert-file', pki.client.cert, '--key-file', pki.client.key];
    const args = ['--endpoints', endpoint, ...files, 'get', '/a'];
    const [real, ours] = [await observe(v2Etcdctl(), args), await observe(ourEtcdctl(), args)];
    expect(ours.code).toBe(real.code);
    expect(ours.stderr).toMatch(
      /^https:.*: the server's certificate is signed by an unknown authority(?:, [^:]*)?: give its CA with --ca-file \(tls: .*\)\n/,
    );
    expect(ours.stderr.endsWith(real.stderr), `${ours.stderr}\nends with\n${real.stderr}`).toBe(true);
  });

  it('reports that a client certificate is required', async () => {
    const { endpoint, pki } = words();
    const args = ['--endpoints', endpoint, '--ca-file', pki.caCert, 'get', '/a'];
    const [real, ours] = [await observe(v2Etcdctl(), args), await observe(ourEtcdctl(), args)];
    expect(ours.code).toBe(real.code);
    // Servers of 3.4 and 3.5 send different alerts.
    expect(ours.stderr).toMatch(
      /client certificate: (?:give|check) --cert-file and --key-file \(remote error: tls: .*\)\n/,
    );
    // Go's net/http says in which of its loops it was when the alert came, about once in 80 runs.
    const message = real.stderr.replaceAll('readLoopPeekFailLocked: ', '');
    expect(ours.stderr.endsWith(message), `${ours.stderr}\nends with\n${message}`).toBe(true);
  });

  it('reports plain http on a port for https', async () => {
    const { endpoint } = words();
    const plain = endpoint.replace('https:', 'http:');
    const args = ['--endpoints', plain, 'get', '/a'];
    const [real, ours] = [await observe(v2Etcdctl(), args), await observe(ourEtcdctl(), args)];
    expect(ours).toEqual({ ...real, stderr: expect.stringContaining(real.stderr) });
    expect(ours.stderr).toContain('if it expects TLS, use https://');
  });
});
