import { afterEach, describe, expect, it } from 'vitest';
import { type Lab, type LabOptions, newestEtcdctl, rootPassword, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, type Program, type Running, run, start } from '../support/lab/program.js';
import { startOnTerminal, terminalsMissing } from '../support/lab/terminal.js';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function lab(options: LabOptions = {}): Promise<Lab> {
  const started = await startLab(options);
  open.push(() => started.stop());
  return started;
}

const endpointOf = ({ cluster }: Lab) => cluster.endpoints[0] ?? '';

/** The flags to connect to the destination. */
function destinationFlags({ pki, profile }: Lab): string[] {
  return [
    ...(pki === undefined
      ? []
      : [`--dest-cacert=${pki.caCert}`, `--dest-cert=${pki.client.cert}`, `--dest-key=${pki.client.key}`]),
    ...(profile === 'auth' ? [`--dest-user=root:${rootPassword}`] : []),
  ];
}

interface MirrorSettings {
  readonly program?: Program;
  readonly flags?: readonly string[];
}

function mirror(from: Lab, to: Lab, { program = ourEtcdctl(), flags = [] }: MirrorSettings = {}): Running {
  const args = [...from.flags(), 'make-mirror', endpointOf(to), ...destinationFlags(to), ...flags];
  const running = start(program, args, { timeoutMs: 120_000 });
  open.push(() => running.kill('SIGKILL'));
  return running;
}

const get = async ({ real }: Lab, ...args: string[]) => (await real(['get', ...args])).stdout.toString();

/** Waits until the destination has the key. */
async function arrives(to: Lab, key: string): Promise<void> {
  const running = start(to.newestEtcdctl, [...to.flags(), 'watch', key, '--rev=1']);
  await running.waitFor(key);
  running.kill('SIGKILL');
  await running.result;
}

/** All keys, ordered by mod revision. */
const state = (cluster: Lab) => get(cluster, '', '--prefix', '--sort-by=MODIFY', '--order=ASCEND');

const inOneTxn = async ({ newestEtcdctl, flags }: Lab, ...requests: string[]) => {
  const { code, stderr } = await run(newestEtcdctl, [...flags(), 'txn'], {
    stdin: `\n${requests.join('\n')}\n\n\n`,
  });
  expect(code, stderr.toString()).toBe(0);
};

/** Changes of the source before the mirror starts and, in `meanwhile`, while it runs; the last one is of the key `p/zz`. */
async function before({ real }: Lab): Promise<void> {
  for (const key of ['p/a', 'p/b', 'p/c', 'other', 'p/gone']) await real(['put', key, `${key} at first`]);
  await real(['del', 'p/gone']);
}
async function meanwhile(source: Lab): Promise<void> {
  await source.real(['put', 'p/a', 'changed']);
  await inOneTxn(source, 'put p/x 1', 'put p/y 2', 'put p/d 3', 'del p/b', 'put outside 4');
  await source.real(['del', 'p/x', 'p/yy']);
  await source.real(['put', '--', 'p/zz', 'last']);
}

/** Runs a mirror between new servers; returns the keys of the destination. */
async function mirrored(from: LabOptions, to: LabOptions, settings: MirrorSettings, last = 'p/zz') {
  const [source, destination] = await Promise.all([lab(from), lab(to)]);
  await before(source);
  const running = mirror(source, destination, settings);
  if (!settings.flags?.some((flag) => flag.startsWith('--rev')))
    await arrives(destination, last.replace('zz', 'c'));
  await meanwhile(source);
  await arrives(destination, last);
  running.kill('SIGINT');
  const { signal, stdout } = await running.result;
  expect({ signal, stdout: stdout.toString() }).toEqual({ signal: 'SIGINT', stdout: '' });
  return state(destination);
}

