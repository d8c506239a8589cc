import { describe, expect, it } from 'vitest';
import { signalsOfMask } from '../../src/term/ignored-signals.js';

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
