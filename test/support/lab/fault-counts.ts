/** What went wrong in a run of the fault suite; all counts except the first should be 0. */
export interface FaultCounts {
  readonly faults: number;
  readonly lost: number;
  readonly appliedTwice: number;
  readonly missed: number;
  readonly repeated: number;
  readonly hangs: number;
  readonly wrongExitCodes: number;
}

export function faultLine(counts: FaultCounts): string {
  return [
    `faults ${counts.faults}`,
    `acknowledged writes lost ${counts.lost}`,
    `writes applied twice ${counts.appliedTwice}`,
    `events missed ${counts.missed}`,
    `events repeated ${counts.repeated}`,
    `hangs ${counts.hangs}`,
    `wrong exit codes ${counts.wrongExitCodes}`,
  ].join(', ');
}

/** `acknowledged`: the keys of the writes that succeeded; `versions`: of the keys in the store, each written by one command. */
export function countWrites(
  acknowledged: Iterable<string>,
  versions: ReadonlyMap<string, number>,
): Pick<FaultCounts, 'lost' | 'appliedTwice'> {
  return {
    lost: [...acknowledged].filter((key) => !versions.has(key)).length,
    appliedTwice: [...versions.values()].filter((version) => version > 1).length,
  };
}

/**
 * Compares the events that a watch has printed with all events, in their order. An event that was printed too late, after one that
 * follows it, is repeated.
 */
export function countEvents(
  printed: readonly string[],
  history: readonly string[],
): Pick<FaultCounts, 'missed' | 'repeated'> {
  let next = 0;
  let missed = 0;
  let repeated = 0;
  for (const event of printed) {
    const at = history.indexOf(event, next);
    if (at < 0) repeated++;
    else {
      missed += at - next;
      next = at + 1;
    }
  }
  return { missed: missed + history.length - next, repeated };
}
