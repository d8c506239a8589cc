/** Runs our `doctor`, and reads its page. */
import { expect } from 'vitest';
import type { FindingId } from '../../../src/commands/v3/doctor/catalogue.js';
import { ourEtcdctl, type RunOptions, type RunResult, run } from './program.js';

/** An ailment, by what the page must say about it. */
export interface Diagnosis {
  /** All findings of the page, without repetitions. */
  readonly ids: readonly FindingId[];
  /** Words of the page, whose line ends are spaces here. */
  readonly words: RegExp;
  /** 1 when absent. */
  readonly code?: number;
}

/** The whole command must end in this time, whatever is dead: eight seconds, and what a start takes on a busy machine. */
const MAX_MS = 20_000;

export async function runDoctor(args: readonly string[], options?: RunOptions): Promise<RunResult> {
  const began = performance.now();
  const result = await run(ourEtcdctl(), [...args, 'doctor'], options);
  expect(performance.now() - began).toBeLessThan(MAX_MS);
  return result;
}

/** Runs it, and compares what it finds. */
export async function diagnose(
  args: readonly string[],
  { ids, words, code = ids.length === 0 ? 0 : 1 }: Diagnosis,
): Promise<void> {
  const { stdout, stderr, code: actual } = await runDoctor(args);
  const page = stdout.toString();
  expect(stderr.toString(), page).toBe('');
  expect(findingsOn(page), page).toEqual([...ids].sort());
  expect(page.replace(/\s+/g, ' ')).toMatch(words);
  expect(actual, page).toBe(code);
}

/** The ids of the findings on a page, sorted, each once. */
export function findingsOn(page: string): string[] {
  const lines = page.matchAll(/^(?:FAILURE|UNKNOWN|WARNING|HINT) +(\S+)/gm);
  return [...new Set(Array.from(lines, ([, id = '']) => id))].sort();
}
