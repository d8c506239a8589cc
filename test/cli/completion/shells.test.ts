import { describe, expect, it } from 'vitest';
import { completionScript, SHELLS, toShell } from '../../../src/cli/completion/shells.js';

describe('the argument of completion', () => {
  it.each(SHELLS)('%s', (shell) => {
    expect(toShell([shell], 'etcdctl')).toBe(shell);
  });

  it.each([
    [[], 'accepts 1 arg(s), received 0'],
    [['bash', 'zsh'], 'accepts 1 arg(s), received 2'],
    [['tcsh', 'zsh'], 'accepts 1 arg(s), received 2'],
    [['tcsh'], 'invalid argument "tcsh" for "etcdutl completion"'],
    [['BASH'], 'invalid argument "BASH" for "etcdutl completion"'],
    [['toString'], 'invalid argument "toString" for "etcdutl completion"'],
  ])('%j is rejected', (args, message) => {
    expect(() => toShell(args, 'etcdutl')).toThrow(expect.objectContaining({ message, kind: 'flag' }));
  });
});

describe.each(SHELLS)('the script for %s', (shell) => {
  it('calls the program that it is made for, and no other', () => {
    const script = completionScript(shell, 'etcdutl');
    expect(script).toContain('__complete');
    expect(script).toContain('etcdutl');
    expect(script).not.toMatch(/etcdctl|undefined|\[object|\\\$\{/);
    expect(script.endsWith('\n')).toBe(true);
  });
});
