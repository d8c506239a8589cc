import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { constants as systemConstants } from 'node:os';
import type { Environment } from './cli/environment.js';
import { systemErrorText } from './go/system-error.js';
import { exitCodeOf, main, type ProgramName } from './main.js';
import { allowManyListeners, sleep } from './model/abort-signal.js';
import { ExitCode } from './model/exit-code.js';
import type { Display } from './printers/printer.js';
import { monotonicMs } from './runtime/monotonic-clock.js';
import { rawArguments, rawEnvironment } from './term/exact-bytes.js';
import { Input } from './term/input.js';
import { isInteractive } from './term/interactive.js';
import { Output } from './term/output.js';
import { loadPalette } from './term/palette.js';
import { SignalReceivedError, type TerminationSignal, TerminationSignals } from './term/signals.js';
import { StandardStream } from './term/standard-stream.js';
import { HANG_UP_WAIT_MS, isDevice, isTerminal, mayHaveHungUp, TerminalScreen } from './term/terminal.js';

const STANDARD_DESCRIPTORS = [0, 1, 2];

/** The abort reason when a write to stdout has failed. */
class OutputClosedError extends Error {}

/** State that this process has inherited from its parent, and that the runtime does not expose. */
export interface InheritedState {
  /** The signals that were ignored when this process was started. Called before the process has listeners for signals. */
  readonly ignoredSignals?: () => readonly NodeJS.Signals[];
  /** The original values of variables that /bin/sh has changed, as text of `go/bytes.ts`; `undefined`: the variable did not exist. */
  readonly variables?: Environment;
}

/**
 * Runs one of the two programs with the arguments, streams and signals of this process, and sets its exit status. When this settles,
 * all output is written and the process may exit immediately.
 */
export async function runProcess(
  program: ProgramName,
  host: NodeJS.Process,
  { ignoredSignals = () => [], variables }: InheritedState = {},
): Promise<void> {
  const controller = new AbortController();
  const signals = terminationSignals(host, controller);
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
  const env = variables ? { ...rawEnvironment(host.env), ...variables } : rawEnvironment(host.env);
  // FORCE_COLOR has precedence. With both, Node.js writes a warning to stderr when node:http2 is loaded.
  if (host.env.FORCE_COLOR !== undefined) delete host.env.NO_COLOR;
  const exitCode = await main({
    program,
    args: rawArguments(host.argv.slice(2)),
    env,
    get ignoredSignals() {
      return signals.ignored;
    },
    listenForSignals() {
      // Each open call adds a listener, and the number of calls is not limited. Not earlier, because it loads node:events.
      allowManyListeners(controller.signal);
      signals.listen(ignoredSignals());
    },
    output,
    input,
    isInteractive: () => isInteractive(host.pid),
    openScreen: () => (stderr.isTerminal ? screen : undefined),
    display: displayOf(stdout, host),
    loadPalette: () => loadPalette({ isTTY: stderr.isTerminal, env: host.env }),
    clock: { now: host.hrtime.bigint, sleep },
    signal: controller.signal,
    interrupt,
  });
  const signal = await terminatingSignal(exitCode, controller.signal, signals);
  signals.commandEnded();
  input.close();
  await output.end();
  if (signal !== undefined) {
    signals.stop();
    terminateBy(signal, host);
  }
  host.exitCode = outputError === undefined ? exitCode : reportOutputError(outputError);
  // Not earlier: the runtime must still be able to print an uncaught exception.
  host.once('exit', closeTerminals);
}

function displayOf(stdout: StandardStream, host: NodeJS.Process): Display {
  return {
    get columns() {
      if (!stdout.isTerminal) return undefined;
      // Reading the size fails after a hang-up.
      host.stdout.on('error', () => undefined);
      return host.stdout.columns || 0;
    },
    loadPalette: () => loadPalette({ isTTY: stdout.isTerminal, env: host.env }),
  };
}

function terminationSignals(host: NodeJS.Process, controller: AbortController): TerminationSignals {
  return new TerminationSignals({
    source: host,
    controller,
    terminate: (signal) => terminateBy(signal, host),
    nowMs: monotonicMs,
  });
}

function standardStream(descriptor: 1 | 2): StandardStream {
  return new StandardStream(
    (bytes) => writeSync(descriptor, bytes),
    () => isTerminal(descriptor),
  );
}

/**
 * The signal by which the process terminates itself, so that a shell stops a loop around it. Undefined when it exits with a status. The
 * signal is used when it was the only reason for the end of the command, and after a hang-up.
 */
async function terminatingSignal(
  exitCode: number,
  { aborted, reason }: AbortSignal,
  signals: TerminationSignals,
): Promise<TerminationSignal | undefined> {
  if (aborted && reason instanceof SignalReceivedError) {
    const isTerminatedBySignal =
      exitCode === exitCodeOf(reason) || (reason.signal === 'SIGHUP' && exitCode === ExitCode.ok);
    return isTerminatedBySignal ? reason.signal : undefined;
  }
  if (exitCode === ExitCode.ok || !STANDARD_DESCRIPTORS.some(mayHaveHungUp)) return undefined;
  // The command may have failed because its terminal has hung up: wait for SIGHUP.
  await sleep(HANG_UP_WAIT_MS);
  return signals.received;
}

function terminateBy(signal: TerminationSignal, host: NodeJS.Process): void {
  closeTerminals();
  host.kill(host.pid, signal);
}

/**
 * Closes the standard descriptors that are terminals. Node.js resets terminals at exit and aborts when that fails, as after a hang-up
 * (src/node.cc `ResetStdio`), but skips closed descriptors. Another descriptor keeps the terminal itself open: its other side may hang up
 * when no process has it open.
 */
function closeTerminals(): void {
  const terminals = STANDARD_DESCRIPTORS.filter(
    (descriptor) => isDevice(descriptor) && (reopen(descriptor) || mayHaveHungUp(descriptor)),
  );
  for (const descriptor of terminals) closeSync(descriptor);
}

function reopen(descriptor: number): boolean {
  try {
    const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants;
    openSync(`/proc/self/fd/${descriptor}`, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    return true;
  } catch {
    // The terminal has hung up, or the system has no /proc.
    return false;
  }
}

/** The exit status after a failed write to stdout. For EPIPE it is that of a program terminated by SIGPIPE, which Node.js ignores. */
function reportOutputError(error: NodeJS.ErrnoException): number {
  if (error.code === 'EPIPE') return 128 + systemConstants.signals.SIGPIPE;
  try {
    writeSync(2, `Error: write /dev/stdout: ${systemErrorText(error)}\n`);
  } catch {
    // stderr cannot be written either.
  }
  return ExitCode.error;
}
