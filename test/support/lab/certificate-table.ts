/**
 * Rows of a table: what a server shows, what a client trusts and shows, and whether they talk. The real etcdctl and ours, on each Node.js
 * that users have or as the executable, make the same call at the same time; ours must end alike, and its reason must hold Go's.
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
  /** What the server shows: a file with its chain, and its key. */
  readonly server: { readonly cert: string; readonly key: string };
  readonly cacert?: string;
  /** What the client shows; the lab's when absent. */
  readonly client?: { readonly cert: string; readonly key: string } | 'none';
  /** 127.0.0.1 when absent. */
  readonly host?: string;
  /** Of another server than the lab's. */
  readonly port?: number;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A part of the reason that ours gives in its own words. */
  readonly says?: string | RegExp;
  /** The Go of an older etcdctl does otherwise. */
  readonly since?: string;
  /** The executable does otherwise, for this reason. */
  readonly deliberateInExecutable?: string;
  /** Files that stand for those of the system, such as /etc/hosts, by their paths; needs root. */
  readonly mounts?: Readonly<Record<string, string>>;
  /** Instead of flags that name the endpoint. */
  readonly discovery?: readonly string[];
}

type Request = Partial<CertificateRequest>;

/** A server that shows what a row wants, and what rows are made of. */
export class CertificateLab {
  #lab: Lab | undefined;
  #ssl: Openssl | undefined;
  #root: Issued | undefined;
  #count = 0;

  /** Starts and stops with the tests of the file. */
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

  /** Signed by itself, on P-256. */
  get root(): Issued {
    return required(this.#root);
  }

  authority(name: string, request: Request = {}): Issued {
    return this.ssl.issue({ name, extensions: CA, ...request });
  }

  /** A certificate of the same name and key under another one. */
  reissued(issued: Issued, name: string, request: Request = {}): Issued {
    return this.authority(name, { key: issued, subject: `/CN=${issued.name}`, ...request });
  }

  /** A server's certificate for 127.0.0.1, of the root unless another issuer is given; `undefined`: signed by itself. */
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

  /** The server shows its certificate and those of the others; the client trusts those of the authorities. */
  shown(
    [first, ...others]: readonly [Issued, ...Issued[]],
    ...authorities: readonly Issued[]
  ): CertificateRow {
    const number = this.#count++;
    return {
      server: { cert: this.ssl.chain(`shown${number}`, first, ...others), key: first.key },
      cacert: this.ssl.chain(`trusted${number}`, ...authorities),
    };
  }

  /** A test for each row, which counts as one that is side by side. */
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
  /** What the real etcdctl does. */
  readonly isTrusted: boolean;
}

/** How long calls may take. Those that are refused are tried until then; on a busy machine a handshake may need longer. */
const TRUSTED_MS = [10_000];
const REFUSED_MS = [700, 6000];

const EXECUTABLE = 'the executable';

/** Ours: the executable, or the bundle on each Node.js at hand. */
export function programsUnderTest(): ReadonlyMap<string, Program> {
  const ours = ourEtcdctl();
  if (ours.leadingArgs.length === 0) return new Map([[EXECUTABLE, ours]]);
  const majors = cachedNodeMajors();
  if (majors.length === 0) return new Map([['this Node.js', ours]]);
  return new Map(majors.map((major) => [`Node.js ${major}`, { ...ours, command: nodeProgram(major) }]));
}

/** Whether a command can be given other files of the system. */
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
  const meta = task.meta as { sideBySide?: string; table?: string; partly?: boolean };
  if (testsOnlyOwnNode) meta.partly = true;
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
      expect(outcome.stderr, names[index]).toMatch(row.says ?? '');
    } else expect(outcome.code, `${names[index]} differs: ${deliberate}`).not.toBe(real.code);
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

/** Why the handshake failed, from the log of the real program, lines of JSON; nothing when it was not about that. */
function goReason(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
  const errors = lines.map((line) => (JSON.parse(line) as { error?: string }).error ?? '');
  const quoted = errors.map((error) => /connection error: desc = ("(?:[^"\\]|\\.)*")/.exec(error)?.[1]);
  const description: string = JSON.parse(quoted.find((each) => each !== undefined) ?? '""');
  const reason = /authentication handshake failed: (.*)/s.exec(description)?.[1] ?? '';
  // grpc-go goes on about its own versions.
  return reason.replace(/\. If you upgraded from a grpc-go version.*/s, '');
}

function withoutTimes(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\dT[\d:]+(?:Z|[+-]\d\d:\d\d)/g, 'TIME');
}