describe('make-mirror', () => {
  it.each([
    [[], 'p/zz'],
    [['--prefix=p/'], 'p/zz'],
    [['--prefix=p/', '--dest-prefix=q/'], 'q/zz'],
    [['--prefix=p/', '--no-dest-prefix'], 'zz'],
    [['--dest-prefix=all/'], 'all/p/zz'],
    [['--max-txn-ops=2'], 'p/zz'],
    [['--rev=3'], 'p/zz'],
    [['--rev=3', '--prefix=p/', '--dest-prefix=q/'], 'q/zz'],
  ])('writes the same keys as etcdctl with %j', async (flags, last) => {
    const [ours, real] = await Promise.all(
      [ourEtcdctl(), newestEtcdctl()].map((program) => mirrored({}, {}, { flags, program }, last)),
    );
    expect(ours).toBe(real);
    expect(ours).toContain('last');
  });

  it('keeps the prefix with --rev, as it does without', async () => {
    expect(await mirrored({}, {}, { flags: ['--rev=3', '--prefix=p/'] })).toContain('p/zz\nlast');
  });

  it.each([
    ['plain', 'tls'],
    ['tls', 'plain'],
    ['auth', 'auth'],
    ['auth', 'tls'],
  ] as const)('copies from %s servers to %s servers', async (from, to) => {
    const [keys, between] = await Promise.all([
      mirrored({ profile: from }, { profile: to }, {}),
      mirrored({}, {}, {}),
    ]);
    expect(keys).toBe(between);
  });

  it('writes a transaction of the source as one transaction', async () => {
    const [source, destination] = await Promise.all([lab(), lab()]);
    const running = mirror(source, destination, { flags: ['--rev=2'] });
    const names = Array.from({ length: 100 }, (_, index) => `k${String(index).padStart(3, '0')}`);
    await inOneTxn(source, ...names.map((name) => `put ${name} v`));
    await source.real(['del', '', '--prefix']);
    await source.real(['put', 'last', '']);
    await arrives(destination, 'last');
    running.kill('SIGINT');
    const { stdout } = await destination.real(['get', 'last', '-w', 'json']);
    expect(stdout.toString()).toContain('"create_revision":4,');
  });

  it.each([
    ['operations', ['--max-txn-ops=7']],
    ['bytes', ['--max-request-bytes=100000']],
  ])('splits a revision with too many %s for the destination', async (_what, extraArgs) => {
    const [source, destination] = await Promise.all([lab(), lab({ extraArgs })]);
    const running = mirror(source, destination, { flags: ['--rev=2', '--max-txn-ops=0'] });
    const names = Array.from({ length: 40 }, (_, index) => `k${String(index).padStart(3, '0')}`);
    await inOneTxn(source, ...names.map((name) => `put ${name} ${name.repeat(5_000)}`));
    await inOneTxn(source, 'del k00 k01', 'put k010 changed');
    await source.real(['put', 'last', '']);
    await arrives(destination, 'last');
    running.kill('SIGINT');
    const keys = (cluster: Lab) => get(cluster, '', '--prefix');
    expect(await keys(destination)).toBe(await keys(source));
    expect((await running.result).stderr.toString()).toContain(
      '52 keys were mirrored; continue with --rev=5',
    );
  });

  it('copies bytes that are not UTF-8', async () => {
    const [source, destination] = await Promise.all([lab(), lab()]);
    const value = Buffer.from([0, 0xff, 0x0a, 0xc3, 0x28]);
    await run(source.newestEtcdctl, [...source.flags(), 'put', 'k'], { stdin: value });
    const running = mirror(source, destination);
    await arrives(destination, 'k');
    running.kill('SIGINT');
    const { stdout } = await destination.real(['get', 'k', '--print-value-only']);
    expect(stdout).toEqual(Buffer.concat([value, Buffer.from('\n')]));
  });

  it('copies many keys in pages', async () => {
    const [source, destination] = await Promise.all([lab(), lab()]);
    const value = 'x'.repeat(9_000);
    for (let batch = 0; batch < 12; batch++) {
      await inOneTxn(source, ...Array.from({ length: 100 }, (_, at) => `put k${batch}-${at} ${value}`));
    }
    await source.real(['put', 'z', 'last']);
    const running = mirror(source, destination);
    await arrives(destination, 'z');
    running.kill('SIGINT');
    expect(await get(destination, '', '--prefix')).toBe(await get(source, '', '--prefix'));
  });

  it.each([
    ['source', 'restart'],
    ['source', 'kill'],
    ['destination', 'restart'],
    ['destination', 'kill'],
  ] as const)('continues when its %s was down (%s)', async (which, how) => {
    const [source, destination] = await Promise.all([lab(), lab()]);
    const { cluster } = which === 'source' ? source : destination;
    await source.real(['put', 'a', 'first']);
    const running = mirror(source, destination);
    await arrives(destination, 'a');
    for (const value of ['one', 'two']) {
      await source.real(['put', 'k', value]);
      if (how === 'kill') await cluster.kill(0);
      if (which === 'destination') {
        if (how === 'restart') await cluster.restart(0);
        await source.real(['put', `after-${value}`, '']);
        await source.real(['del', 'k']);
        await source.real(['put', 'k', `${value} again`]);
      }
      if (how === 'kill' || which === 'source') await cluster.restart(0);
      await source.real(['put', `last-${value}`, '']);
      await arrives(destination, `last-${value}`);
    }
    running.kill('SIGINT');
    const { stderr } = await running.result;
    expect(await state(destination)).toBe(await state(source));
    expect(stderr.toString()).toMatch(/keys were mirrored; continue with --rev=\d+\n$/);
  });

  it('reports that the source has compacted a revision that it needs', async () => {
    const [source, destination] = await Promise.all([lab(), lab()]);
    for (const value of ['1', '2', '3', '4']) await source.real(['put', 'k', value]);
    await source.real(['compact', '4']);
    const { code, stderr } = await mirror(source, destination, { flags: ['--rev=2'] }).result;
    const real = await mirror(source, destination, { flags: ['--rev=2'], program: source.newestEtcdctl })
      .result;
    expect(code).toBe(real.code);
    const lines = stderr.toString().split('\n');
    expect(lines.at(-2)).toBe('Error: etcdserver: mvcc: required revision has been compacted');
    expect(real.stderr.toString()).toContain(lines.at(-2));
    expect(stderr.toString()).toContain('has compacted what happened before revision 4');
  });

  it.each([
    [[]],
    [['a', 'b']],
    [['a', '--no-dest-prefix', '--dest-prefix=x']],
    [['a', '--dest-cert=missing']],
    [['a', '--dest-cert=missing', '--dest-key=missing']],
    [['a', '--dest-cacert=missing']],
    [['a', '--max-txn-ops=-1']],
    [['a', '--rev=x']],
    [['127.0.0.1:1', '--dest-user=a:b', '--dial-timeout=300ms']],
  ])('refuses %j as etcdctl does', async (args) => {
    const servers = await lab();
    const line = [...servers.flags(), 'make-mirror', ...args];
    const [ours, real] = await Promise.all(
      [ourEtcdctl(), servers.newestEtcdctl].map((program) => run(program, line)),
    );
    const lastError = (stderr = '') => stderr.split('\n').findLast((each) => each.startsWith('Error: '));
    expect(ours?.code).toBe(real?.code);
    expect(lastError(ours?.stderr.toString())).toBe(lastError(real?.stderr.toString()));
    expect(ours?.stdout.toString()).toBe(real?.stdout.toString());
  });

  it.skipIf(terminalsMissing !== undefined)('prompts for the password of the destination', async () => {
    const [source, destination] = await Promise.all([lab(), lab({ profile: 'auth' })]);
    await source.real(['put', 'k', 'v']);
    const args = ['make-mirror', endpointOf(destination), '--dest-user=root'];
    const running = startOnTerminal(ourEtcdctl(), [...source.flags(), ...args]);
    await running.waitFor('Destination Password: ');
    running.send(`${rootPassword}\n`);
    await arrives(destination, 'k');
    running.kill('SIGTERM');
    const { stdout } = await running.result;
    expect(stdout.toString()).not.toContain(rootPassword);
  });
});
