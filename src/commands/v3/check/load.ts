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

/** Case-sensitive. Throws a `UsageError` for an unknown load. */
export function toLoad(name: string): Load {
  const load = Object.hasOwn(LOADS, name) ? LOADS[name] : undefined;
  if (load === undefined) throw new UsageError(`unknown load option ${name}`, 'choice');
  return load;
}

/** More writers than this share connections: one connection can carry all calls, and each one costs this process CPU time. */
const MAX_CONNECTIONS = 10;

const RANDOM_BYTES = 8;

export interface Writers {
  readonly clients: readonly Client[];
  /** The number of concurrent writes. */
  readonly writers: number;
  /** Settles when the next write is due, with whether there is one. Each writer calls it when its last write has ended. */
  readonly nextTurn: () => boolean | Promise<boolean>;
  readonly makePut: () => PutRequest;
  readonly clock: Pick<Clock, 'now'>;
  /** Called after every write with the number of writes that have ended. */
  readonly onDone?: (done: number) => void;
}

/** Above this utilization of the event loop, this process is assumed to be the bottleneck. */
const MAX_UTILIZATION = 0.95;

export interface WriteOutcome {
  readonly statistics: WriteStatistics;
  /** This process was the bottleneck: the cluster may be faster than the measured values. */
  readonly isBusy: boolean;
}

/**
 * Writes until `nextTurn` returns false and all responses have arrived, without a timeout. Failed writes are counted, not
 * thrown.
 */
export async function write({ clients, writers, ...work }: Writers): Promise<WriteOutcome> {
  const { clock, nextTurn, makePut, onDone } = work;
  const statistics = new WriteStatistics();
  const began = clock.now();
  const utilizationBefore = performance.eventLoopUtilization();
  let done = 0;
  const writeInTurn = async ({ kv }: Client) => {
    while (await nextTurn()) {
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
  const clientOfWriter = Array.from({ length: Math.ceil(writers / clients.length) }, () => clients).flat();
  await Promise.all(clientOfWriter.slice(0, writers).map(writeInTurn));
  statistics.end(clock.now() - began);
  const { utilization } = performance.eventLoopUtilization(utilizationBefore);
  const isBusy = utilization > MAX_UTILIZATION;
  return { statistics, isBusy };
}

/** Connects clients for the writers. The first endpoints of the clients alternate, to distribute them over all endpoints. */
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
  /** The size of a key without its prefix. */
  readonly keyBytes: number;
  readonly valueBytes: number;
}

/** Returns a function that makes a put of a new key: the prefix, random bytes, then zeros. */
export function putMaker(prefix: Uint8Array, { keyBytes, valueBytes }: KeySizes): () => PutRequest {
  const value = Buffer.alloc(valueBytes);
  const zeros = Buffer.concat([prefix, Buffer.alloc(keyBytes)]);
  return () => {
    // `Buffer.from` takes memory from the pool of Node.js, which is faster than an allocation.
    const key = Buffer.from(zeros);
    for (let at = 0; at < RANDOM_BYTES; at += 4) {
      key.writeUInt32BE(Math.random() * 2 ** 32, prefix.length + at);
    }
    return { key, value };
  };
}
