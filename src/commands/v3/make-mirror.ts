import type { CommandParent } from '../../cli/command.js';
import type { CommandContext, OtherCluster } from '../../cli/context.js';
import { boolFlag, type FlagValues, int64Flag, stringFlag, uintFlag } from '../../cli/flags.js';
import { Destination } from '../../client/mirror/destination.js';
import { Mirror, type MirrorPlan } from '../../client/mirror/mirror.js';
import { MAX_RANGE_PAGE_BYTES, type RangeReader } from '../../client/range/page.js';
import { bytesFromText } from '../../go/bytes.js';
import { Failure, UsageError } from '../../model/errors.js';
import type { KvService } from '../../model/services.js';
import { rangeReader } from '../kv/range-reader.js';
import type { CheckpointedMirror } from './make-mirror/checkpointed.js';
import { lazyWatchClients } from './watch/watch-clients.js';

export interface MakeMirrorOptions {
  readonly destination: DestinationOptions;
  readonly prefix: string;
  /** Empty: the prefix of the source, or none if `dropsPrefix` is true. */
  readonly destinationPrefix: string;
  readonly dropsPrefix: boolean;
  /** As given. Up to 1: copy the current keys first. */
  readonly revision: bigint;
  /** 0: the server's default in the first copy, no limit for the changes after it. */
  readonly maxTxnOps: number;
  /** The file that says how far the mirror has come; empty: none. */
  readonly checkpoint: string;
  /** With a checkpoint: begin although the destination has keys already. */
  readonly replaces: boolean;
}

type RunningMirror = Pick<Mirror, 'keys' | 'nextRevision'>;

export interface DestinationOptions {
  readonly endpoint: string;
  readonly tls: OtherCluster['tls'];
  /** `name` or `name:password`; empty: no authentication. */
  readonly user: string;
  /** If it is not empty, `user` is the name only. */
  readonly password: string;
}

const flags = {
  prefix: stringFlag('', 'mirror only keys with this prefix'),
  rev: int64Flag(0n, 'mirror all changes from this revision on, without copying existing keys'),
  'max-txn-ops': uintFlag(
    128,
    'maximum number of writes in one transaction at the destination; 0: 128 in the first copy, then no limit',
  ),
  'dest-prefix': stringFlag('', 'replace --prefix with this prefix at the destination'),
  'no-dest-prefix': boolFlag(false, 'remove --prefix from the keys at the destination'),
  'dest-cert': stringFlag('', 'client certificate file for the destination'),
  'dest-key': stringFlag('', 'private key file of --dest-cert'),
  'dest-cacert': stringFlag('', "file with the CA certificates that verify the destination's certificates"),
  'dest-insecure-transport': boolFlag(
    true,
    'connect to the destination without TLS unless one of its TLS flags or https:// asks for it',
  ),
  'dest-user': stringFlag(
    '',
    'user at the destination: name or name:password; prompts for a missing password',
  ),
  'dest-password': stringFlag('', 'password for --dest-user, which is then the name only'),
  checkpoint: stringFlag(
    '',
    'file that remembers how far the mirror has come; removes keys at the destination',
    {
      isAddition: true,
    },
  ),
  'dest-replace': boolFlag(false, 'with --checkpoint: begin although the destination has keys already', {
    isAddition: true,
  }),
};
type Flags = FlagValues<typeof flags>;

/** The interval at which etcdctl prints the number of writes. */
const COUNT_EVERY_MS = 30_000;
/** How long the end of the checkpoint may take after a signal. */
const MAX_END_MS = 2000;

