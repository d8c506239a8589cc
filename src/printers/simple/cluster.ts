import { bytesFromText } from '../../go/bytes.js';
import type { ResponseHeader } from '../../model/messages/header.js';
import type { AlarmMember } from '../../model/messages/maintenance.js';
import { alarmTypeName } from '../enum-names.js';
import { idHex, spacedIdHex } from '../id.js';
import type { Renderers, Sink } from '../printer.js';
import { hashKvCells, memberCells, statusCells, statusOrFailureCells } from '../rows.js';

export const clusterRenderers = {
  'member-add': ({ response: { header, member } }, sink) => {
    const role = member?.isLearner ? ' as learner' : '';
    sink.out(`Member ${spacedIdHex(member?.id ?? 0n)} added${role} to ${cluster(header)}\n`);
  },
  'member-remove': ({ id, response }, sink) =>
    sink.out(`Member ${spacedIdHex(id)} removed from ${cluster(response.header)}\n`),
  'member-update': ({ id, response }, sink) =>
    sink.out(`Member ${spacedIdHex(id)} updated in ${cluster(response.header)}\n`),
  'member-promote': ({ id, response }, sink) =>
    sink.out(`Member ${spacedIdHex(id)} promoted in ${cluster(response.header)}\n`),
  'member-list': ({ response }, sink) => writeRows(sink, response.members.map(memberCells)),

  'endpoint-health': ({ endpoints }, sink) => {
    for (const { endpoint, took, error } of endpoints) {
      if (error === '') sink.out(bytesFromText(healthyLine(endpoint, took)));
      else sink.err(unhealthyLine(endpoint, error));
    }
  },
  'endpoint-health-states': ({ endpoints }, sink) => {
    for (const { endpoint, state, took, error } of endpoints) {
      if (state === 'healthy') sink.out(bytesFromText(healthyLine(endpoint, took)));
      else if (state === 'unhealthy') sink.err(unhealthyLine(endpoint, error));
      else sink.err(`the health of ${endpoint} is unknown\n`);
    }
  },
  'endpoint-status-all': ({ endpoints }, sink) => writeRows(sink, endpoints.map(statusOrFailureCells)),
  'endpoint-status': ({ endpoints }, sink) => writeRows(sink, endpoints.map(statusCells)),
  'endpoint-hashkv': ({ endpoints }, sink) => writeRows(sink, endpoints.map(hashKvCells)),

  'move-leader': ({ leader, target }, sink) =>
    sink.out(`Leadership transferred from ${idHex(leader)} to ${idHex(target)}\n`),
  downgrade: ({ action, response }, sink) =>
    sink.out(bytesFromText(`Downgrade ${action} success, cluster version ${response.version}\n`)),
  alarm: ({ response }, sink) => {
    for (const alarm of response.alarms) sink.out(`${alarmDump(alarm)}\n`);
  },
  'doctor-report': async ({ report }, sink, options) => {
    const { renderDoctorPage } = await import('./doctor-page.js');
    await renderDoctorPage(report, sink, options);
  },
} satisfies Partial<Renderers>;

function healthyLine(endpoint: string, took: string): string {
  return `${endpoint} is healthy: successfully committed proposal: took = ${took}\n`;
}

function unhealthyLine(endpoint: string, error: string): string {
  return `${endpoint} is unhealthy: failed to commit proposal: ${error}\n`;
}

function cluster(header: ResponseHeader | undefined): string {
  return `cluster ${spacedIdHex(header?.clusterId ?? 0n)}`;
}

function writeRows(sink: Sink, rows: readonly (readonly string[])[]): void {
  for (const cells of rows) sink.out(bytesFromText(`${cells.join(', ')}\n`));
}

/**
 * Go's text form of the message, without zero fields. Go separates fields by one space or by two, a random choice made
 * when the program is built; here it is one.
 */
function alarmDump({ memberId, alarm }: AlarmMember): string {
  const fields: string[] = [];
  if (memberId !== 0n) fields.push(`memberID:${memberId}`);
  if (alarm !== 0) fields.push(`alarm:${alarmTypeName(alarm)}`);
  return fields.join(' ');
}
