/** What a person gets when the server refuses a request: all of stderr and the exit code, beside the real etcdctl. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patternOf, SERVER_MESSAGES } from '../support/lab/failures/messages.js';
import { SERVER_ROWS, type ServerRow } from '../support/lab/failures/server-rows.js';
import { FailingServers } from '../support/lab/failures/servers.js';
import { type Lab, newestEtcdctl, startLab } from '../support/lab/lab.js';
import { ourEtcdctl, type Program, run } from '../support/lab/program.js';

/** What is needed of a lab. */
type Server = Pick<Lab, 'newestEtcdctl' | 'flags' | 'stop'>;
type Labs = Readonly<Record<ServerRow['server'], Server>>;

describe('the server refuses a request', () => {
  let labs: Labs | undefined;
  beforeAll(async () => {
    const [plain, auth, full, alone, page] = await Promise.all([
      plainLab(),
      authLab(),
      fullLab(),
      startLab({ members: 3 }),
      pageServer(),
    ]);
    labs = { plain, auth, full, alone, page };
    await Promise.all([alone.cluster.kill(1), alone.cluster.kill(2)]);
  });
  afterAll(async () => {
    await Promise.all(Object.values(labs ?? {}).map((lab) => lab.stop()));
  });

  it.each(SERVER_ROWS)('$name', async (row) => {
    if (labs === undefined) throw new Error('the servers have not been started');
    const lab = labs[row.server];
    const [real, ours] = await Promise.all(
      [lab.newestEtcdctl, ourEtcdctl()].map((each) => call(each, lab, row)),
    );
    if (real === undefined || ours === undefined) throw new Error('nothing was run');
    expect(ours.code, ours.stderr).toBe(real.code);
    const lines = ours.stderr.trimEnd().split('\n');
    expect(lines.pop()).toBe(real.stderr.trimEnd().split('\n').at(-1));
    expect(lines.pop()).toMatch(new RegExp(`^${patternOf(SERVER_MESSAGES[row.says].text)}$`));
    if (row.server === 'alone') expect(ours.stderr).toContain('\n1 of 3 endpoints answers, and ');
    // Above that, only the reasons of endpoints.
    for (const line of lines) expect(line).toMatch(/^http:\/\/127\.0\.0\.1:\d+: /);
  });
});

/** etcdctl repeats these without end: they have no time limit, and that of the server ends only an attempt. */
it('txn, user, role and lock name a missing leader', async () => {
  const lab = await startLab({ members: 3 });
  try {
    await Promise.all([lab.cluster.kill(1), lab.cluster.kill(2)]);
    const lines: readonly (readonly string[])[] = [
      ['txn'],
      ['user', 'add', 'u:p'],
      ['role', 'add', 'r'],
      ['lock', 'l', 'true'],
    ];
    const stdin = '\nput k v\n\n\n';
    const ended = await Promise.all(
      lines.map((args) => run(ourEtcdctl(), [...lab.flags(), ...args], { stdin })),
    );
    for (const { code, stderr } of ended) {
      expect(code).toBe(1);
      expect(stderr.toString()).toMatch(
        /\n1 of 3 endpoints answers, and no leader is known: .*\nError: .*\n$/,
      );
    }
  } finally {
    await lab.stop();
  }
});

async function call(program: Program, lab: Server, { args, flags, stdin }: ServerRow) {
  const given = flags === undefined ? lab.flags() : [...lab.flags().slice(0, 1), ...flags];
  const options = stdin === undefined ? {} : { stdin };
  const { code, stderr } = await run(program, [...given, '--command-timeout=2s', ...args], options);
  return { code, stderr: stderr.toString() };
}

async function plainLab(): Promise<Lab> {
  const lab = await startLab();
  for (const value of ['1', '2', '3']) await lab.real(['put', 'k', value]);
  await lab.real(['compaction', '3']);
  return lab;
}

async function authLab(): Promise<Lab> {
  const lab = await startLab({ profile: 'auth' });
  await lab.real(['user', 'add', 'reader:reader']);
  return lab;
}

/** A server whose quota is reached. */
async function fullLab(): Promise<Lab> {
  const lab = await startLab({ extraArgs: [`--quota-backend-bytes=${1024 * 1024}`] });
  const options = { stdin: 'x'.repeat(600_000) };
  const flags = lab.flags();
  for (const key of ['a', 'b', 'c']) await run(lab.etcdctl, [...flags, 'put', key], options);
  return lab;
}

/** Answers with HTTP statuses, as proxies and web servers do. */
async function pageServer(): Promise<Server> {
  const servers = new FailingServers();
  const port = await servers.http2((session) =>
    session.on('stream', (stream, { ':path': path = '' }) => {
      const status = path.endsWith('/Put') ? 502 : 404;
      stream.respond({ ':status': status, 'content-type': 'text/html' }, { endStream: true });
    }),
  );
  return {
    newestEtcdctl: newestEtcdctl(),
    flags: () => [`--endpoints=http://127.0.0.1:${port}`],
    stop: () => servers.close(),
  };
}
