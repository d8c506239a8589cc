/**
 * Compares versions such as `3.5.9` and `3.5.30` number by number; a pre-release suffix is ignored.
 *
 * @param {string} a
 * @param {string} b
 * @returns {number} negative when `a` is older than `b`, 0 when they are equal
 */
export function compareVersions(a, b) {
  const left = numbers(a);
  const right = numbers(b);
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** @param {string} version */
function numbers(version) {
  return version.split(/[.+-]/).map((part) => Number.parseInt(part, 10) || 0);
}
