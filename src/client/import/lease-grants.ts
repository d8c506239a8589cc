import type { LeaseService } from '../../model/services.js';
import { type ExportedLease, MAX_KNOWN_LEASES } from '../../storage/export/format.js';

/** `grant`: a new lease for each lease of the file; `drop`: keys without their leases; `skip`: no keys that have a lease. */
export type LeasePolicy = 'grant' | 'drop' | 'skip';

const HALF_SECOND_NS = 500_000_000n;

/** The writer of an export knows so many leases. Those of a slice of keys are written before keys that have older ones. */
const MAX_LEASES = 2 * MAX_KNOWN_LEASES;

export interface LeaseContext {
  readonly service: Pick<LeaseService, 'leaseGrant'>;
  readonly signal: AbortSignal;
  /** Monotonic nanoseconds. */
  readonly now: () => bigint;
}

interface Grant {
  readonly id: Promise<bigint>;
  readonly at: bigint;
}

/** The leases of a file, and those that are granted for them when a key needs them. */
export class LeaseGrants {
  /** The number of leases that were granted. */
  granted = 0;
  readonly #context: LeaseContext;
  readonly #known = new Map<bigint, { readonly grantedTtl: bigint; grant?: Grant | undefined }>();

  constructor(context: LeaseContext) {
    this.#context = context;
  }

  /** A file names a lease again when its writer has forgotten it. */
  announce({ id, grantedTtl }: ExportedLease): void {
    const before = this.#known.get(id);
    this.#known.delete(id);
    if (this.#known.size === MAX_LEASES) {
      for (const oldest of this.#known.keys()) {
        this.#known.delete(oldest);
        break;
      }
    }
    const grant = before?.grantedTtl === grantedTtl ? before.grant : undefined;
    this.#known.set(id, { grantedTtl, grant });
  }

  /** The full time to live of a lease of the file; 0: it had expired; undefined: the file does not say. */
  ttlOf(id: bigint): bigint | undefined {
    return this.#known.get(id)?.grantedTtl;
  }

  /**
   * The ID of a lease that stands for a lease of the file, with its full time to live. It is granted once, and again for keys that come
   * after half of that time: it could expire before they are written.
   */
  standIn(id: bigint): Promise<bigint> {
    const lease = this.#known.get(id);
    if (lease === undefined) throw new Error('a lease that was not announced');
    const { grantedTtl } = lease;
    const now = this.#context.now();
    if (lease.grant === undefined || now - lease.grant.at >= grantedTtl * HALF_SECOND_NS) {
      lease.grant = { id: this.#grant(grantedTtl), at: now };
    }
    return lease.grant.id;
  }

  async #grant(ttl: bigint): Promise<bigint> {
    const { service, signal } = this.#context;
    const { id } = await service.leaseGrant({ id: 0n, ttl }, { signal });
    this.granted++;
    return id;
  }
}