export function registerMakeMirror(parent: CommandParent, run = runMakeMirror): void {
  parent.command({
    name: 'make-mirror',
    group: 'utility',
    usage: '<destination>',
    summary: 'Mirror keys to another etcd cluster',
    description: [
      'Copies the existing keys in batches of --max-txn-ops, then mirrors each change until it is stopped. The writes of one',
      'revision become one transaction at the destination, or several if they are more than --max-txn-ops. The number of writes',
      'is printed every 30 seconds. Leases are not mirrored. Keys that exist only at the destination are not changed.',
      '',
      'The mirror continues after an interruption of either cluster. When it ends, it prints the revision to continue from with',
      '--rev, which is possible until the source has compacted that revision.',
      '',
      'With --checkpoint, the mirror remembers in a file how far it has come, and goes on from there at its next start, also after it',
      'was killed: the keys at the destination become equal to those of the source, deletions included. When the source has compacted',
      'what comes next, or one of the clusters was restored from a backup and its revision is lower than before, it copies again. For',
      'this, all keys at the destination with the prefix of the mirror are its own: a copy removes those that the source does not have.',
      'The mirror refuses to begin when there are any, unless --dest-replace is given.',
    ].join('\n'),
    examples: [
      'etcdctl make-mirror 10.1.0.1:2379',
      '# Mirror a prefix over TLS',
      'etcdctl make-mirror https://10.1.0.1:2379 --prefix=registry/ --dest-cacert=ca.crt \\',
      '  --dest-cert=client.crt --dest-key=client.key',
      '# Continue a mirror that has ended',
      'etcdctl make-mirror 10.1.0.1:2379 --rev=1234',
      '# Keep a copy of a prefix equal, across restarts of the mirror',
      'etcdctl make-mirror 10.1.0.1:2379 --prefix=config/ --checkpoint=config.checkpoint',
    ],
    flags,
    deadline: 'none',
    result: 'text',
    toOptions: toMakeMirrorOptions,
    run,
  });
}

function toMakeMirrorOptions(args: readonly string[], given: Flags): MakeMirrorOptions {
  const [endpoint] = args;
  if (endpoint === undefined || args.length > 1) {
    throw new UsageError('make-mirror takes one destination argument');
  }
  if (given.checkpoint !== '' && given.rev !== 0n) {
    throw new UsageError('`--rev` and `--checkpoint` cannot be set at the same time, choose one');
  }
  if (given['dest-replace'] && given.checkpoint === '') {
    throw new UsageError('--dest-replace needs --checkpoint');
  }
  return {
    destination: {
      endpoint,
      tls: {
        ...(given['dest-cacert'] !== '' && { caFile: given['dest-cacert'] }),
        ...(given['dest-cert'] !== '' && { certFile: given['dest-cert'] }),
        ...(given['dest-key'] !== '' && { keyFile: given['dest-key'] }),
        insecureTransport: given['dest-insecure-transport'],
        insecureSkipVerify: false,
      },
      user: given['dest-user'],
      password: given['dest-password'],
    },
    prefix: given.prefix,
    destinationPrefix: given['dest-prefix'],
    dropsPrefix: given['no-dest-prefix'],
    revision: given.rev,
    maxTxnOps: given['max-txn-ops'],
    checkpoint: given.checkpoint,
    replaces: given['dest-replace'],
  };
}

/** Without `--dest-prefix`, the keys keep their prefix. (With `--rev`, etcdctl 3.6 and 3.7 remove it.) */
export function toMirrorPlan(options: MakeMirrorOptions): MirrorPlan {
  const { prefix, destinationPrefix, dropsPrefix, revision, maxTxnOps } = options;
  if (dropsPrefix && destinationPrefix !== '') {
    throw new UsageError('`--dest-prefix` and `--no-dest-prefix` cannot be set at the same time, choose one');
  }
  const replacement = dropsPrefix ? '' : destinationPrefix || prefix;
  return {
    mapping: { prefix: bytesFromText(prefix), replacement: bytesFromText(replacement) },
    revision: revision > 1n ? revision : 0n,
    maxWrites: maxTxnOps,
  };
}

export async function runMakeMirror(options: MakeMirrorOptions, context: CommandContext): Promise<void> {
  const plan = toMirrorPlan(options);
  const cluster = await toCluster(options.destination, context);
  const mirror = await (options.checkpoint === ''
    ? plainMirror(plan, cluster, context)
    : checkpointedMirror(options, { plan, cluster }, context));
  const end = new AbortController();
  const counting = printCount(mirror, context, AbortSignal.any([context.signal, end.signal]));
  const running = mirror.run();
  running.catch(() => undefined);
  try {
    await Promise.race([running, counting]);
  } catch (error) {
    // On a signal, `counting` rejects before the mirror has stopped. The process ends when this function returns: the checkpoint has to be
    // complete by then.
    if (context.signal.aborted) {
      await Promise.race([running.catch(() => undefined), context.clock.sleep(MAX_END_MS)]);
    }
    printProgressMade(error, mirror, { hasCheckpoint: options.checkpoint !== '', context });
    throw error;
  } finally {
    end.abort();
    await counting.catch(() => undefined);
  }
}

