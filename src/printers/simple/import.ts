import { bytesFromText } from '../../go/bytes.js';
import type { ImportReport } from '../../model/import.js';
import type { ResultOf } from '../../model/results.js';
import { writeTo } from '../byte-writer.js';
import type { Sink } from '../printer.js';
import { counted } from '../prose.js';

/** What an import has written, or would write, in sentences. */
export function renderImportReport(report: ImportReport, sink: Sink): void {
  const { keys, changes, skippedKeys } = report;
  const done =
    changes === undefined
      ? `${counted(keys, 'key')} written`
      : `${counted(keys, 'key')} would be written: ` +
        `${changes.new} new, ${changes.changed} changed, ${changes.unchanged} unchanged`;
  const lines = [done, ...leaseLines(report)];
  if (skippedKeys > 0) lines.push(`${counted(skippedKeys, 'key')} of the export left out`);
  sink.out(bytesFromText(lines.map((line) => `${line}\n`).join('')));
}

function leaseLines({ isDryRun, leasedKeys, grantedLeases }: ImportReport): readonly string[] {
  if (leasedKeys === 0) return [];
  const granted = isDryRun ? '' : `; ${counted(grantedLeases, 'new lease')} granted`;
  return [`${counted(leasedKeys, 'key')} with a lease in the export${granted}`];
}

/** `new KEY`, with the bytes of the key as they are. */
export function renderImportChange({ change, key }: ResultOf<'import-change'>, sink: Sink): void {
  writeTo(sink, (writer) => writer.text(`${change} `).bytes(key).newline());
}
