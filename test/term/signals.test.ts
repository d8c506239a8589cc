import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { EndingSignals, signalsOfMask } from '../../src/term/signals.js';

function listening(ignored: readonly NodeJS.Signals[] = []) {
  const source = new EventEmitter();
  const controller = new AbortController();
  const ended: string[] = [];
  let nowMs = 5;
  const signals = new EndingSignals({
    source,
    controller,
    ignored,
    end: (signal) => ended.push(`${signal} ${source.listenerCount(signal)}`),
    nowMs: () => nowMs,
  });
  const send = (signal: string, afterMs: number) => {
    nowMs += afterMs;
    return source.emit(signal);
  };
  return { source, signal: controller.signal, signals, ended, send };
}

describe('the signals that end a process', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('abort the work at %s, and nothing else', (name) => {
    const { signal, send, ended } = listening();
    send(name, 0);
    expect(signal.reason).toMatchObject({ signal: name });
    expect(ended).toEqual([]);
  });

  it('are one wish when they come together, the same one or another', () => {
    const { signal, send, ended } = listening();
    send('SIGHUP', 0);
    expect(send('SIGHUP', 1)).toBe(true);
    expect(send('SIGTERM', 900)).toBe(true);
    expect(signal.reason).toMatchObject({ signal: 'SIGHUP' });
    expect(ended).toEqual([]);
  });

  it('end the process when one comes later, with no listener in the way', () => {
    const { send, ended } = listening();
    send('SIGINT', 0);
    send('SIGTERM', 1001);
    expect(ended).toEqual(['SIGTERM 0']);
  });

  it('end it at once when the work is done, unless that was their doing', () => {
    const done = listening();
    done.signals.workIsDone();
    done.send('SIGINT', 0);
    expect(done.ended).toEqual(['SIGINT 0']);
    expect(done.signal.aborted).toBe(false);
    const interrupted = listening();
    interrupted.send('SIGINT', 0);
    interrupted.signals.workIsDone();
    interrupted.send('SIGINT', 1);
    expect(interrupted.ended).toEqual([]);
  });

  it('are heard and not heeded when they are to be ignored', () => {
    const { source, signal, send, ended, signals } = listening(['SIGHUP', 'SIGQUIT']);
    for (const name of ['SIGHUP', 'SIGQUIT']) for (let times = 0; times < 3; times++) send(name, 2000);
    expect(signal.aborted).toBe(false);
    expect(ended).toEqual([]);
    signals.stop();
    const counts = ['SIGHUP', 'SIGQUIT', 'SIGINT'].map((name) => source.listenerCount(name));
    expect(counts).toEqual([1, 1, 0]);
  });
});

describe('a mask of signals', () => {
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
    expect(signalsOfMask(mask)).toEqual(signals);
  });
});
