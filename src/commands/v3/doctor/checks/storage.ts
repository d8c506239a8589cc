import { formatByteSize } from '../../../../go/byte-size.js';
import type { Finding } from '../../../../model/doctor.js';
import { type ActiveAlarm, alarmsIn } from '../alarms.js';
import { finding } from '../catalogue.js';
import type { ClusterView, MemberView } from '../cluster-view.js';
import type { CommandLines } from '../command-line.js';
import { answered } from '../observation.js';
import { at, type Check, gaugeIn, replaceCommand } from './check.js';

/** Percent of the quota. */
const QUOTA_WARNING = 80n;
const QUOTA_FAILURE = 95n;

/** Percent of the file, and bytes: a smaller gain is not worth the time in which the member does not answer. */
const UNUSED_HINT = 50n;
const MIN_UNUSED_BYTES = 100_000_000n;

export const alarms: Check = ({ members }, lines) => {
  const active = new Map<string, ActiveAlarm>();
  for (const { status } of members) {
    for (const alarm of status === undefined ? [] : alarmsIn(status)) {
      active.set(`${alarm.memberId} ${alarm.name}`, alarm);
    }
  }
  return [...active.values()].map((alarm) => judgeAlarm(alarm, members, lines));
};

function judgeAlarm(alarm: ActiveAlarm, members: ClusterView['members'], lines: CommandLines): Finding {
  const view = members.find(({ member }) => member.id === alarm.memberId);
  const where = view === undefined ? {} : at(view);
  // etcd 3.5 does not say which member's.
  const found =
    view === undefined
      ? 'the servers have found that the data of the members differ'
      : 'the data of this member was found to differ from that of the others';
  switch (alarm.name) {
    case 'NOSPACE':
      return finding('alarm-nospace', {
        ...where,
        what: 'The alarm NOSPACE is active: the database has reached its quota, and the whole cluster refuses writes.',
        advice: 'Compact, defragment, and disarm the alarm:',
        commands: [lines.etcdctl('alarm', 'recover')],
      });
    case 'CORRUPT':
      return finding('alarm-corrupt', {
        ...where,
        what: `The alarm CORRUPT is active: ${found}. The whole cluster refuses writes.`,
        advice:
          'Compare the hashes, stop the member that differs, disarm the alarm, and then replace that member:',
        commands: [
          lines.etcdctl('endpoint', 'hashkv', '--cluster', '-w', 'table'),
          lines.etcdctl('alarm', 'disarm'),
          ...(view === undefined ? [] : [replaceCommand(view.member, lines)]),
        ],
      });
    default:
      return finding('alarm-unknown', {
        ...where,
        what: `The alarm ${alarm.name} is active, which this program does not know.`,
        advice: 'See the documentation of the version of etcd that the members have.',
      });
  }
}

export const quotas: Check = ({ members }, lines) =>
  members.flatMap((view) => {
    const { status } = view;
    if (status === undefined) return [];
    const quota = quotaOf(view);
    if (quota === undefined) {
      return [
        finding('quota-unknown', {
          ...at(view),
          what: 'The quota of its database is not known: its version does not say it in the status, and its metrics cannot be read.',
          advice: `The database has ${formatByteSize(status.dbSize)}; compare with --quota-backend-bytes of the server.`,
        }),
      ];
    }
    const percent = quota <= 0n ? 0n : (status.dbSize * 100n) / quota;
    if (percent < QUOTA_WARNING) return [];
    return [
      finding('quota-near', {
        ...at(view),
        severity: percent >= QUOTA_FAILURE ? 'failure' : 'warning',
        what: `The database has ${formatByteSize(status.dbSize)}, ${percent} % of its quota of ${formatByteSize(quota)}; ${formatByteSize(status.dbSizeInUse)} are in use. At the quota the cluster refuses writes.`,
        advice:
          'Compact the history and defragment, or start the members with a larger --quota-backend-bytes:',
        commands: [
          lines.etcdctl('compaction', String(status.header?.revision ?? 0n)),
          lines.etcdctl('defrag', '--cluster', '--rolling'),
        ],
      }),
    ];
  });

/** In bytes; 0 or less: there is none. `undefined`: not known. Versions before 3.6 say it in their metrics only. */
export function quotaOf({ status, answering }: MemberView): bigint | undefined {
  if (status !== undefined && status.dbSizeQuota > 0n) return status.dbSizeQuota;
  const gauge = gaugeIn(answered(answering[0]?.metrics)?.text ?? '', 'etcd_server_quota_backend_bytes');
  return gauge === undefined ? undefined : BigInt(Math.trunc(gauge));
}

export const unusedSpace: Check = ({ members }, lines) =>
  members.flatMap((view) => {
    const { dbSize = 0n, dbSizeInUse = 0n } = view.status ?? {};
    const unused = dbSize - dbSizeInUse;
    if (unused < MIN_UNUSED_BYTES || unused * 100n < dbSize * UNUSED_HINT) return [];
    return [
      finding('space-unused', {
        ...at(view),
        what: `Of the ${formatByteSize(dbSize)} of its database, ${formatByteSize(unused)} are not in use.`,
        advice: 'etcd uses them again for new data. To give them back to the file system:',
        commands: [lines.etcdctl('defrag', '--cluster', '--rolling')],
      }),
    ];
  });
