import type { CommandContext } from '../../../cli/context.js';
import { requestProgressWhileIdle } from '../../../client/watch/idle-progress.js';
import { type Position, positionAfter, type WatchEnd } from '../../../client/watch/state.js';
import { type Watch, watchKeys } from '../../../client/watch/watch-keys.js';
import { linkSignals } from '../../../model/abort-signal.js';
import { CommandError, CompactedError } from '../../../model/errors.js';
import type { ResponseHeader } from '../../../model/messages/header.js';
import type { WatchResponse } from '../../../model/messages/watch.js';
import type { Client } from '../../../model/services.js';
import { idHex } from '../../../printers/id.js';
import type { OutputFile } from '../../../term/output-file.js';
import { printWatch, runEventCommand, type WatchOutput } from './print-watch.js';
import { toWatchTarget, type WatchRequest } from './request.js';
import { WatchCheckpoint } from './watch-checkpoint.js';
import { openWatchClients } from './watch-clients.js';

/**
 * A watch that remembers in a file how far it has delivered events. An event is delivered when stdout has accepted it, or when its command
 * has succeeded. Settles with the end of the watch, as `printWatch` does.
 */
export async function runCheckpointedWatch(
  request: WatchRequest,
  { path, output: shown }: { readonly path: string; readonly output: WatchOutput },
  context: CommandContext,
): Promise<WatchEnd | undefined> {
  const target = toWatchTarget(request, shown.mayBeFragmented);
  const checkpoint = WatchCheckpoint.open(path, target.range);
  const output = request.command.length === 0 ? await context.stdout.file() : undefined;
  const warning = checkpoint.resolvePending(output);
  if (warning !== undefined) context.notices.line(`${path}: ${warning}`);
  const { position } = checkpoint;
  if (position !== undefined) checkpoint.record(position);
  const { client, streams } = await openWatchClients(context, shown.mayBeFragmented);
  const { sleep } = context.clock;
  const ending = linkSignals(context.signal);
  const watching = watchKeys(
    streams,
    {
      ...target,
      ...(position && { startRevision: position.revision, delivered: position.delivered }),
      progressNotify: true,
    },
    { signal: context.signal, sleep },
  );
  const { maintenance } = client;
  const requests = requestProgressWhileIdle(watching, { maintenance, signal: ending.signal, sleep });
  const session = new CheckpointedWatch({ request, checkpoint, context, client, output, shown }, watching);
  try {
    return await session.run();
  } finally {
    ending.abort(undefined);
    await requests;
    ending.release();
  }
}

interface Parts {
  readonly request: WatchRequest;
  readonly checkpoint: WatchCheckpoint;
  readonly context: CommandContext;
  readonly client: Client;
  /** Undefined when stdout is no file that is appended to, or when a command receives the events. */
  readonly output: OutputFile | undefined;
  readonly shown: WatchOutput;
}

/** How long the command of an event may go on when the watch is ended: an event whose command is ended too would be repeated. */
const COMMAND_GRACE_MS = 10_000;

class CheckpointedWatch {
  readonly #parts: Parts;
  /** The context of commands, which are ended later than the watch. */
  readonly #commandContext: CommandContext;
  readonly #watching: Watch;
  /** All events before it are delivered. */
  #position: Position;
  /** False until the position is one that the store has reached: a start revision may lie in the future. */
  #isReached: boolean;

  constructor(parts: Parts, watching: Watch) {
    this.#parts = parts;
    this.#commandContext = withGrace(parts.context);
    this.#watching = watching;
    this.#position = watching.position;
    this.#isReached = parts.checkpoint.position !== undefined;
  }

