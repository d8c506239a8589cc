import type { CommandContext } from '../../../cli/context.js';
import { refusalHints } from '../../../client/maintenance/refusal.js';
import { AlreadyReportedError, ConnectionError, Failure } from '../../../model/errors.js';
import { ExitCode } from '../../../model/exit-code.js';
import { monotonicMs } from '../../../runtime/monotonic-clock.js';
import { CommandLines } from './command-line.js';
import { type Observation, troubleOf } from './observation.js';
import { observe } from './observe.js';
import { toReport } from './report.js';

/**
 * Observes the cluster and prints the report. Rejects unless the cluster is healthy. Loaded only when the command runs: help does not need
 * it.
 */
export async function examine(context: CommandContext): Promise<void> {
  const began = monotonicMs();
  const observation = await observe(context);
  rejectUnknownUser(observation);
  const lines = new CommandLines(context.connectionFlags);
  const report = toReport(observation, lines, monotonicMs() - began);
  await context.emit({ kind: 'doctor-report', report });
  if (report.clusterId === undefined) {
    await context.hintAtLocal();
    throw new AlreadyReportedError(ExitCode.badConnection);
  }
  if (report.state !== 'healthy') throw new AlreadyReportedError(ExitCode.error);
}

/** What the members refuse because of the user, all refuse: there is one thing to say. */
function rejectUnknownUser({ places }: Observation): void {
  const troubles = places.map(({ status }) => troubleOf(status));
  const refusal = troubles.find((trouble) => trouble?.kind === 'login' || trouble?.kind === 'denied');
  if (refusal === undefined || troubles.includes(undefined)) return;
  const { words, cause } = refusal;
  const server = cause instanceof ConnectionError ? cause.cause : cause;
  const reasons = server instanceof Failure ? refusalHints(server) : [];
  throw new ConnectionError(words, { reasons, ...(reasons.length === 0 && { cause: server }) });
}
