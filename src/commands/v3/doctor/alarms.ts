import type { StatusResponse } from '../../../model/messages/maintenance.js';

export interface ActiveAlarm {
  /** 0: of no member. */
  readonly memberId: bigint;
  /** `NOSPACE` */
  readonly name: string;
}

/**
 * The alarms in the errors of a status. The call for alarms would be proposed to all members, which needs a leader; the status has them as
 * text (etcd server/etcdserver/api/v3rpc/maintenance.go `Status`), whose spaces are not fixed.
 */
export function alarmsIn({ errors }: StatusResponse): ActiveAlarm[] {
  return errors.flatMap((text) => {
    const [, id = '0', name] = /^(?:memberID:(\d+)\s+)?alarm:(\w+)\s*$/.exec(text) ?? [];
    return name === undefined ? [] : [{ memberId: BigInt(id), name }];
  });
}
