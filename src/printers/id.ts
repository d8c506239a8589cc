/** Go's `%016x`, the form of a lease id: sixteen characters, a minus sign among them. */
export function leaseIdHex(id: bigint): string {
  return id < 0n ? `-${(-id).toString(16).padStart(15, '0')}` : id.toString(16).padStart(16, '0');
}

/** A member or cluster id as lists show it: hexadecimal without leading zeros. */
export function idHex(id: bigint): string {
  return id.toString(16);
}

/** Go's `%16x`: an id of fewer digits has spaces before it. */
export function spacedIdHex(id: bigint): string {
  return idHex(id).padStart(16);
}