async function plainMirror(
  plan: MirrorPlan,
  cluster: OtherCluster,
  context: CommandContext,
): Promise<Mirror> {
  const { kv } = await context.connectTo(cluster);
  const { client, streams } = lazyWatchClients(context);
  const source = rangeReader(context);
  // What comes first, so that a failed login ends the command. The connection of the watch would idle while the keys are copied.
  await (plan.revision > 0n ? client() : source.bounded());
  const { signal, clock, notices } = context;
  const destination = new Destination(kv, { signal, sleep: clock.sleep, notice: notices.line });
  return new Mirror(plan, destination, {
    source,
    watch: streams,
    signal,
    sleep: clock.sleep,
    notice: notices.line,
    startProgress: () => notices.progress('Copying', 'count'),
  });
}

async function checkpointedMirror(
  { checkpoint: path, replaces }: MakeMirrorOptions,
  { plan, cluster }: { readonly plan: MirrorPlan; readonly cluster: OtherCluster },
  context: CommandContext,
): Promise<CheckpointedMirror> {
  const { CheckpointedMirror } = await import('./make-mirror/checkpointed.js');
  const { MirrorCheckpoint } = await import('./make-mirror/mirror-checkpoint.js');
  const checkpoint = MirrorCheckpoint.open(path, plan.mapping);
  const { kv } = await context.connectTo(cluster);
  const source = rangeReader(context);
  await source.bounded();
  const { signal, clock, notices } = context;
  return new CheckpointedMirror({
    plan,
    checkpoint,
    replaces,
    source,
    watchClients: lazyWatchClients(context),
    destinationReader: destinationReader(kv, cluster, context),
    destination: new Destination(kv, { signal, sleep: clock.sleep, notice: notices.line }),
    context,
  });
}

function destinationReader(kv: KvService, cluster: OtherCluster, context: CommandContext): RangeReader {
  const bounded = context.connectTo(cluster, { maxResponseBytes: MAX_RANGE_PAGE_BYTES });
  // A failure is reported by the first read.
  bounded.catch(() => undefined);
  return { bounded: async () => (await bounded).kv, unbounded: async () => kv };
}

async function toCluster(
  { endpoint, tls, user, password }: DestinationOptions,
  context: CommandContext,
): Promise<OtherCluster> {
  const endpoints = [endpoint];
  if (user === '') return { endpoints, tls };
  const colonAt = password === '' ? user.indexOf(':') : -1;
  const username = colonAt < 0 ? user : user.slice(0, colonAt);
  const secret =
    password !== ''
      ? password
      : colonAt < 0
        ? await context.prompt.password('Destination Password: ')
        : user.slice(colonAt + 1);
  // As for the source, a name without a password, or a password without a name, means no authentication.
  if (username === '' || secret === '') return { endpoints, tls };
  return { endpoints, tls, credentials: { kind: 'password', username, password: secret } };
}

/** Prints the number of writes periodically, until the signal aborts: then it rejects with the signal's reason. */
async function printCount(
  mirror: RunningMirror,
  context: CommandContext,
  signal: AbortSignal,
): Promise<never> {
  for (;;) {
    await context.clock.sleep(COUNT_EVERY_MS, signal);
    await context.emit({ kind: 'text', text: `${mirror.keys}\n` });
  }
}

/** Prints how to continue the mirror, after a failure or a signal. Prints nothing for a bug of this program. */
function printProgressMade(
  error: unknown,
  { keys, nextRevision }: RunningMirror,
  { hasCheckpoint, context: { signal, notices } }: { hasCheckpoint: boolean; context: CommandContext },
): void {
  const line =
    nextRevision === 0n
      ? `${keys} keys were mirrored; the ${hasCheckpoint ? '' : 'initial '}copy is not complete`
      : `${keys} keys were mirrored; ${hasCheckpoint ? 'the checkpoint continues' : 'continue'} with ` +
        (hasCheckpoint ? `revision ${nextRevision}` : `--rev=${nextRevision}`);
  if (signal.aborted || error instanceof Failure) notices.line(line);
}
