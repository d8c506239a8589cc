/** Network settings in environment variables that Go programs use, compared with the newest real etcdctl. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectProxy } from '../support/grpc/connect-proxy.js';
import { type Lab, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, type Program, type RunResult, run } from '../support/lab/program.js';

const reached = { code: 0, stdout: 'k\nv\n' };

describe('proxy variables', () => {
  let lab: Lab;
  let proxy: ConnectProxy;
  beforeAll(async () => {
    lab = await startLab();
    await lab.real(['put', 'k', 'v']);
    proxy = await ConnectProxy.start(Number(new URL(lab.cluster.endpoints[0] ?? '').port));
  });
  afterAll(async () => {
    await proxy?.close();
    await lab?.stop();
  });

  async function outcome(program: Program, endpoint: string, env: Record<string, string>) {
    const { code, stdout }: RunResult = await run(
      program,
      [`--endpoints=${endpoint}`, '--command-timeout=2s', 'get', 'k'],
      { env },
    );
    return { code, stdout: stdout.toString() };
  }

  it.each([
    ['http://nowhere.invalid:2379', ['HTTPS_PROXY'], true],
    ['http://nowhere.invalid:2379', ['https_proxy'], true],
    ['http://nowhere.invalid:2379', ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY'], false],
  ])('have the same effect as in etcdctl: %s through %j', async (endpoint, variables, isReached) => {
    const env = Object.fromEntries(variables.map((name) => [name, `http://127.0.0.1:${proxy.port}`]));
    const ours = await outcome(ourEtcdctl(), endpoint, env);
    expect(ours).toEqual(isReached ? reached : { code: 1, stdout: '' });
    expect(ours).toEqual(await outcome(lab.newestEtcdctl, endpoint, env));
  });

  it.each(['http_proxy', 'https_proxy', 'HTTPS_PROXY'])(
    'are ignored for endpoints on this machine: %s',
    async (name) => {
      const env = { [name]: 'http://127.0.0.1:1' };
      const [endpoint = ''] = lab.cluster.endpoints;
      for (const program of [lab.newestEtcdctl, ourEtcdctl()]) {
        expect(await outcome(program, endpoint, env)).toEqual(reached);
      }
    },
  );
});

describe('certificate authorities', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ profile: 'tls' });
    await lab.real(['put', 'k', 'v']);
  });
  afterAll(() => lab?.stop());

  it('in SSL_CERT_FILE are trusted', async () => {
    const flags = lab.flags().filter((flag) => !flag.startsWith('--cacert'));
    for (const program of [lab.newestEtcdctl, ourEtcdctl()]) {
      const env = { SSL_CERT_FILE: lab.pki?.caCert ?? '' };
      const { code, stdout } = await run(program, [...flags, 'get', 'k'], { env });
      expect({ code, stdout: stdout.toString() }).toEqual(reached);
    }
  });
});
