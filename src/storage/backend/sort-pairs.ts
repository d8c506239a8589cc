const INSERTION_SORT_LENGTH = 12;

/** Sorts both arrays between `from` and `to` by the values, in place. Pairs that are in order already are only read once. */
export function sortPairs(values: Float64Array, numbers: Uint32Array, from: number, to: number): void {
  if (isSorted(values, from, to)) return;
  const pending = [from, to];
  while (pending.length > 0) {
    const high = pending.pop() as number;
    const low = pending.pop() as number;
    if (high - low <= INSERTION_SORT_LENGTH) {
      sortByInsertion(values, numbers, low, high);
      continue;
    }
    const middle = partition(values, numbers, low, high);
    pending.push(low, middle, middle, high);
  }
}

function isSorted(values: Float64Array, from: number, to: number): boolean {
  for (let at = from + 1; at < to; at++) {
    if ((values[at - 1] as number) > (values[at] as number)) return false;
  }
  return true;
}

/** Returns an index between the two: no value before it is greater than one from it on (C. A. R. Hoare). */
function partition(values: Float64Array, numbers: Uint32Array, low: number, high: number): number {
  const pivot = values[(low + high - 1) >>> 1] as number;
  for (let [left, right] = [low, high - 1]; ; left++, right--) {
    while ((values[left] as number) < pivot) left++;
    while ((values[right] as number) > pivot) right--;
    if (left >= right) return right + 1;
    swap(values, numbers, left, right);
  }
}

function sortByInsertion(values: Float64Array, numbers: Uint32Array, low: number, high: number): void {
  for (let next = low + 1; next < high; next++) {
    for (let at = next; at > low && (values[at - 1] as number) > (values[at] as number); at--) {
      swap(values, numbers, at, at - 1);
    }
  }
}

function swap(values: Float64Array, numbers: Uint32Array, a: number, b: number): void {
  const value = values[a] as number;
  values[a] = values[b] as number;
  values[b] = value;
  const number = numbers[a] as number;
  numbers[a] = numbers[b] as number;
  numbers[b] = number;
}
