import { describe, expect, it, vi } from 'vitest';
import { runDowngradeCancel } from '../../../src/commands/v3/downgrade/cancel.js';
import { registerDowngrade } from '../../../src/commands/v3/downgrade/downgrade.js';
import { runDowngradeEnable } from '../../../src/commands/v3/downgrade/enable.js';
import { runDowngradeValidate } from '../../../src/commands/v3/downgrade/validate.js';
import type { DowngradeRequest } from '../../../src/model/messages/maintenance.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';

const options = (...argv: string[]) => parseCommand(registerDowngrade, ['downgrade', ...argv]);

describe('downgrade', () => {
  it.each(['validate', 'enable'])('%s requires one version', (name) => {
    for (const [args, message] of [
      [[], 'TARGET_VERSION not provided'],
      [['3.5', '3.6'], 'too many arguments'],
      [[''], 'target version not provided'],
    ] as const) {
      const refusal = expect.objectContaining({ message, kind: 'arguments' });
      expect(() => options(name, ...args)).toThrow(refusal);
    }
    expect(options(name, '3.6')).toEqual({ targetVersion: '3.6' });
  });

  it('cancel ignores arguments', () => {
    expect(options('cancel', '3.6')).toEqual({});
  });

  it('sends the action, and prints it with the response', async () => {
    const response = { version: '3.7' };
    const downgrade = vi.fn(async (_request: DowngradeRequest) => response);
    const { context, emitted } = fakeContext({ connect: () => ({ maintenance: { downgrade } as never }) });
    await runDowngradeValidate({ targetVersion: '3.6' }, context);
    await runDowngradeEnable({ targetVersion: '3.6' }, context);
    await runDowngradeCancel({}, context);
    expect(downgrade.mock.calls.map(([request]) => request)).toEqual([
      { action: 0, version: '3.6' },
      { action: 1, version: '3.6' },
      { action: 2 },
    ]);
    expect(emitted).toEqual(
      ['validate', 'enable', 'cancel'].map((action) => ({ kind: 'downgrade', action, response })),
    );
  });
});
