import { describe, expect, it, vi } from 'vitest';
import { registerAlarm } from '../../../src/commands/v3/alarm/alarm.js';
import { runAlarmDisarm } from '../../../src/commands/v3/alarm/disarm.js';
import { runAlarmList } from '../../../src/commands/v3/alarm/list.js';
import { ServerError } from '../../../src/model/errors.js';
import type { AlarmRequest, AlarmResponse } from '../../../src/model/messages/maintenance.js';
import { fakeContext } from '../../support/fake-context.js';
import { parseCommand } from '../../support/parse-command.js';

const header = { clusterId: 1n, memberId: 2n, revision: 3n, raftTerm: 4n };
const armed = [
  { memberId: 2n ** 63n, alarm: 1 },
  { memberId: 5n, alarm: 77 },
];

function contextWith(alarm: (request: AlarmRequest) => Promise<AlarmResponse>) {
  return fakeContext({ connect: () => ({ maintenance: { alarm } as never }) });
}

describe('alarm', () => {
  it.each([
    ['list', 'alarm list command accepts no arguments'],
    ['disarm', 'alarm disarm command accepts no arguments'],
  ])('%s accepts no arguments', (name, message) => {
    const refusal = expect.objectContaining({ message, kind: 'arguments' });
    expect(() => parseCommand(registerAlarm, ['alarm', name, 'all'])).toThrow(refusal);
  });

  it('list prints the response', async () => {
    const response = { header, alarms: armed };
    const alarm = vi.fn(async (_request: AlarmRequest) => response);
    const { context, emitted } = contextWith(alarm);
    await runAlarmList({}, context);
    expect(alarm.mock.calls[0]?.[0]).toEqual({ action: 0 });
    expect(emitted).toEqual([{ kind: 'alarm', response }]);
  });

  it('disarm deactivates the alarms one by one, and prints them without a header', async () => {
    const alarm = vi.fn(async ({ action, memberId = 0n, alarm: kind = 0 }: AlarmRequest) => ({
      header,
      alarms: action === 0 ? armed : [{ memberId, alarm: kind }],
    }));
    const { context, emitted } = contextWith(alarm);
    await runAlarmDisarm({}, context);
    expect(alarm.mock.calls.map(([request]) => request)).toEqual([
      { action: 0 },
      { action: 2, memberId: 2n ** 63n, alarm: 1 },
      { action: 2, memberId: 5n, alarm: 77 },
    ]);
    expect(emitted).toEqual([{ kind: 'alarm', response: { alarms: armed } }]);
  });

  it('disarm stops at the first failure and prints nothing', async () => {
    const refusal = new ServerError('etcdserver: permission denied', 'PermissionDenied');
    const alarm = vi.fn(async ({ action }: AlarmRequest) => {
      if (action !== 0) throw refusal;
      return { header, alarms: armed };
    });
    const { context, emitted } = contextWith(alarm);
    await expect(runAlarmDisarm({}, context)).rejects.toBe(refusal);
    expect(alarm).toHaveBeenCalledTimes(2);
    expect(emitted).toEqual([]);
  });
});
