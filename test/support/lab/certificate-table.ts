/**
 * Tables of certificate tests. A row has the certificates of a server and a client, and the client's roots; its table says whether the
 * connection succeeds. The real etcdctl and ours (the executable, or the bundle on each Node.js that users have) make the same call at
 * the same time. Ours must have the same exit code, stdout and final error line, and its reason must contain Go's reason.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, type TestContext } from 'vitest';
import { cachedNodeMajors, nodeProgram, testsOnlyOwnNode } from '../../../scripts/lib/node-versions.mjs';
import { CA, type CertificateRequest, hasOpenssl, type Issued, Openssl, serverFor } from '../openssl.js';
import { comparesWithAtLeast, type Lab, type LabOptions, startLab } from './lab.js';
import { ourEtcdctl, type Program, programAt, run } from './program.js';

export interface CertificateRow {
  /** Paths of the server's certificate chain and key. */
  readonly server: { readonly cert: string; readonly key: string };
  readonly cacert?: string;
  /** Paths of the client's certificate and key; the lab's when absent. */
  readonly client?: { readonly cert: string; readonly key: string } | 'none';
  /** 127.0.0.1 when absent. */
  readonly host?: string;
  /** The port of another server than the lab's. */
  readonly port?: number;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Text that our stderr contains besides Go's reason. */
  readonly reason?: string | RegExp;
  /** The first version whose Go behaves so; the row is left out beside an older etcdctl. */
  readonly since?: string;
  /** Why the executable differs from the real etcdctl on purpose; its stderr contains `says`. */
  readonly deliberateInExecutable?: { readonly why: string; readonly says: string };
  /** Files that replace files of the system, by the path of the replaced file, such as /etc/hosts; needs root. */
  readonly mounts?: Readonly<Record<string, string>>;
  /** Discovery flags, which replace `--endpoints`. */
  readonly discovery?: readonly string[];
}

type Request = Partial<CertificateRequest>;

/** A server whose certificate is that of the current row, and the functions with which rows are made. */
export class CertificateLab {
  #lab: Lab | undefined;
  #ssl: Openssl | undefined;
  #root: Issued | undefined;
  #count = 0;

