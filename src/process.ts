import { setMaxListeners } from 'node:events';
import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import { exitCodeOf } from './exit.js';
import { main, type ProgramName } from './main.js';
import { ExitCode } from './model/exit-code.js';
import { systemErrorText } from './model/go/system-error.js';
import { sleep } from './term/clock.js';
import { exactArguments } from './term/exact-arguments.js';
import { Input } from './term/input.js';
import { isTerminal } from './term/is-terminal.js';
import { Output } from './term/output.js';
import { loadPalette } from './term/palette.js';
import { TerminalScreen } from './term/screen.js';
import { abortOnSignals, SignalReceivedError } from './term/signals.js';
import { StandardStream } from './term/standard-stream.js';

/** The reason of an abort because nobody reads stdout any more. */
class OutputClosedError extends Error {}

/**
 * Runs one of the programs as this process: its arguments, streams and signals in, its exit status out. Afterwards nothing is left
 * to do or to write, and the process may end at once.
 */
export async function runProcess(program: ProgramName, host: NodeJS.Process): Promise<void> {
  const controller = new AbortController();
  // Every call that is open listens, and there is no limit to those.
  setMaxListeners(0, controller.signal);
  const stopListening = abortOnSignals(host, controller);
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
    env: host.env,
    output,
    input,
    openScreen: () => (stderr.isTerminal ? screen : undefined),
    loadPalette: () => loadPalette({ isTTY: stderr.isTerminal, env: host.env }),
    clock: { now: host.hrtime.bigint, sleep },
    signal: controller.signal,
    interrupt,
  });
  stopListening();
  input.close();
  await output.end();
  if (outputError === undefined) end(host, exitCode, controller.signal);
  else endWithoutOutput(host, outputError);
}

function standardStream(descriptor: 1 | 2): StandardStream {
  return new StandardStream(
    (bytes) => writeSync(descriptor, bytes),
    () => isTerminal(descriptor),
  );
}

/** A process that a signal ended without anything to report ends by that signal, so that a shell's loop ends too. */
function end(host: NodeJS.Process, exitCode: number, { aborted, reason }: AbortSignal): void {
  host.exitCode = exitCode;
  if (aborted && reason instanceof SignalReceivedError && exitCode === exitCodeOf(reason)) {
    host.kill(host.pid, reason.signal);
  }
}

/** As a program that SIGPIPE ended; Node lets nobody die of it. */
function endWithoutOutput(host: NodeJS.Process, error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') host.exitCode = 128 + constants.signals.SIGPIPE;
  else {
    host.stderr.write(`Error: write /dev/stdout: ${systemErrorText(error)}\n`);
    host.exitCode = ExitCode.error;
  }
}
