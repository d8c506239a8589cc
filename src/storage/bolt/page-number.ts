/**
 * A page number of 64 bits as a double: exact below 2^53, and beyond that as good as any other number that no file
 * has a page for.
 */
export function pageNumber(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * 2 ** 32 + view.getUint32(offset, true);
}
