import { formatByteSize } from '../../go/byte-size.js';
import type { DoctorMember, DoctorReport, DoctorState, Finding, Severity } from '../../model/doctor.js';
import { idHex } from '../id.js';
import type { Display, PrinterOptions, ResultPalette, Sink } from '../printer.js';
import { counted, wrapWords } from '../prose.js';

const DEFAULT_COLUMNS = 80;
/** Longer lines are hard to read. */
const MAX_COLUMNS = 100;
const MIN_COLUMNS = 40;

const LABELS: Readonly<Record<Severity, string>> = {
  failure: 'FAILURE',
  unknown: 'UNKNOWN',
  warning: 'WARNING',
  hint: 'HINT',
};

/** The width of the longest label, and two spaces. */
const LABEL_COLUMNS = 9;

const STATES: Readonly<Record<DoctorState, string>> = {
  healthy: 'healthy',
  attention: 'needs attention',
  unhealthy: 'unhealthy',
  unknown: 'not known to be healthy',
};

/** The page of `doctor` for a person: the verdict, what was found with what to do, and a table of the members. */
export async function renderDoctorPage(
  report: DoctorReport,
  sink: Sink,
  { display }: PrinterOptions,
): Promise<void> {
  const palette = await display?.loadPalette();
  const page = new DoctorPage(sink, columnsOf(display), palette);
  page.verdict(report);
  for (const finding of report.findings) page.finding(finding);
  page.members(report.members);
}

function columnsOf(display: Display | undefined): number {
  return Math.min(MAX_COLUMNS, Math.max(MIN_COLUMNS, display?.columns || DEFAULT_COLUMNS));
}

class DoctorPage {
  readonly #sink: Sink;
  readonly #columns: number;
  readonly #palette: ResultPalette | undefined;

  constructor(sink: Sink, columns: number, palette: ResultPalette | undefined) {
    this.#sink = sink;
    this.#columns = columns;
    this.#palette = palette;
  }

  verdict(report: DoctorReport): void {
    const { clusterId, state } = report;
    const subject = clusterId === undefined ? 'Cluster: ' : `Cluster ${idHex(clusterId)}: `;
    this.#sink.out(subject);
    const words = clusterId === undefined ? 'nothing has answered' : STATES[state];
    this.#sink.out(words, this.#colourOf(clusterId === undefined ? 'unhealthy' : state));
    const counts = countsOf(report);
    const fits = subject.length + words.length + 2 + counts.length <= this.#columns;
    this.#sink.out(counts === '' ? '\n' : `,${fits ? ' ' : '\n  '}${counts}\n`);
    if (clusterId === undefined) return;
    for (const line of wrapWords(describeCluster(report), this.#columns)) this.#sink.out(`${line}\n`);
  }

  /** The label and where it is; what it is; what to do; commands, each on a line of its own that is not wrapped. */
  finding({ id, severity, member, endpoint, what, advice, commands }: Finding): void {
    this.#sink.out('\n');
    this.#sink.out(LABELS[severity], this.#colourOf(severity));
    this.#sink.out(' '.repeat(LABEL_COLUMNS - LABELS[severity].length));
    const where = [member, endpoint].filter((part) => part !== undefined && part !== '').join('  ');
    const fits = LABEL_COLUMNS + id.length + 2 + where.length <= this.#columns;
    this.#sink.out(fits && where !== '' ? `${id}  ${where}` : id, this.#palette?.heading);
    this.#sink.out(fits ? '\n' : `\n  ${wrapWords(where, this.#columns - 2).join('\n  ')}\n`);
    for (const text of [what, advice].filter((each) => each !== '')) {
      for (const line of wrapWords(text, this.#columns - 2)) this.#sink.out(`  ${line}\n`);
    }
    for (const command of commands) this.#sink.out(`    ${command}\n`);
  }

  /** One line for each member, or two when a line would be longer than the screen is wide: the endpoint below, or before it with the name. */
  members(members: readonly DoctorMember[]): void {
    if (members.length === 0) return;
    const rows = members.map(cellsOf);
    const endpoints = members.map(({ endpoint, clientUrls }) => endpoint ?? clientUrls[0] ?? '-');
    const [header = '', ...lines] = alignColumns([HEADER, ...rows]);
    const fits = (line: string) => line.length <= this.#columns;
    if (lines.every((line, index) => fits(line + endpoints[index]))) {
      this.#table(
        `${header}ENDPOINT`,
        lines.map((line, index) => `${line}${endpoints[index]}`),
      );
    } else if ([header, ...lines].every((line) => fits(line.trimEnd()))) {
      this.#table(
        header.trimEnd(),
        lines.map((line, index) => `${line.trimEnd()}\n  ${endpoints[index]}`),
      );
    } else {
      const [shortHeader = '', ...shortLines] = alignColumns([HEADER, ...rows].map((row) => row.slice(1)));
      const named = rows.map(([name], index) =>
        wrapWords(`${name}  ${endpoints[index]}`, this.#columns).join('\n  '),
      );
      this.#table(
        `${HEADER[0]}\n  ${shortHeader.trimEnd()}`,
        shortLines.map((line, index) => `${named[index]}\n  ${line.trimEnd()}`),
      );
    }
  }

  #table(header: string, lines: readonly string[]): void {
    this.#sink.out('\n');
    this.#sink.out(header, this.#palette?.heading);
    this.#sink.out('\n');
    for (const line of lines) this.#sink.out(`${line}\n`);
  }

  #colourOf(level: Severity | DoctorState) {
    switch (level) {
      case 'healthy':
        return this.#palette?.goodLabel;
      case 'failure':
      case 'unhealthy':
        return this.#palette?.failureLabel;
      case 'hint':
        return this.#palette?.heading;
      default:
        return this.#palette?.warningLabel;
    }
  }
}

