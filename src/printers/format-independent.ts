import { bytesFromText } from '../go/bytes.js';
import type { OutputFormat, Renderer, Unsupported } from './printer.js';

/** etcdctl's error message for a format that lacks the kind: `table not supported as output format`. */
export function unsupported(format: OutputFormat): Unsupported {
  return { unsupported: `${format} not supported as output format` };
}

/** Texts that are the same in every format, such as 'Authentication Enabled'. */
export const renderText: Renderer<'text'> = ({ text }, sink) => sink.out(bytesFromText(text));

/** A snapshot, a file or a value, without a line end of ours. */
export const renderBytes: Renderer<'bytes'> = ({ bytes }, sink) => sink.out(bytes);

/** etcdctl prints these lines whatever the format (ctlv3/command/snapshot_command.go, 3.7.1). */
export const renderSnapshotSaved: Renderer<'snapshot-saved'> = ({ path, serverVersion }, sink) => {
  sink.out(bytesFromText(`Snapshot saved at ${path}\n`));
  if (serverVersion !== '') sink.out(bytesFromText(`Server version ${serverVersion}\n`));
};
