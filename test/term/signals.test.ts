import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { signalsInMask, TerminationSignals } from '../../src/term/signals.js';

function listening(ignored: readonly NodeJS.Signals[] = []) {
  const source = new EventEmitter();
  const controller = new AbortController();
  const terminated: string[] = [];
  let nowMs = 5;
  const signals = new TerminationSignals({
    source,
    controller,
    terminate: (signal) => terminated.push(`${signal} ${source.listenerCount(signal)}`),
    nowMs: () => nowMs,
  });
  signals.listen(ignored);
  const send = (signal: string, afterMs: number) => {
    nowMs += afterMs;
    return source.emit(signal);
  };
  return { source, signal: controller.signal, signals, terminated, send };
}

describe('termination signals', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('abort on %s without terminating the process', (name) => {
    const { signal, send, terminated } = listening();
    send(name, 0);
    expect(signal.reason).toMatchObject({ signal: name });
    expect(terminated).toEqual([]);
  });

  it('count as one request within a second, also different ones', () => {
    const { signal, send, terminated } = listening();
    send('SIGHUP', 0);
    expect(send('SIGHUP', 1)).toBe(true);
    expect(send('SIGTERM', 900)).toBe(true);
    expect(signal.reason).toMatchObject({ signal: 'SIGHUP' });
    expect(terminated).toEqual([]);
  });

  it('terminate the process after more than a second, without a listener', () => {
    const { send, terminated } = listening();
    send('SIGINT', 0);
    send('SIGTERM', 1001);
    expect(terminated).toEqual(['SIGTERM 0']);
  });

  it('terminate the process immediately after the command has ended, unless they belong to the same request', () => {
    const idle = listening();
    idle.signals.commandEnded();
    idle.send('SIGINT', 0);
    expect(idle.terminated).toEqual(['SIGINT 0']);
    expect(idle.signal.aborted).toBe(false);
    const interrupted = listening();
    interrupted.send('SIGINT', 0);
    interrupted.signals.commandEnded();
    interrupted.send('SIGINT', 1);
    expect(interrupted.terminated).toEqual([]);
  });

  it('have no effect when they were ignored at the start', () => {
    const { source, signal, send, terminated, signals } = listening(['SIGHUP', 'SIGQUIT']);
    for (const name of ['SIGHUP', 'SIGQUIT']) for (let times = 0; times < 3; times++) send(name, 2000);
    expect(signal.aborted).toBe(false);
    expect(terminated).toEqual([]);
    signals.stop();
    const counts = ['SIGHUP', 'SIGQUIT', 'SIGINT'].map((name) => source.listenerCount(name));
    expect(counts).toEqual([1, 1, 0]);
  });
});

describe('signalsInMask', () => {
  it.each([
    ['0000000000000000', []],
    // SIGPIPE and SIGXFSZ, which Python leaves ignored in its children.
    ['0000000001001000', []],
    ['0000000000000001', ['SIGHUP']],
    ['0000000000000006', ['SIGINT', 'SIGQUIT']],
    ['0000000001005a03', ['SIGHUP', 'SIGINT', 'SIGUSR1', 'SIGUSR2', 'SIGTERM']],
    ['fffffffe80002000', ['SIGALRM']],
    ['damaged', []],
    ['', []],
  ])('%s names %j', (mask, signals) => {
    expect(signalsInMask(mask)).toEqual(signals);
  });
});
