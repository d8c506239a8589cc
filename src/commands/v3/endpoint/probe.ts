import { Failure, isEtcdError } from '../../../model/errors.js';
import { HEALTH_PROBE_KEY } from '../../../model/key-range.js';
import { AlarmAction, AlarmType } from '../../../model/messages/maintenance.js';
import type { CallOptions, Client } from '../../../model/services.js';

const ALARM_NAMES: Readonly<Record<number, string>> = {
  [AlarmType.noSpace]: 'NOSPACE',
  [AlarmType.corrupt]: 'CORRUPT',
};

/** Why a member is not healthy. */
export interface Problem extends Pick<Failure, 'message' | 'reasons'> {
  /** The call that has failed; absent for an alarm. */
  readonly failure?: Failure;
}

/** Settles with the failure of the probe. `permission denied` is not a failure: the request went through consensus. */
export async function probe(client: Client, call: CallOptions): Promise<Problem | undefined> {
  try {
    await client.kv.range({ key: HEALTH_PROBE_KEY }, call);
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return isEtcdError(error, 'permissionDenied') ? undefined : problemOf(error);
  }
}

export async function alarmProblem(client: Client, call: CallOptions): Promise<Problem | undefined> {
  try {
    const { alarms } = await client.maintenance.alarm({ action: AlarmAction.get }, call);
    if (alarms.length === 0) return undefined;
    const names = alarms.map(({ alarm }) => `${ALARM_NAMES[alarm] ?? 'UNKNOWN'} `);
    return { message: `Active Alarm(s): ${names.join('')}`, reasons: [] };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const reasons = [error.message, ...error.reasons];
    return { message: 'Unable to fetch the alarm list', reasons, failure: error };
  }
}

export function problemOf(failure: Failure): Problem {
  return { message: failure.message, reasons: failure.reasons, failure };
}

/** Adds the endpoint to a reason, unless the reason has it already. */
export function withEndpoint(reason: string, endpoint: string): string {
  return reason.startsWith(`${endpoint}: `) ? reason : `${endpoint}: ${reason}`;
}
