import type { CommandContext } from '../../../cli/context.js';
import { linkSignals } from '../../../model/abort-signal.js';
import { CommandError, Failure, ServerError } from '../../../model/errors.js';
import type { SnapshotResponse } from '../../../model/messages/maintenance.js';
import type { Client } from '../../../model/services.js';
import { type ChecksumVerdict, ChecksumVerifier } from '../../../storage/snapshot/checksum.js';
import type { SnapshotTarget } from '../../../storage/snapshot/target.js';

/** Without --command-timeout: how long the server may send nothing, before the first part of the snapshot or after any other. */
const SILENCE_TIMEOUT_MS = 30_000;

export interface ReceivedSnapshot {
  /** Empty before etcd 3.6. */
  readonly serverVersion: string;
  /** With the checksum. */
  readonly sizeBytes: number;
}

export interface Reception {
  readonly client: Client;
  readonly endpoint: string;
  /** What is written, for progress and messages. */
  readonly name: string;
  /** How long to wait for the first part; undefined when there is no other member to ask. */
  readonly maxWaitMs?: number | undefined;
}

/**
 * Receives a snapshot into the target, and finishes the target when the checksum is verified. Rejects with a `NothingReceivedError` when
 * the stream fails or ends before its first part.
 */
export async function receiveSnapshot(
  { client, endpoint, name, maxWaitMs }: Reception,
  target: SnapshotTarget,
  context: CommandContext,
): Promise<ReceivedSnapshot> {
  const stream = (signal: AbortSignal) =>
    client.maintenance.snapshot({}, { signal, silenceTimeoutMs: SILENCE_TIMEOUT_MS, reusesMemory: true });
  const sent =
    maxWaitMs === undefined ? stream(context.signal) : beginningWithin(maxWaitMs, context.signal, stream);
  const parts = withProgress(sent, { name, endpoint }, context);
  const { verdict, serverVersion } = await receive(parts, target);
  rejectBadChecksum(verdict);
  await target.finish();
  return { serverVersion, sizeBytes: verdict.sizeBytes };
}

/** The parts of the stream, which fails when the first one does not arrive in time. */
async function* beginningWithin(
  maxWaitMs: number,
  signal: AbortSignal,
  stream: (signal: AbortSignal) => AsyncIterable<SnapshotResponse>,
): AsyncGenerator<SnapshotResponse, void, undefined> {
  const linked = linkSignals(signal);
  const timer = setTimeout(
    () => linked.abort(new CommandError(`it has sent nothing for ${maxWaitMs / 1000} s`)),
    maxWaitMs,
  );
  try {
    for await (const part of stream(linked.signal)) {
      clearTimeout(timer);
      yield part;
    }
  } finally {
    clearTimeout(timer);
    linked.release();
  }
}

/** Shows on a terminal what is waited for, then how much has been received. */
async function* withProgress(
  parts: AsyncIterable<SnapshotResponse>,
  { name, endpoint }: Pick<Reception, 'name' | 'endpoint'>,
  { notices }: CommandContext,
): AsyncGenerator<SnapshotResponse, void, undefined> {
  let progress = notices.progress(`Saving ${name} (waiting for ${endpoint})`);
  let bytes = 0;
  try {
    for await (const part of parts) {
      if (bytes === 0) {
        progress.stop();
        progress = notices.progress(`Saving ${name}`);
      }
      bytes += part.blob.length;
      progress.update(bytes, bytes + Number(part.remainingBytes));
      yield part;
    }
  } finally {
    progress.stop();
  }
}

interface Received {
  readonly verdict: ChecksumVerdict;
  readonly serverVersion: string;
}

async function receive(parts: AsyncIterable<SnapshotResponse>, target: SnapshotTarget): Promise<Received> {
  const check = new ChecksumVerifier();
  let serverVersion = '';
  let isBegun = false;
  try {
    for await (const part of parts) {
      isBegun = true;
      serverVersion ||= part.version;
      check.update(part.blob);
      await target.append(part.blob);
    }
    await target.flush();
  } catch (cause) {
    if (!isBegun) throw new NothingReceivedError(cause);
    const reasons = cause instanceof Failure ? cause.reasons : [];
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`could not write snapshot: ${message}`, {
      cause,
      reasons: [...reasons, `the snapshot was interrupted after ${check.sizeBytes} bytes`],
    });
  }
  if (!isBegun) {
    throw new NothingReceivedError(new CommandError('EOF', { reasons: ['the server sent no data'] }));
  }
  return { verdict: check.finish(), serverVersion };
}

/** A member could not be asked, or its stream failed or ended before its first part; the cause says why. */
export class NothingReceivedError extends Error {
  constructor(override readonly cause: unknown) {
    super('nothing was received');
  }

  /**
   * The failure as etcdctl prints it: the gRPC status; when the stream could not be opened in time, the error of the context
   * (client/v3/maintenance.go `SnapshotWithVersion`).
   */
  get asStatus(): unknown {
    const { cause } = this;
    if (!(cause instanceof ServerError) || cause.isUnsent) return cause;
    return new ServerError(cause.status, cause.code, { cause, reasons: cause.reasons });
  }
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
