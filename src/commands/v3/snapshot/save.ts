import type { CommandParent } from '../../../cli/command.js';
import type { CommandContext } from '../../../cli/context.js';
import { boolFlag, type FlagValues, stringFlag, uintFlag } from '../../../cli/flags.js';
import { CommandError, Failure, InterruptedError, UsageError } from '../../../model/errors.js';
import { AtomicFile } from '../../../storage/atomic-file.js';
import { BlockTarget, type SnapshotTarget, StreamTarget } from '../../../storage/snapshot/target.js';
import { NothingReceivedError, type ReceivedSnapshot, type Reception, receiveSnapshot } from './receive.js';

export interface SnapshotSaveOptions {
  /** `-`: standard output. */
  readonly path: string;
  /** The path is that of a directory, which gets the snapshot and a manifest. */
  readonly isDirectory: boolean;
  readonly compresses: boolean;
  /** How many snapshots of the cluster stay in the directory; 0: all. */
  readonly keep: number;
  /** Empty: the cluster id. */
  readonly clusterName: string;
  /** Chooses one of several endpoints. */
  readonly picks: boolean;
}

/** Which member the snapshot comes from. */
export type SnapshotSource = Pick<Reception, 'client' | 'endpoint' | 'maxWaitMs'>;

const saveFlags = {
  compress: boolFlag(false, 'compress with zstd; every command that reads snapshots reads these too', {
    isAddition: true,
  }),
  keep: uintFlag(0, 'in a directory: keep this many good snapshots and remove older ones; 0: remove none', {
    isAddition: true,
  }),
  'cluster-name': stringFlag('', 'in a directory: begin the names with this; by default the cluster id', {
    isAddition: true,
  }),
  pick: boolFlag(false, 'choose the healthiest follower of several endpoints', { isAddition: true }),
};

export function registerSnapshotSave(parent: CommandParent, run = runSnapshotSave): void {
  parent.command({
    name: 'save',
    usage: '<filename|directory/|->',
    summary: 'Save a snapshot of a member to a file',
    description: [
      'Requires exactly one endpoint, or --pick. The data is written to <filename>.part, which becomes <filename> when it is',
      'complete, its checksum is verified and it is on disk. A path that ends in / (any path with --keep) is a directory: each',
      'snapshot in it gets a name of its own and a manifest. - is standard output: the last 64 KiB follow when the checksum is',
      'verified, so that a snapshot that breaks off is never taken for a complete one.',
    ].join('\n'),
    examples: [
      'etcdctl snapshot save backup.db',
      '# Save a snapshot over TLS, with the certificates of a Kubernetes control plane',
      'etcdctl snapshot save /var/backups/etcd.db --endpoints=https://127.0.0.1:2379 \\',
      '  --cacert=/etc/kubernetes/pki/etcd/ca.crt \\',
      '  --cert=/etc/kubernetes/pki/etcd/server.crt \\',
      '  --key=/etc/kubernetes/pki/etcd/server.key',
      '# Send a compressed snapshot to another machine',
      "etcdctl snapshot save - --compress | ssh backup 'umask 077; cat >new.db.zst'",
      '# Keep the last seven good snapshots of a directory, each with a manifest',
      'etcdctl snapshot save /var/backups/etcd/ --keep 7 --compress',
    ],
    flags: saveFlags,
    deadline: 'if-given',
    result: 'snapshot-saved',
    toOptions: toSnapshotSaveOptions,
    run,
  });
}

function toSnapshotSaveOptions(
  args: readonly string[],
  flags: FlagValues<typeof saveFlags>,
): SnapshotSaveOptions {
  const [path] = args;
  if (path === undefined || args.length > 1) {
    throw new UsageError('snapshot save expects one argument <filename>');
  }
  const { keep, 'cluster-name': clusterName } = flags;
  const isDirectory = path !== '-' && (path.endsWith('/') || keep > 0);
  if (!isDirectory && (keep > 0 || clusterName !== '')) {
    throw new UsageError('--keep and --cluster-name need a directory, such as backups/');
  }
  if (clusterName !== '' && !CLUSTER_NAME.test(clusterName)) {
    throw new UsageError('--cluster-name can have letters, digits, dots, dashes and underscores, at most 64');
  }
  return { path, isDirectory, compresses: flags.compress, keep, clusterName, picks: flags.pick };
}

const CLUSTER_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export async function runSnapshotSave(options: SnapshotSaveOptions, context: CommandContext): Promise<void> {
  const { path } = options;
  if (path === '-') {
    if (context.stdoutIsTerminal) {
      throw new UsageError('a snapshot is not written to a terminal: redirect the output, or name a file');
    }
    const { serverVersion, sizeBytes } = await interruptible(() =>
      withMember(options, context, (source) => saveToOutput(options, source, context)),
    );
    // The last write may have failed.
    context.signal.throwIfAborted();
    context.notices.line(`Snapshot of ${sizeBytes} bytes written to standard output`);
    if (serverVersion !== '') context.notices.line(`Server version ${serverVersion}`);
    return;
  }
  if (options.isDirectory) return saveAndRotate(options, context);
  const { serverVersion } = await interruptible(() =>
    withMember(options, context, (source) => saveToFile(options, source, context)),
  );
  await context.emit({ kind: 'snapshot-saved', path, serverVersion });
}