const HEADER = ['MEMBER', 'ROLE', 'VERSION', 'DB SIZE', 'IN USE', 'READ', 'CERT'];

function cellsOf(member: DoctorMember): string[] {
  const { version, dbSizeBytes, dbSizeInUseBytes, readMs, certificate } = member;
  return [
    member.name || idHex(member.id),
    roleOf(member),
    version ?? '-',
    dbSizeBytes === undefined ? '-' : formatByteSize(dbSizeBytes),
    dbSizeInUseBytes === undefined ? '-' : formatByteSize(dbSizeInUseBytes),
    readMs === undefined ? '-' : `${readMs < 10 ? readMs : Math.round(readMs)} ms`,
    certificate === undefined ? '-' : `${certificate.daysLeft} d`,
  ];
}

/** Lines whose columns end with two spaces. */
function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => `${cell.padEnd(widths[column] ?? 0)}  `).join(''));
}

function roleOf({ name, isLearner, isLeader, isReachable }: DoctorMember): string {
  if (isLeader) return 'leader';
  if (!isReachable) return name === '' ? 'unstarted' : 'silent';
  return isLearner ? 'learner' : 'follower';
}

function countsOf({ failures, unknowns, warnings, hints }: DoctorReport): string {
  const counts = [
    [failures, 'failure'],
    [unknowns, 'unknown'],
    [warnings, 'warning'],
    [hints, 'hint'],
  ] as const;
  return counts
    .filter(([count]) => count !== 0)
    .map(([count, noun]) => counted(count, noun))
    .join(', ');
}

/** `3 members, leader m1, version 3.7.1` */
function describeCluster({ members, leader }: DoctorReport): string {
  const versions = [...new Set(members.flatMap(({ version }) => version ?? []))];
  const name = members.find(({ id }) => id === leader)?.name;
  return [
    counted(members.length, 'member'),
    leader === undefined ? 'no leader' : `leader ${name || idHex(leader)}`,
    `version${versions.length === 1 ? '' : 's'} ${versions.join(', ')}`,
  ].join(', ');
}
