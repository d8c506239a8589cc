import { expect } from 'vitest';
import type { Lab } from './lab.js';
import { ourEtcdctl, type Program, type RunOptions, type RunResult, run } from './program.js';

/** Replaces text that legitimately differs between two runs, such as a duration, by a fixed text. */
export interface Mask {
  /** Needs the `g` flag. */
  readonly pattern: RegExp;
  readonly replacement: string;
}

/** A command line for both programs, and the parts of their output that must be equal. */
export interface Case extends Omit<RunOptions, 'timeoutMs'> {
  /** Without the flags to connect to the servers, which are put in front. */
  readonly args: readonly string[];
  /** Command lines for the etcdctl of the servers' version, run before each of the two programs, so that both start from the same state. */
  readonly before?: readonly (readonly string[])[];
  /** Applied to stdout and the error of both programs. Without masks, stdout is compared as bytes. */
  readonly masks?: readonly Mask[];
  /**
   * error (the default): the last `Error: ...` line must be equal. bytes: all of stderr must be equal.
   * ignore: stderr may differ.
   */
  readonly stderr?: 'error' | 'bytes' | 'ignore';
}

/** The results of both programs, for further assertions. */
export interface Comparison {
  readonly ours: RunResult;
  readonly real: RunResult;
}

/** Masks for the parts of etcdctl's output that depend on time or on earlier runs. */
export const masks = {
  /** `took = 1.2ms`, `took 17.3µs`. */
  took: { pattern: /\btook(?: =)? \S+?(?=[,.;]?(?:\s|$))/g, replacement: 'took <duration>' },
  /** JSON's revisions, of the store and of keys. */
  jsonRevisions: { pattern: /"(revision|create_revision|mod_revision)":\d+/g, replacement: '"$1":<n>' },
  /** `-w fields`' revisions. */
  fieldsRevisions: { pattern: /"(Revision|CreateRevision|ModRevision)" : \d+/g, replacement: '"$1" : <n>' },
  /** JSON's term of the Raft log. */
  jsonRaftTerm: { pattern: /"raft_term":\d+/g, replacement: '"raft_term":<n>' },
} as const satisfies Record<string, Mask>;

/**
 * Runs the newest real etcdctl, then ours, against the same servers, and fails unless stdout, the exit code
 * and the error are equal.
 */
export async function expectSame(
  lab: Lab,
  wanted: Case,
  program: Program = ourEtcdctl(),
): Promise<Comparison> {
  const { args, before = [], masks: applied = [], stderr = 'error', ...options } = wanted;
  const line = [...lab.flags(), ...args];
  const runBoth = async (program: Program) => {
    for (const preparation of before) await lab.real(preparation);
    return run(program, line, options);
  };
  const real = await runBoth(lab.newestEtcdctl);
  const ours = await runBoth(program);
  expect(observe(ours, applied, stderr), args.join(' ')).toEqual(observe(real, applied, stderr));
  if (applied.length === 0) {
    // Compare in hexadecimal: as text, different invalid UTF-8 bytes are equal.
    expect(ours.stdout.toString('hex'), args.join(' ')).toBe(real.stdout.toString('hex'));
  }
  return { ours, real };
}

function observe(result: RunResult, applied: readonly Mask[], stderr: NonNullable<Case['stderr']>) {
  const masked = (text: string) =>
    applied.reduce((so, { pattern, replacement }) => so.replace(pattern, replacement), text);
  const error = { error: lastError(result.stderr), bytes: result.stderr.toString(), ignore: undefined }[
    stderr
  ];
  return {
    code: result.code ?? result.signal,
    stdout: masked(result.stdout.toString()),
    stderr: error === undefined ? undefined : masked(error),
  };
}

/** The last `Error: ...` line, which can be between log lines of etcdctl. */
export function lastError(stderr: Buffer): string | undefined {
  return stderr
    .toString()
    .split('\n')
    .findLast((line) => line.startsWith('Error: '));
}
