import { expect } from 'vitest';
import type { Lab } from './lab.js';
import { ourEtcdctl, type Program, type RunOptions, type RunResult, run } from './program.js';

/** Replaces what may rightly differ between two runs, such as a duration, by a fixed text. */
export interface Mask {
  /** Needs the `g` flag. */
  readonly pattern: RegExp;
  readonly replacement: string;
}

/** A command line that both programs are given, and what of their behaviour has to be the same. */
export interface Case extends Omit<RunOptions, 'timeoutMs'> {
  /** Without the flags that reach the servers: those are put in front. */
  readonly args: readonly string[];
  /** Command lines of the servers' own etcdctl, run before each of the two, so that both meet the same state. */
  readonly before?: readonly (readonly string[])[];
  /** Applied to both programs' stdout and error. stdout is compared as bytes when there are none. */
  readonly masks?: readonly Mask[];
  /**
   * error (when absent): the last `Error: ...` line must be the same. bytes: all of stderr must be.
   * ignore: stderr may differ.
   */
  readonly stderr?: 'error' | 'bytes' | 'ignore';
}

/** What both programs did; for further checks on ours. */
export interface Comparison {
  readonly ours: RunResult;
  readonly real: RunResult;
}

/** Masks for the parts of etcdctl's output that time and the number of earlier runs decide. */
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
 * and the error agree.
 */
export async function expectSame(lab: Lab, wanted: Case): Promise<Comparison> {
  const { args, before = [], masks: applied = [], stderr = 'error', ...options } = wanted;
  const line = [...lab.flags(), ...args];
  const runBoth = async (program: Program) => {
    for (const preparation of before) await lab.real(preparation);
    return run(program, line, options);
  };
  const real = await runBoth(lab.newestEtcdctl);
  const ours = await runBoth(ourEtcdctl());
  expect(observe(ours, applied, stderr), args.join(' ')).toEqual(observe(real, applied, stderr));
  if (applied.length === 0) {
    // Text hides bytes that are no UTF-8.
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

/** etcdctl puts log lines around it. */
export function lastError(stderr: Buffer): string | undefined {
  return stderr
    .toString()
    .split('\n')
    .findLast((line) => line.startsWith('Error: '));
}
