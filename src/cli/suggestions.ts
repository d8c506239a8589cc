/** Suggestions for a mistyped word. */

const MAX_SUGGESTIONS = 3;

/**
 * Candidates that begin with the word or are a few letters away from it, the closest first.
 * @param added those that etcdctl does not have: they come after the others
 */
export function closest(
  word: string,
  candidates: Iterable<string>,
  added: ReadonlySet<string> = new Set(),
): string[] {
  const typed = word.toLowerCase();
  const farthest = typed.length <= 3 ? 1 : 2;
  const ranked: { candidate: string; distance: number }[] = [];
  for (const candidate of candidates) {
    const distance = editDistance(typed, candidate.toLowerCase());
    const isBeginning = typed !== '' && candidate.toLowerCase().startsWith(typed);
    if (isBeginning || distance <= farthest) ranked.push({ candidate, distance });
  }
  const isAdded = (candidate: string) => Number(added.has(candidate));
  ranked.sort((a, b) => isAdded(a.candidate) - isAdded(b.candidate) || a.distance - b.distance);
  return ranked.slice(0, MAX_SUGGESTIONS).map((entry) => entry.candidate);
}

/** `did you mean get, put or del?`; nothing without candidates. */
export function didYouMean(candidates: readonly string[]): string[] {
  if (candidates.length === 0) return [];
  const last = candidates.at(-1) ?? '';
  const others = candidates.slice(0, -1);
  return [`did you mean ${others.length === 0 ? last : `${others.join(', ')} or ${last}`}?`];
}

/** The number of insertions, deletions, substitutions and swaps of neighbours that turn one word into the other. */
export function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwap =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwap ? (beforePrevious[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[to.length] ?? 0;
}
