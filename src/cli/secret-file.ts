import { isUtf8 } from 'node:buffer';
import { systemErrorText } from '../go/system-error.js';
import { aborted } from '../model/abort-signal.js';
import { UsageError } from '../model/errors.js';
import type { ProcessContext } from './process-context.js';
import { readSmallFile } from './small-file.js';

/** Where the secrets of `--password-file`, `--user-file` and `--new-user-password-file` come from. */
export interface SecretSource {
  /** The flag with its dashes, for errors. */
  readonly flag: string;
  /** `-` is standard input. */
  readonly file: string;
}

const MAX_BYTES = 4096;
const PIPE_POLL_MS = 20;
const READABLE_BY_OTHERS = 0o004;

/**
 * The one line in a file or in standard input, without its line end; nothing else is removed. Warns on a terminal of a file that all
 * users can read. @throws UsageError, whose message never contains the secret
 */
export async function readSecret(source: SecretSource, host: ProcessContext): Promise<string> {
  const { flag, file } = source;
  const bytes = file === '-' ? await readStdin(flag, host) : await readFile(source, host);
  const name = file === '-' ? 'standard input' : file;
  const refuse = (problem: string) => new UsageError(`${flag}: ${name} ${problem}`, 'flag');
  if (bytes.length > MAX_BYTES) throw refuse(`is larger than ${MAX_BYTES / 1024} KiB`);
  if (bytes.includes(0)) throw refuse('contains a NUL byte');
  if (!isUtf8(bytes)) throw refuse('is not valid UTF-8');
  const text = Buffer.from(bytes)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (text === '') throw refuse('is empty');
  if (text.includes('\n')) throw refuse('has more than one line');
  return text;
}

async function readFile({ flag, file }: SecretSource, host: ProcessContext): Promise<Uint8Array> {
  const pause = () => host.clock.sleep(PIPE_POLL_MS, host.signal);
  const { bytes, stats } = await readSmallFile(file, { maxBytes: MAX_BYTES, label: `${flag}: `, pause });
  if (stats.isFile() && (stats.mode & READABLE_BY_OTHERS) !== 0 && host.openScreen() !== undefined) {
    host.output.err(
      `warning: all users of this machine can read the password in ${file}: run chmod o-rwx on it\n`,
    );
  }
  return bytes;
}

async function readStdin(flag: string, { input, interrupt, signal }: ProcessContext): Promise<Uint8Array> {
  try {
    return await Promise.race([input.takeAll(flag, MAX_BYTES, interrupt), aborted(signal)]);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
    throw new UsageError(`${flag}: read /dev/stdin: ${systemErrorText(cause)}`, 'flag', { cause });
  }
}
