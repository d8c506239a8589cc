import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { CommandError, Failure, InterruptedError, ServerError, UsageError } from '../../../model/errors.js';
import type { SnapshotResponse } from '../../../model/messages/maintenance.js';
import { AtomicFile } from '../../../storage/atomic-file.js';
import { type ChecksumVerdict, ChecksumVerifier } from '../../../storage/snapshot/checksum.js';

/** Without --command-timeout: how long the server may send nothing, before the first part of the snapshot or after any other. */
const SILENCE_TIMEOUT_MS = 30_000;

export interface SnapshotSaveOptions {
  readonly path: string;
}

export function registerSnapshotSave(parent: CommandParent, run = runSnapshotSave): void {
  parent.command({
    name: 'save',
    usage: '<filename>',
    summary: 'Save a snapshot of a member to a file',
    description: [
      'Requires exactly one endpoint. The data is written to <filename>.part, which becomes <filename> when it is complete,',
      'its checksum is verified and it is on disk.',
    ].join('\n'),
    examples: [
      'etcdctl snapshot save backup.db',
      '# Save a snapshot over TLS, with the certificates of a Kubernetes control plane',
      'etcdctl snapshot save /var/backups/etcd.db --endpoints=https://127.0.0.1:2379 \\',
      '  --cacert=/etc/kubernetes/pki/etcd/ca.crt \\',
      '  --cert=/etc/kubernetes/pki/etcd/server.crt \\',
      '  --key=/etc/kubernetes/pki/etcd/server.key',
    ],
    flags: {},
    deadline: 'if-given',
    result: 'snapshot-saved',
    toOptions(args): SnapshotSaveOptions {
      const [path] = args;
      if (path === undefined || args.length > 1) {
        throw new UsageError('snapshot save expects one argument <filename>');
      }
      return { path };
    },
    run,
  });
}

export async function runSnapshotSave({ path }: SnapshotSaveOptions, context: CommandContext): Promise<void> {
  const serverVersion = await interruptible(() => saveSnapshot(path, context));
  await context.emit({ kind: 'snapshot-saved', path, serverVersion });
}

/** Converts every failure of the work to an `InterruptedError`: its status tells scripts that no snapshot was saved. */
async function interruptible<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    const reasons = cause instanceof Failure ? cause.reasons : [];
    throw new InterruptedError(message, { cause, reasons });
  }
}

async function saveSnapshot(path: string, context: CommandContext): Promise<string> {
  if (context.endpoints.length !== 1) {
    throw new CommandError(
      `snapshot must be requested to one selected node, not multiple [${context.endpoints.join(' ')}]`,
    );
  }
  const client = await context.connect();
  const file = await AtomicFile.create(path);
  try {
    const call = { signal: context.signal, silenceTimeoutMs: SILENCE_TIMEOUT_MS };
    const parts = client.maintenance.snapshot({}, call);
    const received = await receive(withProgress(parts, path, context), file);
    rejectBadChecksum(received.verdict);
    await file.commit();
    return received.serverVersion;
  } finally {
    await file.discard();
  }
}

interface Received {
  readonly verdict: ChecksumVerdict;
  readonly serverVersion: string;
}

/** Shows on a terminal what is waited for, then how much has been received. */
async function* withProgress(
  parts: AsyncIterable<SnapshotResponse>,
  path: string,
  { endpoints, notices }: CommandContext,
): AsyncGenerator<SnapshotResponse, void, undefined> {
  let progress = notices.progress(`Saving ${path} (waiting for ${endpoints[0]})`);
  let bytes = 0;
  try {
    for await (const part of parts) {
      if (bytes === 0) {
        progress.stop();
        progress = notices.progress(`Saving ${path}`);
      }
      bytes += part.blob.length;
      progress.update(bytes, bytes + Number(part.remainingBytes));
      yield part;
    }
  } finally {
    progress.stop();
  }
}

async function receive(parts: AsyncIterable<SnapshotResponse>, file: AtomicFile): Promise<Received> {
  const check = new ChecksumVerifier();
  let serverVersion = '';
  let isBegun = false;
  try {
    for await (const part of parts) {
      isBegun = true;
      serverVersion ||= part.version;
      check.update(part.blob);
      await file.append(part.blob);
    }
    await file.flush();
  } catch (cause) {
    if (!isBegun) throw asStatus(cause);
    const reasons = cause instanceof Failure ? cause.reasons : [];
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`could not write snapshot: ${message}`, {
      cause,
      reasons: [...reasons, `the snapshot was interrupted after ${check.sizeBytes} bytes`],
    });
  }
  if (!isBegun) throw new CommandError('EOF', { reasons: ['the server sent no data'] });
  return { verdict: check.finish(), serverVersion };
}

/**
 * When the stream fails before the first part, etcdctl prints the gRPC status; when it cannot be opened in time, the error of the context
 * (client/v3/maintenance.go `SnapshotWithVersion`).
 */
function asStatus(cause: unknown): unknown {
  if (!(cause instanceof ServerError) || cause.isUnsent) return cause;
  return new ServerError(cause.status, cause.code, { cause, reasons: cause.reasons });
}

function rejectBadChecksum(verdict: ChecksumVerdict): void {
  if (verdict.kind === 'missing') {
    throw new CommandError(`sha256 checksum not found [bytes: ${verdict.sizeBytes}]`);
  }
  if (verdict.kind === 'mismatch') {
    throw new CommandError(`expected sha256 ${verdict.expected}, got ${verdict.actual}`, {
      reasons: ['the snapshot was corrupted in transit; nothing was saved'],
    });
  }
}
