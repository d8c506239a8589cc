/** How lists of endpoints are parsed, from flag and variable, compared with the newest real etcdctl. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparesWithAtLeast, type Lab, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, type Program, run } from '../support/lab/program.js';

const LISTS = [
  'E,',
  ',E',
  ',,E,,',
  'E, ',
  ' E ,\t',
  'E,\n127.0.0.1:1',
  'E\n',
  '\n\nE\r\nx:1',
  '127.0.0.1:1,E',
  'E,127.0.0.1:99999',
  '127.0.0.1:0,E',
  '127.0.0.1:abc,E',
  '127.0.0.1,E',
  'ftp://127.0.0.1:21,E',
  'http://,E',
  '"E"',
  '",E"',
  '"E","a,b"',
  '"a""b",E',
  'http://E,',
  '',
];

/** Values that the flag refuses. They are not tried as the variable, where etcdctl ignores the parse error. */
const REFUSED = ['"E', 'E"', 'a"b,E', '\n', '"E" '];

describe.runIf(comparesWithAtLeast('3.7'))('a list of endpoints', () => {
  let lab: Lab;
  let address: string;
  beforeAll(async () => {
    lab = await startLab();
    await lab.real(['put', 'k', 'v']);
    address = new URL(lab.cluster.endpoints[0] ?? '').host;
  });
  afterAll(() => lab?.stop());

  const programs = () => [lab.newestEtcdctl, ourEtcdctl()] as const;

  async function seen(program: Program, args: readonly string[], env: Record<string, string> = {}) {
    const { code, stdout, stderr } = await run(program, ['--command-timeout=1s', ...args], { env });
    const error = stderr
      .toString()
      .split('\n')
      .findLast((line) => line.startsWith('Error: '));
    return { code, stdout: stdout.toString(), error };
  }

  async function expectAlike(args: readonly string[], env?: Record<string, string>) {
    const [real, ours] = await Promise.all(programs().map((program) => seen(program, args, env)));
    expect(ours).toEqual(real);
    return ours;
  }

  it.each(LISTS)('has the same result as in etcdctl by flag and by variable: %j', async (text) => {
    const list = text.replaceAll('E', address);
    const flag = await expectAlike([`--endpoints=${list}`, 'get', 'k']);
    const variable = await expectAlike(['get', 'k'], { ETCDCTL_ENDPOINTS: list });
    // An empty variable counts as unset, and a server can listen at the default endpoint or not.
    if (list !== '') expect(variable).toEqual(flag);
  });

  it.each(REFUSED)('is refused by the flag as in etcdctl: %j', async (text) => {
    const args = [`--endpoints=${text.replaceAll('E', address)}`, 'get', 'k'];
    expect(await expectAlike(args)).toMatchObject({ code: 1, error: expect.stringContaining('--endpoints') });
  });

  it('can be given by several flags, as in etcdctl', async () => {
    await expectAlike([`--endpoints=${address},`, '--endpoints=127.0.0.1:1,', 'get', 'k']);
    await expectAlike(['--endpoints=', `--endpoints=${address}`, 'get', 'k']);
    await expectAlike([`--endpoints=,${address}`, '--endpoints', '', 'get', 'k']);
  });

  it.each([
    ['put', 'k', 'v'],
    ['member', 'list', '--hex'],
    ['endpoint', 'hashkv', '-w', 'json'],
    ['snapshot', 'save', '/nowhere'],
    ['lock', 'n', 'true'],
  ])('can end with an empty endpoint, as in etcdctl: %s %s', async (...args) => {
    await expectAlike([`--endpoints=${address},`, ...args]);
  });

  it('gets an error for each endpoint that fails', async () => {
    const ends = await Promise.all(
      programs().map((program) =>
        run(program, [`--endpoints=${address},`, '--command-timeout=1s', 'endpoint', 'status']),
      ),
    );
    for (const { code, stdout, stderr } of ends) {
      expect(code).toBe(1);
      expect(stdout.toString()).toContain(`${address}, `);
      expect(stderr.toString()).toContain(
        'Failed to get the status of endpoint  (context deadline exceeded)\n',
      );
    }
  });
});
