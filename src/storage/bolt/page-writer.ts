import type { ByteSink } from '../byte-sink.js';
import { BRANCH_PAGE, ELEMENT_BYTES, FILL_FRACTION, LEAF_PAGE, PAGE_HEADER_BYTES } from './format.js';

export interface LeafElement {
  readonly flags: number;
  readonly keyLength: number;
  readonly valueLength: number;
}

export interface BranchElement {
  readonly key: Uint8Array;
  readonly page: number;
}

/** Appends pages to a file. A page's number is its offset divided by the page size; the sink must be at a page boundary. */
export class PageWriter {
  readonly #sink: ByteSink;
  readonly #padding: Uint8Array;

  constructor(
    sink: ByteSink,
    readonly pageSizeBytes: number,
  ) {
    this.#sink = sink;
    this.#padding = new Uint8Array(pageSizeBytes);
  }

  /** Elements are added to a page up to this size. */
  get fillBytes(): number {
    return Math.floor(this.pageSizeBytes * FILL_FRACTION);
  }

  /** @param payload keys and values of the elements, in order. Returns the number of the page. */
  appendLeaf(elements: readonly LeafElement[], payload: readonly Uint8Array[]): number {
    return this.#append(
      (page, overflow) => leafHead(elements, page, overflow),
      elements.length * ELEMENT_BYTES,
      payload,
    );
  }

  appendBranch(elements: readonly BranchElement[]): number {
    const keys = elements.map(({ key }) => key);
    return this.#append(
      (page, overflow) => branchHead(elements, page, overflow),
      elements.length * ELEMENT_BYTES,
      keys,
    );
  }

  #append(
    head: (page: number, overflow: number) => Uint8Array,
    elementBytes: number,
    payload: readonly Uint8Array[],
  ): number {
    const start = this.#sink.position;
    const page = start / this.pageSizeBytes;
    const usedBytes = payload.reduce((sum, { length }) => sum + length, PAGE_HEADER_BYTES + elementBytes);
    const pageCount = Math.ceil(usedBytes / this.pageSizeBytes);
    this.#sink.append(head(page, pageCount - 1));
    for (const bytes of payload) this.#sink.append(bytes);
    this.#sink.append(this.#padding.subarray(0, pageCount * this.pageSizeBytes - usedBytes));
    return page;
  }
}

/** The header and the elements of a leaf page, without the payload. */
export function leafHead(elements: readonly LeafElement[], page: number, overflow: number): Uint8Array {
  const { bytes, view } = pageHead(LEAF_PAGE, elements.length, { page, overflow });
  let payloadStart = bytes.length;
  for (const [index, { flags, keyLength, valueLength }] of elements.entries()) {
    const offset = PAGE_HEADER_BYTES + index * ELEMENT_BYTES;
    view.setUint32(offset, flags, true);
    view.setUint32(offset + 4, payloadStart - offset, true);
    view.setUint32(offset + 8, keyLength, true);
    view.setUint32(offset + 12, valueLength, true);
    payloadStart += keyLength + valueLength;
  }
  return bytes;
}

function branchHead(elements: readonly BranchElement[], page: number, overflow: number): Uint8Array {
  const { bytes, view } = pageHead(BRANCH_PAGE, elements.length, { page, overflow });
  let payloadStart = bytes.length;
  for (const [index, element] of elements.entries()) {
    const offset = PAGE_HEADER_BYTES + index * ELEMENT_BYTES;
    view.setUint32(offset, payloadStart - offset, true);
    view.setUint32(offset + 4, element.key.length, true);
    view.setBigUint64(offset + 8, BigInt(element.page), true);
    payloadStart += element.key.length;
  }
  return bytes;
}

function pageHead(
  kind: number,
  count: number,
  position: { readonly page: number; readonly overflow: number },
) {
  const bytes = new Uint8Array(PAGE_HEADER_BYTES + count * ELEMENT_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(position.page), true);
  view.setUint16(8, kind, true);
  view.setUint16(10, count, true);
  view.setUint32(12, position.overflow, true);
  return { bytes, view };
}
