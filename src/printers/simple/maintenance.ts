import { formatByteSize } from '../../go/byte-size.js';
import { bytesFromText } from '../../go/bytes.js';
import type {
  AlarmRecovery,
  LocalRestore,
  MaintenanceStep,
  MemberReplacement,
  RecoveryMember,
  RollingDefragMember,
} from '../../model/maintenance-reports.js';
import type { ResultOf } from '../../model/results.js';
import { idHex } from '../id.js';
import type { Sink } from '../printer.js';

export function renderRollingDefrag({ report }: ResultOf<'defrag-rolling'>, sink: Sink): void {
  const { members, movesLeader } = report;
  const isPlanned = ({ state }: RollingDefragMember) => state === 'planned';
  const planned = members.filter(isPlanned);
  for (const [index, member] of planned.entries()) {
    const isMoved = movesLeader && member.role === 'leader';
    const size = `${formatByteSize(member.sizeBytes)}, about ${formatByteSize(member.unusedBytes)} to free`;
    if (isMoved) sink.out('   Then the leadership moves to a follower.\n');
    sink.out(bytesFromText(`${index + 1}. ${memberText(member)}: ${size}\n`));
  }
  for (const member of members.filter((each) => !isPlanned(each))) {
    sink.out(bytesFromText(`-  ${memberText(member)}: ${outcomeText(member)}\n`));
  }
}

export function renderReplacement({ report }: ResultOf<'member-replacement'>, sink: Sink): void {
  sink.out(bytesFromText(replacementText(report)));
}

export function renderRecovery({ report }: ResultOf<'alarm-recovery'>, sink: Sink): void {
  sink.out(bytesFromText(recoveryText(report)));
}

export function renderLocalRestore({ report }: ResultOf<'local-restore'>, sink: Sink): void {
  sink.out(bytesFromText(`${localRestoreLines(report).join('\n')}\n`));
}

function localRestoreLines(report: LocalRestore): string[] {
  const { snapshot, settings, steps, others, recommendations, afterwards, problems } = report;
  const paragraph = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
  return [
    `To restore ${snapshot} onto this node:`,
    ...settings.map(({ name, value, origin }) => `  --${name}=${value}  (${origin})`),
    ...steps.map(stepText),
    ...paragraph('Recommended:', recommendations),
    ...paragraph(
      `On ${others?.names.join(', ')}, from a copy of the same file:`,
      others === undefined ? [] : [others.command],
    ),
    ...paragraph('Afterwards:', afterwards),
    ...paragraph('It is refused now:', problems),
  ];
}

function stepText({ text, state }: MaintenanceStep, index: number): string {
  return `${index + 1}. ${text}${state === 'planned' ? '' : ` (${state})`}`;
}

function replacementText({ old, replacement: { name }, steps }: MemberReplacement): string {
  const lines =
    steps.length === 0
      ? [`${name} is a voting member, and the old member is gone: there is nothing to do.`]
      : [
          ...(old === undefined ? [] : [`To replace ${old.name || idHex(old.id)} (${idHex(old.id)}):`]),
          ...steps.map(stepText),
        ];
  return `${lines.join('\n')}\n`;
}

/** The situation and the steps. */
function recoveryText({ revision, compactedRevision, members, steps }: AlarmRecovery): string {
  const compacted = compactedRevision === 0n ? 'never compacted' : `compacted at ${compactedRevision}`;
  const lines = [
    ...members.map(recoveryMemberText),
    `The store is at revision ${revision}, ${compacted}.`,
    ...(steps.length === 0 ? ['No member has the alarm NOSPACE: there is nothing to do.'] : ['']),
    ...steps.map(stepText),
  ];
  return `${lines.join('\n')}\n`;
}

function recoveryMemberText(member: RecoveryMember): string {
  const { name, id, endpoint, isFull, sizeBytes, inUseBytes, quotaBytes } = member;
  const quota = quotaBytes === undefined ? '' : `, quota ${formatByteSize(quotaBytes)}`;
  const use = `${formatByteSize(sizeBytes)}${quota}, ${formatByteSize(inUseBytes)} in use`;
  return `${name || idHex(id)} (${endpoint}): ${use}${isFull ? ', NOSPACE' : ''}`;
}

function memberText({ name, id, role, endpoint }: RollingDefragMember): string {
  return `${name || idHex(id)} (${role}, ${endpoint})`;
}

function outcomeText({ state, reason, sizeBytes, newSizeBytes, unusedBytes }: RollingDefragMember): string {
  const why = reason === undefined ? '' : `, ${reason}`;
  if (newSizeBytes === undefined) return `${state}${why}, ${formatByteSize(unusedBytes)} unused`;
  return `${state}${why}, ${formatByteSize(sizeBytes)} before, ${formatByteSize(newSizeBytes)} now`;
}
