import { setMaxListeners } from 'node:events';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { constants as systemConstants } from 'node:os';
import type { Environment } from './cli/environment.js';
import { systemErrorText } from './go/system-error.js';
import { exitCodeOf, main, type ProgramName } from './main.js';
import { sleep } from './model/abort-signal.js';
import { ExitCode } from './model/exit-code.js';
import { exactArguments, exactEnvironment } from './term/exact-bytes.js';
import { Input } from './term/input.js';
import { Output } from './term/output.js';
import { loadPalette } from './term/palette.js';
import { type EndingSignal, EndingSignals, SignalReceivedError } from './term/signals.js';
import { StandardStream } from './term/standard-stream.js';
import { HANG_UP_MS, isDevice, isTerminal, mayHaveHungUp, TerminalScreen } from './term/terminal.js';

const STANDARD_DESCRIPTORS = [0, 1, 2];

/** The reason of an abort because nobody reads stdout any more. */
class OutputClosedError extends Error {}

/** What whoever started this process has handed on to it, besides its streams and variables. */
export interface Inheritance {
  readonly ignoredSignals?: readonly NodeJS.Signals[];
  /** Variables as they were, where the environment has them otherwise; `undefined`: not there. As text of `model/bytes.ts`. */
  readonly variables?: Environment;
}

/**
 * Runs one of the programs as this process: its arguments, streams and signals in, its exit status out. Afterwards nothing is left
 * to do or to write, and the process may end at once.
 */
export async function runProcess(
  program: ProgramName,
  host: NodeJS.Process,
  { ignoredSignals = [], variables }: Inheritance = {},
): Promise<void> {
  const controller = new AbortController();
  // Every call that is open listens, and there is no limit to those.
  setMaxListeners(0, controller.signal);
  const signals = listenToSignals(host, controller, ignoredSignals);
  let outputError: NodeJS.ErrnoException | undefined;
  const stdout = standardStream(1);
  const stderr = standardStream(2);
  const screen = new TerminalScreen(() => host.stderr);
  const output = new Output(stdout, stderr, (error) => {
    outputError = error;
    controller.abort(new OutputClosedError(error.message, { cause: error }));
  });
  const input = new Input(() => host.stdin);
  const interrupt = () => {
    const reason = new SignalReceivedError('SIGINT');
    controller.abort(reason);
    return reason;
  };
  const exitCode = await main({
    program,
    args: exactArguments(host.argv.slice(2)),
    env: variables ? { ...exactEnvironment(host.env), ...variables } : exactEnvironment(host.env),
    ignoredSignals,
    output,
    input,
    openScreen: () => (stderr.isTerminal ? screen : undefined),
    loadPalette: () => loadPalette({ isTTY: stderr.isTerminal, env: host.env }),
    clock: { now: host.hrtime.bigint, sleep },
    signal: controller.signal,
    interrupt,
  });
  const signal = await endingSignal(exitCode, controller.signal, signals);
  signals.workIsDone();
  input.close();
  await output.end();
  if (signal !== undefined) {
    signals.stop();
    endBy(signal, host);
  }
  host.exitCode = outputError === undefined ? exitCode : reportBrokenOutput(outputError);
  // Not earlier: what the runtime says of an exception that nobody caught has to be seen.
  host.once('exit', closeTerminals);
}

function listenToSignals(
  host: NodeJS.Process,
  controller: AbortController,
  ignored: readonly NodeJS.Signals[],
): EndingSignals {
  return new EndingSignals({
    source: host,
    controller,
    end: (signal) => endBy(signal, host),
    ignored,
    nowMs: () => performance.now(),
  });
}

function standardStream(descriptor: 1 | 2): StandardStream {
  return new StandardStream(
    (bytes) => writeSync(descriptor, bytes),
    () => isTerminal(descriptor),
  );
}

/** The signal to end by, so that a shell's loop ends too: of a process that it ended without anything to report, and of any hang-up. */
async function endingSignal(
  exitCode: number,
  { aborted, reason }: AbortSignal,
  signals: EndingSignals,
): Promise<EndingSignal | undefined> {
  if (aborted && reason instanceof SignalReceivedError) {
    const endsByIt =
      exitCode === exitCodeOf(reason) || (reason.signal === 'SIGHUP' && exitCode === ExitCode.ok);
    return endsByIt ? reason.signal : undefined;
  }
  if (exitCode === ExitCode.ok || !STANDARD_DESCRIPTORS.some(mayHaveHungUp)) return undefined;
  // The command may have failed because its terminal is gone.
  await sleep(HANG_UP_MS);
  return signals.received;
}

function endBy(signal: EndingSignal, host: NodeJS.Process): void {
  closeTerminals();
  host.kill(host.pid, signal);
}

/**
 * Node.js resets terminals at its end and aborts when that fails (src/node.cc `ResetStdio`), as it does after a hang-up. It leaves
 * descriptors alone that are closed. The terminal itself is kept open by another one: whoever reads it may hang up when nobody has it.
 */
function closeTerminals(): void {
  const closable = STANDARD_DESCRIPTORS.filter(
    (descriptor) => isDevice(descriptor) && (isKeptOpen(descriptor) || mayHaveHungUp(descriptor)),
  );
  for (const descriptor of closable) closeSync(descriptor);
}

function isKeptOpen(descriptor: number): boolean {
  try {
    const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants;
    openSync(`/proc/self/fd/${descriptor}`, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    return true;
  } catch {
    // It has gone away, or the system has no such way.
    return false;
  }
}

/** As a program that SIGPIPE ended; Node lets nobody die of it. */
function reportBrokenOutput(error: NodeJS.ErrnoException): number {
  if (error.code === 'EPIPE') return 128 + systemConstants.signals.SIGPIPE;
  try {
    writeSync(2, `Error: write /dev/stdout: ${systemErrorText(error)}\n`);
  } catch {
    // Nobody reads that either.
  }
  return ExitCode.error;
}
