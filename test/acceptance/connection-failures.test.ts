/**
 * What a person gets when there is no connection: all of stderr, the exit code, and when. The real etcdctl runs the same command line
 * beside it. `MEASURED_FAILURES` names a file for the times of both.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, type expect, it } from 'vitest';
import { type Attempt, CONNECTION_ROWS, type FailureRow } from '../support/lab/failures/connection-rows.js';
import { FailureLab } from '../support/lab/failures/failure-lab.js';
import { CONNECTION_MESSAGES, type ConnectionMessage, patternOf } from '../support/lab/failures/messages.js';
import { newestEtcdctl } from '../support/lab/lab.js';
import { ourEtcdctl, type Program, start } from '../support/lab/program.js';

const TIMEOUT_MS = 3000;

/** On a machine without other work, the words are ready a third of a second after the start. */
const SIGNAL_DELAY_MS = 2000;

interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** Time to the first text on stderr; that of the real program has the reason only at its end. */
  readonly firstMs: number;
  readonly endMs: number;
}

interface Measured {
  readonly name: string;
  readonly ours: Pick<Outcome, 'firstMs' | 'endMs'>;
  readonly real: Pick<Outcome, 'firstMs' | 'endMs'>;
}

describe('a connection fails', () => {
  let lab: FailureLab;
  const measured: Measured[] = [];
  beforeAll(async () => {
    lab = await FailureLab.start();
  });
  afterAll(async () => {
    await lab?.stop();
    const file = process.env.MEASURED_FAILURES;
    if (file !== undefined) writeFileSync(file, JSON.stringify(measured, null, 1));
  });

  for (const row of CONNECTION_ROWS) {
    const title = row.skipped === undefined ? row.name : `${row.name} (${row.skipped})`;
    const test = row.skipped === undefined ? it.concurrent : it.skip;
    test(title, async ({ expect, task }) => {
      const meta = task.meta as { sideBySide?: string; table?: string };
      meta.table = 'failed connections';
      meta.sideBySide = 'different';
      const attempt = await row.attempt(lab);
      const [real, ours] = await Promise.all(
        [newestEtcdctl(), ourEtcdctl()].map((each) => run(each, attempt, signalOf(row))),
      );
      if (real === undefined || ours === undefined) throw new Error('nothing was run');
      measured.push({ name: row.name, ours, real });
      const isFailed = expectWords(ours.stderr, { row, attempt, real }, expect);
      if (row.deliberate === undefined) expect(ours.code, ours.stderr).toBe(real.code);
      else expect(ours.code, row.deliberate).not.toBe(real.code);
      expect(ours.signal).toBe(signalOf(row) ?? null);
      if (isFailed && isAtOnce(row)) {
        // While the command still waits; on a machine without other work, within a second.
        expect(ours.endMs - ours.firstMs, `first after ${ours.firstMs} ms`).toBeGreaterThan(500);
      }
      meta.sideBySide = row.deliberate === undefined ? 'equal' : 'deliberate';
    });
  }
});

/** The signal that ends the command. */
function signalOf({ when = 'at once' }: FailureRow): NodeJS.Signals | undefined {
  return when === 'at once' || when === 'at the deadline' ? undefined : when;
}

/** Whether the reason is printed before the command ends. Unusable files end the command at once. */
function isAtOnce({ when = 'at once', says }: FailureRow): boolean {
  return when === 'at once' && Array.isArray(says);
}

interface Expected {
  readonly row: FailureRow;
  readonly attempt: Attempt;
  readonly real: Outcome;
}

/** Checks all of stderr. Returns whether the command has failed. */
function expectWords(stderr: string, { row, attempt, real }: Expected, expectHere: typeof expect): boolean {
  const patterns = linePatterns(row, attempt);
  if (patterns.length === 0) {
    expectHere(stderr).toBe('');
    return false;
  }
  const lines = stderr.trimEnd().split('\n');
  // A signal ends the real program without a word.
  if (signalOf(row) !== undefined) expectHere(real.stderr).toBe('');
  else {
    const final = lines.pop() ?? '';
    if (row.deliberate === undefined)
      expectHere(final, stderr).toBe(real.stderr.trimEnd().split('\n').at(-1));
    expectHere(final).toMatch(/^Error: /);
  }
  // Endpoints fail in any order.
  for (const pattern of patterns) {
    const index = lines.findIndex((line) => pattern.test(line));
    expectHere(index, `${pattern}\nin\n${stderr}`).toBeGreaterThanOrEqual(0);
    lines.splice(index, 1);
  }
  expectHere(lines, 'no other line').toEqual([]);
  for (const text of attempt.contains ?? []) expectHere(stderr).toContain(text);
  return true;
}

const LOCAL_HINT = /^this node has TLS files for etcd, found in process \d+: --local uses them$/;
const HAS_PROCESSES = existsSync('/proc/self/environ');

function linePatterns({ says }: FailureRow, { endpoints, hintsAtLocal = false }: Attempt): RegExp[] {
  const whole = (prefix: string, message: ConnectionMessage) =>
    new RegExp(`^${patternOf(prefix)}${patternOf(CONNECTION_MESSAGES[message].text)}$`);
  if ('files' in says) return [whole('', says.files)];
  const reasons = says.flatMap((message, index) =>
    message ? [whole(`${endpoints[index]}: `, message)] : [],
  );
  return hintsAtLocal && HAS_PROCESSES ? [...reasons, LOCAL_HINT] : reasons;
}

async function run(
  { command, leadingArgs }: Program,
  attempt: Attempt,
  signal: NodeJS.Signals | undefined,
): Promise<Outcome> {
  const { endpoints, flags = [], env = {}, through = [] } = attempt;
  const [first = '', ...rest] = [
    ...through,
    command,
    ...leadingArgs,
    `--endpoints=${endpoints.join(',')}`,
    `--command-timeout=${TIMEOUT_MS}ms`,
    ...flags,
    'get',
    'k',
  ];
  const startMs = performance.now();
  const running = start({ command: first, leadingArgs: [] }, rest, { env });
  running.endInput();
  let firstMs = 0;
  const noteTime = () => {
    firstMs = performance.now() - startMs;
  };
  const timer = signal && setTimeout(() => running.kill(signal), SIGNAL_DELAY_MS);
  await running.waitFor('\n').then(noteTime, noteTime);
  const result = await running.result;
  clearTimeout(timer);
  const { code, stderr } = result;
  return {
    code,
    signal: result.signal,
    stderr: stderr.toString(),
    firstMs,
    endMs: performance.now() - startMs,
  };
}
