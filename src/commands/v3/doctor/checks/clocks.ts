import type { Finding } from '../../../../model/doctor.js';
import { finding } from '../catalogue.js';
import type { MemberView } from '../cluster-view.js';
import { answered } from '../observation.js';
import { at, type Check } from './check.js';

/** etcd itself warns of a second between members. */
const TOLERANCE_MS = 1000;

/** How far a clock is ahead of this machine's: somewhere from `min` to `max`, in milliseconds. */
interface Offset {
  readonly minMs: number;
  readonly maxMs: number;
}

const NO_OFFSET: Offset = { minMs: 0, maxMs: 0 };
const ADVICE =
  'Let a time service (chrony, systemd-timesyncd) set it. Leases, tokens and certificates depend on it.';

export const clocks: Check = ({ members }) => {
  const known = members.flatMap((view) => {
    const offset = offsetOf(view);
    return offset === undefined ? [] : [{ view, offset }];
  });
  const reference = referenceOf(known.map(({ offset }) => offset));
  const findings: Finding[] = known.flatMap(({ view, offset }) => {
    const byMs = certainDistance(offset, reference);
    if (Math.abs(byMs) <= TOLERANCE_MS) return [];
    const rest = known.length > 1 ? 'those of the others' : 'that of this machine';
    return [
      finding('clock-off', {
        ...at(view),
        what: `Its clock is about ${describe(middle(offset) - reference)} ${rest}.`,
        advice: ADVICE,
      }),
    ];
  });
  if (Math.abs(certainDistance(NO_OFFSET, reference)) <= TOLERANCE_MS) return findings;
  const what = `The clock of this machine is about ${describe(-reference)} those of the members.`;
  return [...findings, finding('clock-here-off', { what, advice: ADVICE })];
};

/** `undefined`: the member has not told its time. */
export function offsetOf({ answering }: MemberView): Offset | undefined {
  const page = answered(answering[0]?.metrics);
  if (page?.serverTimeMs === undefined) return undefined;
  // The server's time is without its fraction of a second.
  return { minMs: page.serverTimeMs - page.receivedAtMs, maxMs: page.serverTimeMs + 1000 - page.sentAtMs };
}

/** The clock that most agree with, this machine's among them; with a single member, this machine's. */
function referenceOf(offsets: readonly Offset[]): number {
  if (offsets.length < 2) return 0;
  const sorted = [0, ...offsets.map(middle)].toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

export function middle({ minMs, maxMs }: Offset): number {
  return (minMs + maxMs) / 2;
}

/** How far it is off at least; its sign says in which direction. */
function certainDistance({ minMs, maxMs }: Offset, reference: number): number {
  if (minMs > reference) return minMs - reference;
  return maxMs < reference ? maxMs - reference : 0;
}

function describe(byMs: number): string {
  return `${(Math.abs(byMs) / 1000).toFixed(1)} s ${byMs > 0 ? 'ahead of' : 'behind'}`;
}
