import { bytesFromText } from '../go/bytes.js';
import type { OutputFormat, Refusal, Renderer } from './printer.js';

/** A kind of result that the format lacks, refused in etcdctl's words: `table not supported as output format`. */
export function unsupported(format: OutputFormat): Refusal {
  return { refusal: `${format} not supported as output format` };
}

/** Texts without a format: versions, help. */
export const renderText: Renderer<'text'> = ({ text }, sink) => sink.out(bytesFromText(text));

/** etcdctl prints these lines whatever the format (ctlv3/command/snapshot_command.go, 3.7.1). */
export const renderSnapshotSaved: Renderer<'snapshot-saved'> = ({ path, serverVersion }, sink) => {
  sink.out(bytesFromText(`Snapshot saved at ${path}\n`));
  if (serverVersion !== '') sink.out(bytesFromText(`Server version ${serverVersion}\n`));
};
