import { ServerError } from '../../model/errors.js';
import type { KeyRange } from '../../model/key-range.js';
import type { KeyValue } from '../../model/messages/kv.js';
import type { CallOptions, LeaseService } from '../../model/services.js';
import {
  addHeader,
  addKey,
  addLease,
  type ExportedLease,
  MAX_KNOWN_LEASES,
} from '../../storage/export/format.js';
import { LineBuffer } from '../../storage/export/line-buffer.js';
import type { RangeReader } from '../range/page.js';
import { passingSlicesOfRange, rangeInPages } from '../range/range-in-pages.js';

export interface ExportSource {
  readonly reader: RangeReader;
  readonly lease: Pick<LeaseService, 'leaseTimeToLive'>;
}

/** Lines of an export: about 64 KiB, or one line that is longer. */
export interface ExportPart {
  /** Valid until the next part is asked for. */
  readonly bytes: Uint8Array;
  readonly keys: number;
  /** The number of all keys of the export. */
  readonly total: number;
}

const PART_BYTES = 64 * 1024;

/** Keys whose leases are asked for together. */
const SLICE_LENGTH = 128;

/** How many leases are asked for at once. */
const LEASE_CALLS = 16;

/** The lines of an export without the last one. */
export async function* exportKeys(
  { reader, lease }: ExportSource,
  { range, revision }: { readonly range: KeyRange; readonly revision: bigint },
  call: CallOptions,
): AsyncGenerator<ExportPart, void, undefined> {
  const keys = await rangeInPages(reader, { ...range, revision }, call);
  const { clusterId = 0n, revision: current = 0n } = keys.response.header ?? {};
  const total = Number(keys.response.count);
  const lines = new LineBuffer();
  addHeader(lines, { clusterId, revision: revision > 0n ? revision : current, range, time: new Date() });
  const leases = new KnownLeases(lease, call);
  for await (const kvs of passingSlicesOfRange(keys, SLICE_LENGTH)) {
    await leases.addBefore(kvs, lines);
    yield* partsOf(kvs, lines, total);
  }
}

function* partsOf(kvs: readonly KeyValue[], lines: LineBuffer, total: number): Generator<ExportPart> {
  let keys = 0;
  for (const kv of kvs) {
    addKey(lines, kv);
    keys++;
    if (lines.length < PART_BYTES) continue;
    yield { bytes: lines.take(), keys, total };
    keys = 0;
  }
  yield { bytes: lines.take(), keys, total };
}

/** The leases that are in the export already. */
class KnownLeases {
  readonly #lease: ExportSource['lease'];
  readonly #call: CallOptions;
  readonly #known = new Set<bigint>();

  constructor(lease: ExportSource['lease'], call: CallOptions) {
    this.#lease = lease;
    this.#call = call;
  }

  /** Adds the lines of the leases that these keys have. */
  async addBefore(kvs: readonly KeyValue[], lines: LineBuffer): Promise<void> {
    const unknown = kvs.filter(({ lease }) => lease !== 0n && !this.#known.has(lease));
    const ids = [...new Set(unknown.map(({ lease }) => lease))];
    for (let from = 0; from < ids.length; from += LEASE_CALLS) {
      const found = await Promise.all(ids.slice(from, from + LEASE_CALLS).map((id) => this.#read(id)));
      for (const lease of found) if (lease !== undefined) addLease(lines, lease);
    }
    for (const id of ids) this.#remember(id);
  }

  /** Undefined when the user may not read the other keys of the lease. */
  async #read(id: bigint): Promise<ExportedLease | undefined> {
    try {
      const { ttl, grantedTtl } = await this.#lease.leaseTimeToLive({ id, keys: false }, this.#call);
      return ttl < 0n ? { id, ttl: 0n, grantedTtl: 0n } : { id, ttl, grantedTtl };
    } catch (error) {
      if (error instanceof ServerError && error.code === 'PermissionDenied') return undefined;
      throw error;
    }
  }

  #remember(id: bigint): void {
    if (this.#known.size === MAX_KNOWN_LEASES) {
      for (const oldest of this.#known) {
        this.#known.delete(oldest);
        break;
      }
    }
    this.#known.add(id);
  }
}
