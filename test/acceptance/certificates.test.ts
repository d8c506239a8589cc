/** Whom the program trusts, and whom not: against a real server that shows one certificate after the other, beside the real etcdctl. */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, issue, writePair } from '../../scripts/lib/pki.mjs';
import { type Lab, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, type Program, run } from '../support/lab/program.js';

const day = 24 * 60 * 60 * 1000;

let lab: Lab;
/** Pairs for the server, by what is special about them. */
let pairs: Readonly<Record<string, { readonly cert: string; readonly key: string }>>;
let stranger: { readonly cert: string; readonly key: string };

beforeAll(async () => {
  lab = await startLab({ profile: 'tls' });
  await lab.real(['put', 'k', 'v']);
  const { pki } = lab;
  if (pki === undefined) throw new Error('the lab has no PKI');
  const request = { usage: 'server', algorithm: 'ecdsa', commonName: '127.0.0.1' } as const;
  const loopback = { ...request, ips: ['127.0.0.1', '::1'] };
  const { authority } = pki;
  const otherAuthority = await createAuthority({ commonName: 'other', algorithm: 'ecdsa' });
  pairs = {
    addresses: await issue(authority, loopback),
    names: await issue(authority, { ...request, dnsNames: ['localhost', 'etcd.example'] }),
    otherAddress: await issue(authority, { ...request, ips: ['10.0.0.1'] }),
    nameless: await issue(authority, request),
    expired: await issue(authority, {
      ...loopback,
      notBefore: new Date(Date.now() - 2 * day),
      notAfter: new Date(Date.now() - day),
    }),
    future: await issue(authority, {
      ...loopback,
      notBefore: new Date(Date.now() + day),
      notAfter: new Date(Date.now() + 2 * day),
    }),
    otherAuthority: await issue(otherAuthority, loopback),
  };
  stranger = writePair(
    lab.folder,
    'stranger',
    await issue(otherAuthority, { usage: 'client', algorithm: 'ecdsa', commonName: 'stranger' }),
  );
});
afterAll(() => lab?.stop());

/** The server reads its files for each connection. */
function show(pair: string): void {
  const { pki } = lab;
  const shown = pairs[pair];
  if (pki === undefined || shown === undefined) throw new Error(`no pair ${pair}`);
  writeFileSync(pki.server.cert, shown.cert);
  writeFileSync(pki.server.key, shown.key);
}

interface Setting {
  readonly pair: string;
  /** Instead of 127.0.0.1. */
  readonly host?: string;
  /** Instead of those of the lab; the flags that name files, and others. */
  readonly flags?: () => readonly string[];
}

async function outcomes({ pair, host = '127.0.0.1', flags }: Setting) {
  show(pair);
  const port = new URL(lab.cluster.endpoints[0] ?? '').port;
  const [, ...own] = lab.flags();
  const get = async (program: Program) => {
    const args = [`--endpoints=https://${host}:${port}`, '--command-timeout=2s', ...(flags?.() ?? own)];
    const { code, stdout, stderr } = await run(program, [...args, 'get', 'k']);
    return { code, stdout: stdout.toString(), stderr: stderr.toString() };
  };
  const [real, ours] = await Promise.all([get(lab.newestEtcdctl), get(ourEtcdctl())]);
  expect({ code: ours.code, stdout: ours.stdout }).toEqual({ code: real.code, stdout: real.stdout });
  return ours;
}

const withoutCa = () => lab.flags().filter((flag) => !/^--(?:cacert|endpoints)=/.test(flag));
const alone = () => lab.flags().filter((flag) => flag.startsWith('--cacert='));
const own = () => lab.flags().filter((flag) => !flag.startsWith('--endpoints='));

describe('trusted is a server', () => {
  it.each<[string, Setting]>([
    ['by its address', { pair: 'addresses' }],
    ['by its name', { pair: 'names', host: 'localhost' }],
    [
      'unverified, whoever signed it',
      { pair: 'otherAuthority', flags: () => [...own(), '--insecure-skip-tls-verify'] },
    ],
    [
      'unverified, whatever it is named',
      { pair: 'otherAddress', flags: () => [...own(), '--insecure-skip-tls-verify'] },
    ],
    [
      'unverified, without authorities',
      { pair: 'expired', flags: () => [...withoutCa(), '--insecure-skip-tls-verify'] },
    ],
  ])('%s', async (_name, setting) => {
    expect(await outcomes(setting)).toMatchObject({ code: 0, stdout: 'k\nv\n' });
  });
});

describe('not trusted is a server', () => {
  const unknownAuthority = 'is signed by an unknown authority: give its CA with --cacert';
  it.each<[string, Setting, string]>([
    ['of another address', { pair: 'otherAddress' }, 'not valid for 127.0.0.1, only for IP:10.0.0.1'],
    [
      'by its common name',
      { pair: 'nameless' },
      'not valid for 127.0.0.1: it has no subject alternative names',
    ],
    ['of names, asked by address', { pair: 'names' }, 'not valid for 127.0.0.1, only for DNS:localhost'],
    [
      'of addresses, asked by name',
      { pair: 'addresses', host: 'localhost' },
      'not valid for localhost, only for IP:127.0.0.1',
    ],
    ['of yesterday', { pair: 'expired' }, "the server's certificate has expired"],
    ['of tomorrow', { pair: 'future' }, "the server's certificate is not valid yet"],
    ['of another authority', { pair: 'otherAuthority' }, unknownAuthority],
    ['of no authority of this machine', { pair: 'addresses', flags: withoutCa }, unknownAuthority],
  ])('%s', async (_name, setting, reason) => {
    const { code, stderr } = await outcomes(setting);
    expect(code).toBe(1);
    expect(stderr).toContain(reason);
    expect(stderr).toContain('context deadline exceeded');
  });
});

describe('not served is a client', () => {
  it('without a certificate', async () => {
    const { stderr } = await outcomes({ pair: 'addresses', flags: alone });
    expect(stderr).toContain('the server requires a client certificate: give --cert and --key');
  });

  it('with the certificate of a stranger', async () => {
    const flags = () => [...alone(), `--cert=${stranger.cert}`, `--key=${stranger.key}`];
    const { stderr } = await outcomes({ pair: 'addresses', flags });
    expect(stderr).toMatch(/does not accept the client certificate|ended the TLS handshake/);
  });
});

it('NODE_TLS_REJECT_UNAUTHORIZED has no say', async () => {
  show('otherAuthority');
  const [endpoint = ''] = lab.cluster.endpoints;
  const args = [...lab.flags([endpoint]), '--command-timeout=1s', 'get', 'k'];
  const { code, stderr } = await run(ourEtcdctl(), args, { env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } });
  expect(code).toBe(1);
  expect(stderr.toString()).toContain('unknown authority');
});
