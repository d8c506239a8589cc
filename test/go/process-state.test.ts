import { expect, it } from 'vitest';
import { processStateText } from '../../src/go/process-state.js';

it.each([
  [{ exitCode: 3, signal: null }, 'exit status 3'],
  [{ exitCode: null, signal: 'SIGKILL' }, 'signal: killed'],
  [{ exitCode: null, signal: 'SIGTERM' }, 'signal: terminated'],
  [{ exitCode: null, signal: 'SIGSTKFLT' }, 'signal: signal 16'],
] as const)('%j is "%s"', (end, text) => {
  expect(processStateText(end)).toBe(text);
});
