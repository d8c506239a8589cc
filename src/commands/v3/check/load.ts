import { performance } from 'node:perf_hooks';
import type { Clock } from '../../../cli/context.js';
import { boolFlag, stringFlag } from '../../../cli/flags.js';
import { Failure, UsageError } from '../../../model/errors.js';
import type { PutRequest } from '../../../model/messages/kv.js';
import type { Client } from '../../../model/services.js';
import { WriteStatistics } from './judgement.js';

/** The size of a check. */
export type Load = 's' | 'm' | 'l' | 'xl';

const LOADS: Readonly<Record<string, Load>> = {
  s: 's',
  small: 's',
  m: 'm',
  medium: 'm',
  l: 'l',
  large: 'l',
  xl: 'xl',
  xLarge: 'xl',
};

export const loadFlag = stringFlag('s', 'size of the load; s, m, l and xl are accepted too', {
  choices: ['small', 'medium', 'large', 'xLarge'],
});

export const afterwardsFlags = {
  'auto-compact': boolFlag(false, 'compact the history after the check'),
  'auto-defrag': boolFlag(false, 'defragment every endpoint after the check'),
};

/** Letter case counts. */
export function toLoad(name: string): Load {
  const load = Object.hasOwn(LOADS, name) ? LOADS[name] : undefined;
  if (load === undefined) throw new UsageError(`unknown load option ${name}`, 'choice');
  return load;
}

/** Writers beyond this many share connections: a connection has room for all, and each one costs this process time. */
const MAX_CONNECTIONS = 10;

const RANDOM_BYTES = 8;

export interface Writing {
  readonly clients: readonly Client[];
  /** How many writes may be under way at once. */
  readonly writers: number;
  /** Settles when the next write is due: whether there is one. Called by idle writers only. */
  readonly isNext: () => boolean | Promise<boolean>;
  readonly makePut: () => PutRequest;
  readonly clock: Pick<Clock, 'now'>;
  /** Called after every write with the number of those that have ended. */
  readonly onDone?: (done: number) => void;
}

/** The share of its time in which this process can be working without being what holds the writes up. */
const BUSY_SHARE = 0.95;

export interface Written {
  readonly statistics: WriteStatistics;
  /** This process had no time left: the cluster may be able to do more. */
  readonly isBusy: boolean;
}

/** Writes until there is no next one and all are answered, however long that takes. Failed writes are counted, not thrown. */
export async function write({ clients, writers, ...work }: Writing): Promise<Written> {
  const { clock, isNext, makePut, onDone } = work;
  const statistics = new WriteStatistics();
  const began = clock.now();
  const idleness = performance.eventLoopUtilization();
  let done = 0;
  const writeInTurn = async ({ kv }: Client) => {
    while (await isNext()) {
      const sent = clock.now();
      try {
        await kv.put(makePut(), { timeoutMs: null });
        statistics.addSuccess(clock.now() - sent);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        statistics.addFailure(error.message);
      }
      done += 1;
      onDone?.(done);
    }
  };
  const turns = Array.from({ length: Math.ceil(writers / clients.length) }, () => clients).flat();
  await Promise.all(turns.slice(0, writers).map(writeInTurn));
  statistics.end(clock.now() - began);
  const isBusy = performance.eventLoopUtilization(idleness).utilization > BUSY_SHARE;
  return { statistics, isBusy };
}

/** Connections for the writers; with several endpoints, each one has its share of them. */
export async function connectWriters(
  writers: number,
  { endpoints, connect }: { endpoints: readonly string[]; connect(endpoints: string[]): Promise<Client> },
): Promise<Client[]> {
  const clients: Client[] = [];
  for (let index = 0; index < Math.min(writers, MAX_CONNECTIONS); index++) {
    const first = index % endpoints.length;
    clients.push(await connect([...endpoints.slice(first), ...endpoints.slice(0, first)]));
  }
  return clients;
}

interface KeySizes {
  /** Without the prefix. */
  readonly keyBytes: number;
  readonly valueBytes: number;
}

/** Makes puts of new keys under the prefix: random bytes, then zeros. */
export function putMaker(prefix: Uint8Array, { keyBytes, valueBytes }: KeySizes): () => PutRequest {
  const value = Buffer.alloc(valueBytes);
  const zeros = Buffer.concat([prefix, Buffer.alloc(keyBytes)]);
  return () => {
    // A copy costs less than an allocation: it comes out of Node's pool.
    const key = Buffer.from(zeros);
    for (let at = 0; at < RANDOM_BYTES; at += 4) {
      key.writeUInt32BE(Math.random() * 2 ** 32, prefix.length + at);
    }
    return { key, value };
  };
}