  /** Starts the server before the tests of the file, and stops it after them. */
  constructor(options: LabOptions = {}) {
    beforeAll(async () => {
      if (!hasOpenssl) return;
      this.#lab = await startLab({ ...options, profile: 'tls' });
      await this.#lab.real(['put', 'k', 'v']);
      const folder = path.join(this.#lab.folder, 'openssl');
      mkdirSync(folder);
      this.#ssl = new Openssl(folder);
      this.#root = this.authority('root');
    });
    afterAll(() => this.#lab?.stop());
  }

  get lab(): Lab {
    return required(this.#lab);
  }

  get ssl(): Openssl {
    return required(this.#ssl);
  }

  /** A self-signed authority with a P-256 key. */
  get root(): Issued {
    return required(this.#root);
  }

  authority(name: string, request: Request = {}): Issued {
    return this.ssl.issue({ name, extensions: CA, ...request });
  }

  /** An authority's certificate with the name and key of `issued`, but with another issuer or other contents. */
  reissued(issued: Issued, name: string, request: Request = {}): Issued {
    return this.authority(name, { key: issued, subject: `/CN=${issued.name}`, ...request });
  }

  /** A server certificate for 127.0.0.1, issued by `root` when `issuer` is absent, self-signed when it is `undefined`. */
  leaf(request: Omit<Request, 'issuer'> & { readonly issuer?: Issued | undefined } = {}): Issued {
    const { issuer = this.root, ...rest } = request;
    const isSelfSigned = 'issuer' in request && request.issuer === undefined;
    const extensions = serverFor('IP:127.0.0.1');
    return this.ssl.issue({
      name: `leaf${this.#count++}`,
      extensions,
      ...(!isSelfSigned && { issuer }),
      ...rest,
    });
  }

  /** A row whose server sends this chain and whose client trusts these authorities. */
  withChain(
    [first, ...others]: readonly [Issued, ...Issued[]],
    ...authorities: readonly Issued[]
  ): CertificateRow {
    const number = this.#count++;
    return {
      server: { cert: this.ssl.chain(`shown${number}`, first, ...others), key: first.key },
      cacert: this.ssl.chain(`trusted${number}`, ...authorities),
    };
  }

  /** Defines a test for each row; each counts as a side-by-side case. */
  table(
    isTrusted: boolean,
    rows: Readonly<Record<string, () => CertificateRow | Promise<CertificateRow>>>,
    isPossible = true,
  ): void {
    for (const [name, row] of Object.entries(rows)) {
      it.skipIf(!hasOpenssl || !isPossible)(name, async (context) => {
        const made = await row();
        if (made.since !== undefined && !comparesWithAtLeast(made.since)) context.skip();
        await compareRow(this.lab, { row: made, isTrusted }, context);
      });
    }
  }
}

function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the lab has not been started');
  return value;
}

interface Expected {
  readonly row: CertificateRow;
  /** Whether the real etcdctl trusts the server. */
  readonly isTrusted: boolean;
}

/**
 * Command timeouts. A refused call is retried until the timeout, so it is tried with a short one first; on a busy machine the handshake
 * can need the longer one.
 */
const TRUSTED_MS = [10_000];
const REFUSED_MS = [700, 6000];

const EXECUTABLE = 'the executable';

/** Our programs by name: the executable, or the bundle on each Node.js at hand. */
export function programsUnderTest(): ReadonlyMap<string, Program> {
  const ours = ourEtcdctl();
  if (ours.leadingArgs.length === 0) return new Map([[EXECUTABLE, ours]]);
  const majors = cachedNodeMajors();
  if (majors.length === 0) return new Map([['this Node.js', ours]]);
  return new Map(majors.map((major) => [`Node.js ${major}`, { ...ours, command: nodeProgram(major) }]));
}

/** Whether files of the system can be replaced for a command, by a mount namespace. */
export const canMount =
  spawnSync('unshare', ['-m', 'mount', '--bind', '/etc/hosts', '/etc/hosts']).status === 0;

function withMounts({ command, leadingArgs }: Program, mounts: CertificateRow['mounts']): Program {
  if (mounts === undefined) return { command, leadingArgs };
  const steps = Object.entries(mounts).map(([file, other]) => `mount --bind ${other} ${file}`);
  const script = [...steps, 'exec "$0" "$@"'].join(' && ');
  return { command: 'unshare', leadingArgs: ['-m', 'sh', '-c', script, command, ...leadingArgs] };
}

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function compareRow(lab: Lab, expected: Expected, { task }: TestContext): Promise<void> {
  const { row, isTrusted } = expected;
  if (lab.pki === undefined) throw new Error('the lab has no PKI');
  // The server reads its files for each connection.
  copyFileSync(row.server.cert, lab.pki.server.cert);
  copyFileSync(row.server.key, lab.pki.server.key);
  const meta = task.meta as { sideBySide?: string; table?: string; isPartial?: boolean };
  if (testsOnlyOwnNode) meta.isPartial = true;
  meta.table = 'certificates';
  meta.sideBySide = 'different';
  const times = isTrusted ? TRUSTED_MS : REFUSED_MS;
  for (const timeoutMs of times) {
    try {
      meta.sideBySide = await compareCalls(lab, expected, timeoutMs);
      return;
    } catch (error) {
      if (timeoutMs === times.at(-1)) throw error;
    }
  }
}

async function compareCalls(
  lab: Lab,
  expected: Expected,
  timeoutMs: number,
): Promise<'equal' | 'deliberate'> {
  const { row, isTrusted } = expected;
  const names = [...programsUnderTest().keys()];
  const deliberate = names.includes(EXECUTABLE) ? row.deliberateInExecutable : undefined;
  const programs = [programAt(lab.newestEtcdctl.command), ...programsUnderTest().values()];
  const [real, ...ours] = await Promise.all(
    programs.map((program) => call(lab, row, { program, timeoutMs })),
  );
  if (real === undefined) throw new Error('nothing was run');
  expect(real.code === 0, `the real etcdctl: ${real.stderr}`).toBe(isTrusted);
  for (const [index, outcome] of ours.entries()) {
    if (deliberate === undefined) {
      check(outcome, real, names[index] ?? '');
      expect(outcome.stderr, names[index]).toMatch(row.reason ?? '');
    } else {
      expect(outcome.code, `${names[index]} differs: ${deliberate.why}`).not.toBe(real.code);
      expect(outcome.stderr).toContain(deliberate.says);
    }
  }
  return deliberate === undefined ? 'equal' : 'deliberate';
}

function check(ours: Outcome, real: Outcome, name: string): void {
  expect({ code: ours.code, stdout: ours.stdout }, `${name}: ${ours.stderr}`).toEqual({
    code: real.code,
    stdout: real.stdout,
  });
  if (real.code === 0) return;
  expect(lastLine(ours.stderr), name).toBe(lastLine(real.stderr));
  expect(withoutTimes(ours.stderr), name).toContain(withoutTimes(goReason(real.stderr)));
}

interface Call {
  readonly program: Program;
  readonly timeoutMs: number;
}

async function call(lab: Lab, row: CertificateRow, { program, timeoutMs }: Call): Promise<Outcome> {
  const {
    port = new URL(lab.cluster.endpoints[0] ?? '').port,
    cacert,
    client = lab.pki?.client ?? 'none',
    host = '127.0.0.1',
    flags = [],
    env = {},
    mounts,
    discovery,
  } = row;
  const args = [
    ...(discovery ?? [`--endpoints=https://${host}:${port}`]),
    `--command-timeout=${timeoutMs}ms`,
    ...(cacert === undefined ? [] : [`--cacert=${cacert}`]),
    ...(client === 'none' ? [] : [`--cert=${client.cert}`, `--key=${client.key}`]),
    ...flags,
    'get',
    'k',
  ];
  const { code, stdout, stderr } = await run(withMounts(program, mounts), args, { env });
  return { code, stdout: stdout.toString(), stderr: stderr.toString() };
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}

/** Why the handshake failed, from the JSON log lines of the real program; '' when the handshake did not fail. */
function goReason(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
  const errors = lines.map((line) => (JSON.parse(line) as { error?: string }).error ?? '');
  const quoted = errors.map((error) => /connection error: desc = ("(?:[^"\\]|\\.)*")/.exec(error)?.[1]);
  const description: string = JSON.parse(quoted.find((each) => each !== undefined) ?? '""');
  const reason = /authentication handshake failed: (.*)/s.exec(description)?.[1] ?? '';
  // grpc-go appends a note about its own versions.
  return reason.replace(/\. If you upgraded from a grpc-go version.*/s, '');
}

function withoutTimes(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\dT[\d:]+(?:Z|[+-]\d\d:\d\d)/g, 'TIME');
}
