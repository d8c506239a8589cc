import type { CommandParent } from '../../cli/command.js';
import type { CommandContext } from '../../cli/context.js';
import { boolFlag, uint64Flag } from '../../cli/flags.js';
import { CommandError, UsageError } from '../../model/errors.js';
import type { BucketRecord } from '../../model/file-reports.js';
import type { decodeBackendRecord } from '../../storage/backend/records.js';
import type { BoltFile } from '../../storage/bolt/bolt-file.js';
import type { Leaf } from '../../storage/bolt/leaf.js';
import { readFileWith } from '../files/database-file.js';
import { argumentList, DATABASE_USAGE, findDatabase } from './database-path.js';

interface IterateBucketOptions {
  readonly path: string;
  readonly bucket: string;
  /** 0: no limit. */
  readonly limit: bigint;
  readonly decodes: boolean;
}

export function registerIterateBucket(parent: CommandParent, run = runIterateBucket): void {
  parent.command({
    name: 'iterate-bucket',
    group: 'files',
    usage: `${DATABASE_USAGE} <bucket>`,
    summary: 'Print the key-value pairs of a bucket in reverse order',
    description: [
      'A path that ends in `db` is the database file itself; any other path is a data directory. The file is not modified.',
      'The output can contain secrets: values and, without --decode, password hashes.',
    ].join('\n'),
    examples: ['etcdutl iterate-bucket /var/lib/etcd key --limit=10 --decode'],
    flags: {
      limit: uint64Flag(0n, 'maximum number of pairs; 0: no limit'),
      decode: boolFlag(false, 'decode the records'),
    },
    deadline: 'files',
    result: 'bucket-records',
    toOptions(args, flags): IterateBucketOptions {
      const [path, bucket] = args;
      if (path === undefined || bucket === undefined || args.length > 2) {
        throw new UsageError(`Must provide 2 arguments (got ${argumentList(args)})`, 'flag');
      }
      return { path, bucket, limit: flags.limit, decodes: flags.decode };
    },
    run,
  });
}

export async function runIterateBucket(
  options: IterateBucketOptions,
  context: CommandContext,
): Promise<void> {
  const { BoltFile } = await import('../../storage/bolt/bolt-file.js');
  const { decodeBackendRecord } = await import('../../storage/backend/records.js');
  const path = await findDatabase(options.path);
  const { bucket, decodes } = options;
  const decode = decodes ? decodeBackendRecord : undefined;
  await readFileWith(path, context, async (source) => {
    const bolt = BoltFile.open(source);
    for (const { leaf, indices } of await descendingLeaves(bolt, options)) {
      context.signal.throwIfAborted();
      const records: BucketRecord[] = indices.map((index) => recordAt(bolt, { leaf, index, bucket, decode }));
      await context.emit({ kind: 'bucket-records', records });
    }
  });
}

interface LeafPart {
  /** Valid until the next part is read. */
  readonly leaf: Leaf;
  readonly indices: readonly number[];
}

/** The leaf pages of the bucket in descending key order. Rejects with a `CommandError` when the bucket does not exist. */
async function descendingLeaves(bolt: BoltFile, options: IterateBucketOptions): Promise<Iterable<LeafPart>> {
  const { ReachablePages } = await import('../../storage/bolt/reachable-pages.js');
  const bucket = bolt.bucket(options.bucket);
  if (bucket === undefined) throw new CommandError(`got nil bucket for ${options.bucket}`);
  const leaves = bolt.leaves(bucket, { reachable: new ReachablePages(bolt.reader), order: 'descending' });
  return limited(leaves, options.limit);
}

function* limited(leaves: Iterable<Leaf>, limit: bigint): Generator<LeafPart> {
  let left = limit === 0n ? Number.POSITIVE_INFINITY : Number(limit);
  for (const leaf of leaves) {
    const count = Math.min(leaf.count, left);
    yield { leaf, indices: Array.from({ length: count }, (_, step) => leaf.count - 1 - step) };
    left -= count;
    if (left === 0) return;
  }
}

interface RecordLocation {
  readonly leaf: Leaf;
  readonly index: number;
  readonly bucket: string;
  readonly decode: Parameters<typeof bucketRecord>[1];
}

function recordAt(bolt: BoltFile, { leaf, index, bucket, decode }: RecordLocation): BucketRecord {
  try {
    return bucketRecord({ bucket, key: leaf.key(index), value: leaf.value(index) }, decode);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw bolt.reader.corrupt(`cannot decode a record: ${reason}`, leaf.offsetOf(index));
  }
}

interface BucketPair {
  readonly bucket: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** The buckets whose key-value pairs etcd-dump-db decodes. It prints the pairs of other buckets undecoded. */
const DECODED_BUCKETS: ReadonlySet<string> = new Set([
  'key',
  'lease',
  'auth',
  'authRoles',
  'authUsers',
  'meta',
]);

/** The pair for the printers, decoded if a decoder is given. Throws an `Error` when decoding fails. */
function bucketRecord(pair: BucketPair, decode: typeof decodeBackendRecord | undefined): BucketRecord {
  const { bucket, key, value } = pair;
  if (decode === undefined || !DECODED_BUCKETS.has(bucket)) return { kind: 'raw', key, value };
  const record = decode(bucket, key, value);
  switch (record.kind) {
    case 'change': {
      const { revision, keyValue } = record;
      return { ...keyValue, kind: 'change', revision, isTombstone: revision.isTombstone };
    }
    case 'lease': {
      const { ttl, remainingTtl } = record.lease;
      return { kind: 'lease', id: record.id, ttl, remainingTtl };
    }
    case 'role':
      return { kind: 'role', name: record.role.name, permissions: record.role.keyPermission };
    case 'user': {
      const { name, roles, options } = record.user;
      return { kind: 'user', name, roles, options };
    }
    case 'number':
      return { kind: 'number', key, value: record.value };
    case 'compaction':
      return { kind: 'revision', key, value: record.revision };
    default:
      return { kind: bucket === 'auth' ? 'bytes' : 'raw', key, value };
  }
}