async function saveAndRotate(options: SnapshotSaveOptions, context: CommandContext): Promise<void> {
  const { rotateDirectory, saveInDirectory } = await import('./save-directory.js');
  const { path, serverVersion, manifest } = await interruptible(() =>
    withMember(options, context, (source) => saveInDirectory(options, context, source)),
  );
  await context.emit({ kind: 'snapshot-saved', path, serverVersion });
  if (options.keep > 0) await rotateDirectory(options, manifest, context);
}

/** Converts every failure of the work to an `InterruptedError`: its status tells scripts that no snapshot was saved. */
async function interruptible<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (failure) {
    const cause = failure instanceof NothingReceivedError ? failure.asStatus : failure;
    if (cause instanceof UsageError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    const reasons = cause instanceof Failure ? cause.reasons : [];
    throw new InterruptedError(message, { cause, reasons });
  }
}

async function saveToFile(
  { path, compresses }: SnapshotSaveOptions,
  source: SnapshotSource,
  context: CommandContext,
): Promise<ReceivedSnapshot> {
  const file = await AtomicFile.create(path);
  try {
    const received = await receiveSnapshot(
      { ...source, name: path },
      await compressedIf(compresses, fileTarget(file)),
      context,
    );
    await file.commit();
    return received;
  } finally {
    await file.discard();
  }
}

async function saveToOutput(
  { compresses }: SnapshotSaveOptions,
  source: SnapshotSource,
  context: CommandContext,
): Promise<ReceivedSnapshot> {
  const output = new BlockTarget((bytes) => context.emit({ kind: 'bytes', bytes }));
  const target = new StreamTarget(await compressedIf(compresses, output));
  return receiveSnapshot({ ...source, name: 'to standard output' }, target, context);
}

/**
 * Does the work with the member of the only endpoint. With --pick, with the best of several members, or the next when that sends
 * nothing: before its first part, a snapshot has left no trace.
 */
async function withMember<Value>(
  { picks }: SnapshotSaveOptions,
  context: CommandContext,
  work: (source: SnapshotSource) => Promise<Value>,
): Promise<Value> {
  if (!picks) return work(await connectToOne(context));
  const { pickMembers } = await import('./pick.js');
  const candidates = await pickMembers(context);
  for (const [index, { name, reason, ...source }] of candidates.entries()) {
    context.notices.line(`taking the snapshot from ${name} (${source.endpoint}): ${reason}`);
    const isLast = index === candidates.length - 1;
    try {
      return await work({ ...source, maxWaitMs: isLast ? undefined : MAX_WAIT_MS });
    } catch (error) {
      if (!(error instanceof NothingReceivedError) || context.signal.aborted) throw error;
      const { cause } = error;
      const problem = `${name} sends no snapshot: ${cause instanceof Error ? cause.message : cause}`;
      const { refusalIn, refusedError } = await import('../../../client/maintenance/refusal.js');
      const refusal = refusalIn(cause);
      // The other members would refuse the user too.
      if (refusal !== undefined) throw refusedError(problem, refusal);
      if (isLast) throw error;
      context.notices.line(problem);
    }
  }
  throw new CommandError('there is no member to take a snapshot from');
}

/** How long a member may take for the first part of the snapshot, when there is another to ask. */
const MAX_WAIT_MS = 10_000;

async function connectToOne(context: CommandContext): Promise<SnapshotSource> {
  const { endpoints, endpointAdvice } = context;
  const [endpoint = ''] = endpoints;
  if (endpoints.length !== 1) {
    throw new CommandError(
      `snapshot must be requested to one selected node, not multiple [${endpoints.join(' ')}]`,
      { reasons: endpointAdvice === undefined ? [] : [endpointAdvice] },
    );
  }
  return { client: await context.connect(), endpoint };
}

/** The caller commits the file, or discards it. */
export function fileTarget(file: AtomicFile): SnapshotTarget {
  return {
    append: (chunk) => file.append(chunk),
    flush: () => file.flush(),
    finish: () => file.flush(),
  };
}

export async function compressedIf(compresses: boolean, target: SnapshotTarget): Promise<SnapshotTarget> {
  if (!compresses) return target;
  const { SeekableWriter } = await import('../../../storage/compressed/seekable-writer.js');
  const { loadCompressor } = await import('../../../storage/compressed/zstd-codec.js');
  return new SeekableWriter(await loadCompressor(), target);
}
