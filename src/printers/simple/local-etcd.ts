import { bytesFromText } from '../../go/bytes.js';
import { formatCsvRecord } from '../../go/csv.js';
import { type LocalEtcd, sourceText } from '../../model/local-etcd.js';
import type { ResultOf } from '../../model/results.js';
import type { Sink } from '../printer.js';

/** Lines of shell that give other programs the same cluster: `eval "$(etcdctl local)"`. */
export function renderLocalEtcd({ etcd, others }: ResultOf<'local-etcd'>, sink: Sink): void {
  const lines = [
    comment(`found in ${sourceText(etcd)}`),
    ...variables(etcd).map(([name, value]) =>
      value === undefined ? `unset ${name}` : `export ${name}=${shellQuoted(value)}`,
    ),
    ...others.map((other) => comment(`not used: ${sourceText(other)}`)),
  ];
  sink.out(bytesFromText(lines.map((line) => `${line}\n`).join('')));
}

/** Every variable that says how to connect, so that none is left from another cluster. */
function variables({ endpoints, caFile, certFile, keyFile }: LocalEtcd): [string, string | undefined][] {
  return [
    ['ETCDCTL_ENDPOINTS', formatCsvRecord(endpoints)],
    ['ETCDCTL_CACERT', caFile],
    ['ETCDCTL_CERT', certFile],
    ['ETCDCTL_KEY', keyFile],
  ];
}

/** A comment cannot have a line break: what follows would be run. */
function comment(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are replaced here
  return `# ${text.replace(/[\0-\x1f\x7f]/g, '?')}`;
}

function shellQuoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
