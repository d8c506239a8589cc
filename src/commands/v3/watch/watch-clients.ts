import type { CommandContext } from '../../../cli/context.js';
import {
  MAX_WATCH_RESPONSE_BYTES,
  streamsWith,
  type WatchStreams,
} from '../../../client/watch/watch-keys.js';
import type { Client } from '../../../model/services.js';

/** The clients of a command's watches. */
export interface WatchClients {
  /** The client of the first stream, for other calls too. With `mayBeFragmented`, it rejects responses above `MAX_WATCH_RESPONSE_BYTES`. */
  readonly client: Client;
  readonly streams: WatchStreams;
}

/** Opens the first client; a second one only when a response is too large for it. */
export async function openWatchClients(
  context: CommandContext,
  mayBeFragmented: boolean,
): Promise<WatchClients> {
  if (!mayBeFragmented) {
    const client = await context.connect();
    return { client, streams: streamsWith(client.watch) };
  }
  const { client, streams } = lazyWatchClients(context);
  return { client: await client(), streams };
}

/** The clients of watches that may be fragmented. Each is opened on its first use. */
export interface LazyWatchClients {
  client(): Promise<Client>;
  readonly streams: WatchStreams;
}

export function lazyWatchClients(context: CommandContext): LazyWatchClients {
  const client = openedOnce(() =>
    context.connect(context.endpoints, { maxResponseBytes: MAX_WATCH_RESPONSE_BYTES }),
  );
  const unbounded = openedOnce(() => context.connect());
  return {
    client,
    streams: {
      bounded: async () => (await client()).watch,
      unbounded: async () => (await unbounded()).watch,
    },
  };
}

/** Opens a client on the first call, and again on the next one after a failure. */
function openedOnce(open: () => Promise<Client>): () => Promise<Client> {
  let client: Promise<Client> | undefined;
  return async () => {
    client ??= open();
    try {
      return await client;
    } catch (error) {
      client = undefined;
      throw error;
    }
  };
}