  async run(): Promise<WatchEnd | undefined> {
    const { checkpoint, context, request } = this.#parts;
    try {
      const end = await printWatch(this.#watching, {
        command: request.command,
        context,
        output: this.#parts.shown,
        onOpen: () => this.#open(),
        deliver: (response) => this.#deliver(response),
      });
      this.#rejectCompacted(end);
      return end;
    } finally {
      await checkpoint.end();
    }
  }

  async #open(): Promise<void> {
    const { checkpoint } = this.#parts;
    const { header, position } = this.#watching;
    this.#requireSameCluster(header);
    if (this.#isReached) await this.#requireHistory(header);
    else this.#position = position;
    this.#isReached ||= position.revision <= (header?.revision ?? 0n) + 1n;
    if (this.#isReached && checkpoint.position === undefined) checkpoint.record(this.#position);
  }

  #requireSameCluster(header: ResponseHeader | undefined): void {
    const { checkpoint } = this.#parts;
    const clusterId = header?.clusterId ?? 0n;
    checkpoint.clusterId ??= clusterId;
    if (checkpoint.clusterId === clusterId) return;
    throw new CommandError(`${checkpoint.path} is the checkpoint of a watch of another cluster`, {
      reasons: [
        `the checkpoint is of cluster ${idHex(checkpoint.clusterId)}, the server is of cluster ${idHex(clusterId)}`,
      ],
    });
  }

  /** A member can be behind the others; the whole store is only when it was restored from a backup. */
  async #requireHistory(header: ResponseHeader | undefined): Promise<void> {
    const next = this.#position.revision;
    if ((header?.revision ?? 0n) + 1n >= next) return;
    const { checkpoint, client, context, request } = this.#parts;
    const { key } = toWatchTarget(request, true).range;
    const { header: current } = await client.kv.range({ key, keysOnly: true }, { signal: context.signal });
    const revision = current?.revision ?? 0n;
    if (revision + 1n >= next) return;
    throw new CommandError('the store is older than the checkpoint', {
      reasons: [
        `${checkpoint.path} continues at revision ${next}, but the store is at revision ${revision}: ` +
          'it was restored from a backup, and its next revisions are other events',
        freshStart(checkpoint.path),
      ],
    });
  }

  #rejectCompacted(end: WatchEnd | undefined): void {
    const { checkpoint } = this.#parts;
    if (end === undefined || end.compactRevision === 0n) return;
    this.#requireSameCluster(this.#watching.header);
    throw new CompactedError('the events after the checkpoint have been compacted', {
      reasons: [
        `the events from revision ${this.#position.revision} to ${end.compactRevision - 1n} are lost`,
        freshStart(checkpoint.path),
      ],
    });
  }

  async #deliver(response: WatchResponse): Promise<void> {
    const { request, checkpoint } = this.#parts;
    if (response.events.length === 0) return this.#progress(response);
    this.#isReached = true;
    checkpoint.position ??= this.#position;
    const next = positionAfter(this.#position, response.events, response.fragment);
    if (request.command.length > 0) await this.#runCommands(response);
    else await this.#print(response, next);
    checkpoint.position = this.#position;
  }

  async #progress(response: WatchResponse): Promise<void> {
    const { request, context, checkpoint, shown } = this.#parts;
    if (request.progressNotify) for (const result of shown.resultsOf(response)) await context.emit(result);
    const { position } = this.#watching;
    this.#isReached ||= position.revision <= (response.header?.revision ?? 0n) + 1n;
    if (!this.#isReached || context.stdout.isBroken) return;
    this.#position = position;
    checkpoint.record(position);
  }

  async #print(response: WatchResponse, next: Position): Promise<void> {
    const { checkpoint, context, output, shown } = this.#parts;
    const [result] = shown.resultsOf(response);
    if (result === undefined) return;
    if (output === undefined) {
      await context.emit(result);
      if (this.#hasFailed()) return;
      this.#position = next;
      checkpoint.record(next);
      return;
    }
    const bytes = await context.render(result);
    checkpoint.recordOutput(bytes, next, output);
    // The output has a copy of what is in the events.
    response.events.free?.();
    await context.emit({ kind: 'bytes', bytes });
    if (this.#hasFailed()) return;
    this.#position = next;
    checkpoint.outputWritten(next);
  }

  /** Then the signal is aborted, and the iteration rejects. */
  #hasFailed(): boolean {
    return this.#parts.context.stdout.isBroken;
  }

  async #runCommands(response: WatchResponse): Promise<void> {
    const { checkpoint, context, request, shown } = this.#parts;
    const { events, fragment } = response;
    for (const result of shown.resultsOf(response)) await context.emit(result);
    let left = events.length;
    for (const event of events) {
      left--;
      await runEventCommand(request.command, { event, response }, this.#commandContext);
      this.#position = positionAfter(this.#position, [event], fragment || left > 0);
      checkpoint.record(this.#position);
      context.signal.throwIfAborted();
    }
  }
}

function withGrace(context: CommandContext): CommandContext {
  const ending = new AbortController();
  const end = () => ending.abort(context.signal.reason);
  const endLater = () => setTimeout(end, COMMAND_GRACE_MS).unref();
  context.signal.addEventListener('abort', endLater, { once: true });
  return {
    ...context,
    runChild: (command, args, options) =>
      context.runChild(command, args, { ...options, signal: ending.signal }),
  };
}

function freshStart(path: string): string {
  return (
    `read the keys anew (etcdctl get … -w json), remove ${path}, ` +
    'and start with --rev=N+1, where N is the revision in the header of that answer'
  );
}
